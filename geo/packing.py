"""Shapes as they are judged, in bytes: very many are read at once in a fraction of the time that drawing them takes.

A shape drawn by other rules than these (another plane, another way to round a corner) is not read: it must be drawn
anew from what was delivered. Bytes are little-endian: what it was drawn by (8), its kind and territory (1 each), then
for a circle latitude, longitude (degrees) and radius (metres), for an area its box (degrees) and its WKB in the plane.
"""

import hashlib
import struct
from collections.abc import Sequence

import numpy as np
import shapely

from geo import drawing
from geo.projection import Box, Territory
from geo.shapes import AreaShape, CircleShape, Shape

_TERRITORIES = tuple(Territory)
_CIRCLE, _AREA = 1, 2
_DRAWN_BY = hashlib.sha256(
    repr([(str(each), each.plane.pipeline, str(each.edge_is)) for each in Territory] + [drawing.RULES]).encode()
).digest()[:8]
_HEAD = struct.Struct("<8sBB")
_ROUND = struct.Struct("<3d")
_BOX = struct.Struct("<4d")


def to_bytes(shape: Shape) -> bytes:
    """What `from_bytes` reads again as an equal shape; raises TypeError for what is neither a circle nor an area.

    >>> circle = CircleShape(Territory.BONAIRE, 12.15, -68.27, 250.0)
    >>> from_bytes([to_bytes(circle), b"drawn otherwise"]) == [circle, None]
    True
    """
    territory = _TERRITORIES.index(shape.territory)
    if isinstance(shape, CircleShape):
        told = _ROUND.pack(shape.lat_deg, shape.lon_deg, shape.radius_m)
        return _HEAD.pack(_DRAWN_BY, _CIRCLE, territory) + told
    if not isinstance(shape, AreaShape):
        raise TypeError("neither an area nor a circle")
    wkb: bytes = shapely.to_wkb(shape.area, byte_order=1)
    return _HEAD.pack(_DRAWN_BY, _AREA, territory) + _BOX.pack(*shape.bounds_deg) + wkb


def from_bytes(several: Sequence[bytes]) -> list[Shape | None]:
    """The shapes, item for item; None for one that was drawn by other rules."""
    found: list[Shape | None] = [None] * len(several)
    edged: list[tuple[int, Territory, Box]] = []
    wkbs: list[bytes] = []
    for place, told in enumerate(several):
        if told[:8] != _DRAWN_BY:
            continue
        _, kind, number = _HEAD.unpack_from(told)
        territory = _TERRITORIES[number]
        if kind == _CIRCLE:
            found[place] = CircleShape(territory, *_ROUND.unpack_from(told, _HEAD.size))
            continue
        edged.append((place, territory, Box(*_BOX.unpack_from(told, _HEAD.size))))
        wkbs.append(told[_HEAD.size + _BOX.size :])
    areas = shapely.from_wkb(np.array(wkbs, dtype=object))
    for (place, territory, box), area in zip(edged, areas, strict=True):
        found[place] = AreaShape(territory, area, box)
    return found
