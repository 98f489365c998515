"""Main roads and railways, from a file that the customer supplies; without it nothing is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from geo.overlap import outline
from geo.projection import Territory, territory_at
from geo.shapes import Shape
from registry.config import SettingError

KINDS = ("main_road", "railway")


@dataclass(frozen=True, slots=True)
class TransitLines:
    """Lines by kind and territory, in the plane of each."""

    trees: Mapping[tuple[str, Territory], shapely.STRtree]

    def crossing(self, shape: Shape) -> tuple[str, ...]:
        """The kinds of line that run through a shape."""
        area = outline(shape)
        found = (self.trees.get((kind, shape.territory)) for kind in KINDS)
        return tuple(
            kind
            for kind, tree in zip(KINDS, found, strict=True)
            if tree is not None and len(tree.query(area, predicate="intersects"))
        )


@lru_cache(maxsize=1)
def transit_lines(file: Path) -> TransitLines:
    """Read a GeoJSON FeatureCollection of (Multi)LineStrings in CRS84, each with a `kind`; raises SettingError."""
    try:
        features = orjson.loads(file.read_bytes())["features"]
        lines: defaultdict[tuple[str, Territory], list[Any]] = defaultdict(list)
        for feature in features:
            kind = feature["properties"]["kind"]
            if kind not in KINDS:
                raise ValueError(f"a kind is one of {', '.join(KINDS)}")
            for line in _lines_of(feature["geometry"]):
                territory, drawn = _drawn(line)
                lines[kind, territory].append(drawn)
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise SettingError(f"TRANSIT_LINES_FILE cannot be read: {error}") from error
    return TransitLines({key: shapely.STRtree(drawn) for key, drawn in lines.items()})


def _lines_of(geometry: Mapping[str, Any]) -> list[Any]:
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiLineString":
        return list(geometry["coordinates"])
    raise ValueError("a line is a LineString or a MultiLineString")


def _drawn(line: Any) -> tuple[Territory, Any]:
    positions = np.array([(position[1], position[0]) for position in line], dtype=np.float64)
    territory = territory_at(*positions[0].tolist())
    if territory is None:
        raise ValueError("a line lies outside the territories served")
    return territory, shapely.LineString(territory.plane.all_to_plane_m(positions))
