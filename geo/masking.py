"""A circle that covers a zone and does not tell what lies in its middle."""

import math
from collections.abc import Sequence

import shapely

from geo.overlap import outline
from geo.shapes import CircleShape, Shape

_LEAST_REACH_M = 250.0
_LEAST_SHARE = 0.25
_MARGIN = 1.01


def masked(shapes: Sequence[Shape], share: float, turn: float) -> CircleShape:
    """A circle that covers shapes of one territory, its middle moved away from theirs.

    Whoever knows how it is made knows the middle to lie in a ring around that of the circle, and no more: it is moved
    by a quarter of the reach at least, and by the reach at most, evenly over the ring (donut masking, Hampton et al.
    2010). `share` and `turn` (0 to 1) say whereto; they must be a secret of the shapes, and the same each time they
    are asked for, for many draws would tell the middle.

    >>> from geo.projection import Territory
    >>> ban = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 300.0)
    >>> round(masked([ban], 0.5, 0.25).radius_m), masked([ban], 0.5, 0.25).covers(52.09, 5.12)
    (552, True)
    """
    territory = shapes[0].territory
    plane = territory.plane
    around = shapely.minimum_bounding_circle(shapely.union_all([outline(shape) for shape in shapes]))
    middle = around.centroid
    x_min, _, x_max, _ = around.bounds
    scale = plane.scale_at(*plane.to_degrees(middle.x, middle.y))
    # Arcs are drawn with chords, which lie within them; the last metre makes up for it.
    radius_m = (x_max - x_min) / 2.0 / scale * 1.001 + 1.0
    if len(shapes) == 1 and isinstance(shapes[0], CircleShape):
        radius_m = shapes[0].radius_m
    reach_m = max(_LEAST_REACH_M, radius_m / 2.0)
    least = _LEAST_SHARE * _LEAST_SHARE
    off_m = reach_m * math.sqrt(least + share * (1.0 - least)) * scale
    way = 2.0 * math.pi * turn
    place = plane.to_degrees(middle.x + off_m * math.cos(way), middle.y + off_m * math.sin(way))
    return CircleShape(territory, *place, radius_m + reach_m * _MARGIN)
