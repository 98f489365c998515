"""Reading what a replay walks: fixes from a table of tracks, and one named area from a map."""

from __future__ import annotations

import csv
import difflib
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from registry.http.fields import format_instant, parse_instant

_NAME = "gm_naam"
_MOST_AT_ONCE = 1000
_LONGEST_BATCH = timedelta(minutes=10)


class UnusableInput(Exception):
    """A file or a name cannot be used; the text says why, and what would do."""


@dataclass(frozen=True, slots=True, order=True)
class TrackFix:
    """A fix of a track, in order of time."""

    at: datetime
    device: str
    lat_deg: float
    lon_deg: float

    def as_ping(self) -> dict[str, Any]:
        """Return the fix as its provider would send it."""
        return {"device": self.device, "fixTime": format_instant(self.at), "lat": self.lat_deg, "lon": self.lon_deg}


def read_tracks(file: Path) -> list[TrackFix]:
    """Read the columns device_id, fix_time, lat and lon of a CSV file, packed or not; sorted by time."""
    with _opened(file) as text:
        try:
            fixes = [_fix(row) for row in csv.DictReader(text)]
        except (KeyError, ValueError, TypeError) as error:
            raise UnusableInput(
                f"{file}: a row cannot be read ({error}). Needed: device_id,fix_time,lat,lon."
            ) from error
    if not fixes:
        raise UnusableInput(f"{file} holds no fixes.")
    return sorted(fixes)


def _fix(row: dict[str, str]) -> TrackFix:
    return TrackFix(parse_instant(row["fix_time"]), row["device_id"], float(row["lat"]), float(row["lon"]))


def _opened(file: Path) -> Any:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", newline="")
    return file.open(encoding="utf-8", newline="")


def batches(fixes: Sequence[TrackFix]) -> Iterator[list[TrackFix]]:
    """Cut a track as a provider would send it: at most 1,000 fixes, and never so many that the first grows old."""
    batch: list[TrackFix] = []
    for fix in fixes:
        if batch and (len(batch) == _MOST_AT_ONCE or fix.at - batch[0].at > _LONGEST_BATCH):
            yield batch
            batch = []
        batch.append(fix)
    if batch:
        yield batch


def read_area(file: Path, name: str) -> dict[str, Any]:
    """Return the geometry of the feature with this name; raises UnusableInput with the nearest names otherwise."""
    with _opened(file) as text:
        try:
            features = {str(one["properties"][_NAME]): one["geometry"] for one in json.load(text)["features"]}
        except (KeyError, ValueError, TypeError) as error:
            raise UnusableInput(f"{file} is no GeoJSON whose features have a {_NAME}.") from error
    spelled = {known.casefold(): known for known in features}
    wanted = spelled.get(name.strip().casefold())
    if wanted is None:
        near = difflib.get_close_matches(name.strip().casefold(), spelled, n=5, cutoff=0.4)
        names = ", ".join(spelled[one] for one in near) or ", ".join(sorted(features)[:5]) + ", ..."
        raise UnusableInput(f"There is no area {name!r} in {file.name}. Nearest: {names}.")
    geometry: dict[str, Any] = features[wanted]
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}
