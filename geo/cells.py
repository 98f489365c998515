"""A grid in levels, so that "which zones are near this spot" can be asked through keyed hashes of cell names.

Level n has cells of 2**-n degree of latitude by 2**(1-n) degree of longitude: about 430 by 530 m at level 8 in the
European part. A shape is filed at the finest level where its box takes at most 16 cells; a question names the cells
around the spot at every level, so that it meets each shape at the level where that was filed.
"""

import math

from geo.errors import GeometryError
from geo.projection import Box
from geo.shapes import Shape, box_around_circle

FINEST_LEVEL = 8
MOST_CELLS_A_SHAPE = 16
MOST_RADIUS_M = 10_000.0


def cells_of_shape(shape: Shape) -> frozenset[str]:
    """The names of the cells under which a shape is filed, at most 16.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> sorted(cells_of_shape(CircleShape(Territory.EUROPEAN, 52.09, 5.12, 100.0)))
    ['8:13334:655', '8:13335:655']
    """
    for level in range(FINEST_LEVEL, 0, -1):
        rows, columns = _ranges(shape.box, level)
        if len(rows) * len(columns) <= MOST_CELLS_A_SHAPE:
            return _names(shape.box, level)
    return _names(shape.box, 0)


def cells_near(lat_deg: float, lon_deg: float, radius_m: float) -> frozenset[str]:
    """The names of all cells, at all levels, that a shape within `radius_m` metres of a position (degrees) may have.

    Some 10 names for a spot, 55 for a radius of 1 km, 650 for 5 km and 2,600 for 10 km; above it raises GeometryError.

    >>> "8:13335:655" in cells_near(52.09, 5.12, 50.0)
    True
    """
    if not (math.isfinite(lat_deg) and math.isfinite(lon_deg) and abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise GeometryError("off_earth", "the position is not on earth")
    if not 0.0 <= radius_m <= MOST_RADIUS_M:
        raise GeometryError("radius_out_of_range", f"a radius is 0 to {MOST_RADIUS_M:.0f} metres", "/radiusM")
    around = box_around_circle(lat_deg, lon_deg, radius_m)
    return frozenset(name for level in range(FINEST_LEVEL + 1) for name in _names(around, level))


def _ranges(box: Box, level: int) -> tuple[range, range]:
    rows_a_degree, columns_a_degree = 2.0**level, 2.0 ** (level - 1)
    return (
        range(math.floor(box.lat_min_deg * rows_a_degree), math.floor(box.lat_max_deg * rows_a_degree) + 1),
        range(math.floor(box.lon_min_deg * columns_a_degree), math.floor(box.lon_max_deg * columns_a_degree) + 1),
    )


def _names(box: Box, level: int) -> frozenset[str]:
    rows, columns = _ranges(box, level)
    return frozenset(f"{level}:{row}:{column}" for row in rows for column in columns)
