"""Whether two shapes share ground, and whether one lies within another; in the metric plane of their territory."""

from collections.abc import Sequence

import shapely

from geo.shapes import AreaShape, CircleShape, Shape

_SEGMENTS_A_QUARTER = 32


def share_ground(first: Shape, second: Shape) -> bool:
    """Whether two shapes share any ground; touching borders are none.

    >>> from geo.projection import Territory
    >>> spot = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 250.0)
    >>> share_ground(spot, CircleShape(Territory.EUROPEAN, 52.092, 5.12, 250.0))
    True
    >>> share_ground(spot, CircleShape(Territory.EUROPEAN, 52.10, 5.12, 250.0))
    False
    """
    if first.territory is not second.territory:
        return False
    one, other = outline(first), outline(second)
    return bool(one.intersects(other)) and not bool(one.touches(other))


def lies_within(inner: Shape, outer: Shape) -> bool:
    """Whether all of one shape lies in another.

    >>> from geo.projection import Territory
    >>> ban = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 250.0)
    >>> lies_within(CircleShape(Territory.EUROPEAN, 52.091, 5.12, 50.0), ban)
    True
    >>> lies_within(CircleShape(Territory.EUROPEAN, 52.092, 5.12, 50.0), ban)
    False
    """
    return inner.territory is outer.territory and bool(outline(outer).covers(outline(inner)))


def shared_m2(shapes: Sequence[Shape]) -> float:
    """Square metres of the ground that all of some shapes share.

    >>> from geo.projection import Territory
    >>> ban = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 100.0)
    >>> shared_m2([ban, CircleShape(Territory.EUROPEAN, 52.10, 5.12, 100.0)]), round(shared_m2([ban, ban]), -2)
    (0.0, 31400.0)
    """
    if len({shape.territory for shape in shapes}) > 1:
        return 0.0
    return float(shapely.intersection_all([outline(shape) for shape in shapes]).area)


def outline(shape: Shape) -> shapely.geometry.base.BaseGeometry:
    """The shape in the plane of its territory; the arc of a circle is drawn in 32 pieces a quarter."""
    if isinstance(shape, AreaShape):
        return shape.area
    if isinstance(shape, CircleShape):
        x_m, y_m = shape.territory.plane.to_plane_m(shape.lat_deg, shape.lon_deg)
        return shapely.Point(x_m, y_m).buffer(shape.radius_m, quad_segs=_SEGMENTS_A_QUARTER)
    raise TypeError("a shape is an area or a circle")
