"""Whether two shapes share ground, and whether one lies within another; in the metric plane of their territory."""

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
    one, other = _outline(first), _outline(second)
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
    return inner.territory is outer.territory and bool(_outline(outer).covers(_outline(inner)))


def _outline(shape: Shape) -> shapely.geometry.base.BaseGeometry:
    if isinstance(shape, AreaShape):
        return shape.area
    if isinstance(shape, CircleShape):
        x_m, y_m = shape.territory.plane.to_plane_m(shape.lat_deg, shape.lon_deg)
        return shapely.Point(x_m, y_m).buffer(shape.radius_m, quad_segs=_SEGMENTS_A_QUARTER)
    raise TypeError("a shape is an area or a circle")
