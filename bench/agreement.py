"""Whether a real track gives the same episodes after loss, shuffling and duplicates: `make bench-agreement`.

Two phones against the municipalities they came into. The full, clean track is judged as one; the same track without a
fifth of its fixes, with those left arriving up to an hour late in any order and every twentieth twice, goes through the
register and the judge in batches. Episodes agree when both ends differ by at most two of the fixes that were left: what
lay between others was lost. The data are not part of this repository: `BB_SHARED_DATA` says where they lie.
"""

import gzip
import json
import os
import random
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import say
from bench.scenarios.scene import Area
from bench.scenarios.service import Service, opened
from geo.episode import Episode, Verdict
from geo.episodes import episodes
from geo.track import Fix
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone
from registry.demo.tracks import read_tracks
from registry.http.fields import format_instant

DATA = Path(os.environ.get("BB_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
TRACKS, BOUNDARIES = DATA / "gps" / "utrecht_phones.csv.gz", DATA / "boundaries" / "gemeenten_2017_wgs84.geojson.gz"
LOST, TWICE, LATE_MS = 0.2, 0.05, 3_600_000
WITHIN_FIXES = 2
_BATCH_MS = 1_800_000
_SEEDS = 3


@dataclass(frozen=True)
class Phone:
    """A phone's track in order of time, and the municipalities that it came near to, by name."""

    name: str
    track: Sequence[Fix]
    areas: dict[str, Any]

    @property
    def zones(self) -> list[Zone]:
        """Every area as a ban."""
        return [Zone(name, 1, "exclusion", shape_from_geojson(shape), (Span(0),)) for name, shape in self.areas.items()]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many episodes agree, how many do not, how many are there only after the disturbance, and the worst end."""

    clean: int
    agree: int
    extra: int
    worst_fixes: int


def main() -> None:
    """Disturb each phone's track with some seeds, and print how the episodes agree; exit with 1 when a stay fails."""
    if not (TRACKS.exists() and BOUNDARIES.exists()):
        sys.exit(f"NOT measured: there are no tracks or boundaries at {DATA}. Say BB_SHARED_DATA=folder.")
    failed = False
    for phone in phones():
        clean = episodes(phone.track, phone.zones)
        for seed in range(_SEEDS):
            left, sent = disturbed(phone.track, seed)
            say(f"{phone.name}: seed {seed}, {len(sent)} pings")
            found = judged(phone, sent)
            for kind in ("stays", "all"):
                told = compared(clean, found, left, only_stays=kind == "stays")
                failed |= kind == "stays" and (told.agree != told.clean or told.extra > 0)
                figures = {
                    "clean": told.clean,
                    "agree": told.agree,
                    "extra": told.extra,
                    "worst_fixes": told.worst_fixes,
                }
                print(json.dumps({"phone": phone.name, "seed": seed, "episodes": kind, **figures}), flush=True)
    raise SystemExit(1 if failed else 0)


def phones(every: int = 1) -> list[Phone]:
    """The phones, each with the municipalities whose box holds one of its fixes; of the track every so many fixes."""
    with gzip.open(BOUNDARIES, "rt", encoding="utf-8") as file:
        features = [one for one in json.load(file)["features"] if one["properties"]["water"] == "NEE"]
    shapes = {one["properties"]["gm_naam"]: one["geometry"] for one in features}
    boxes = {name: shape_from_geojson(shape).bounds_deg for name, shape in shapes.items()}
    found = []
    for device, fixes in groupby(
        sorted(read_tracks(TRACKS), key=lambda one: (one.device, one.at)), lambda one: one.device
    ):
        track = [Fix(round(one.at.timestamp() * 1000), one.lat_deg, one.lon_deg) for one in fixes][::every]
        places = np.array([(fix.lat_deg, fix.lon_deg) for fix in track])
        near = [
            name
            for name, (*low, lat, lon) in boxes.items()
            if ((places >= low) & (places <= (lat, lon))).all(axis=1).any()
        ]
        found.append(Phone(device, sorted(track, key=lambda fix: fix.order), {name: shapes[name] for name in near}))
    return found


def disturbed(track: Sequence[Fix], seed: int) -> tuple[list[Fix], list[tuple[int, Fix]]]:
    """What is left of a track, and its fixes with the epoch ms at which each arrives, some of them twice."""
    dice = random.Random(seed)
    left = [fix for fix in track if dice.random() >= LOST]
    twice = [fix for fix in left if dice.random() < TWICE]
    arrivals = [(fix.at_ms + round(dice.uniform(0, LATE_MS)), fix) for fix in (*left, *twice)]
    return left, sorted(arrivals, key=lambda one: one[0])


def judged(phone: Phone, sent: Sequence[tuple[int, Fix]]) -> list[Episode]:
    """The episodes that the service told of a track that arrived so."""
    with opened() as service:
        service.set_clock(sent[0][0] - 86_400_000)
        areas = [Area("exclusion", shape).condition(number) for number, shape in enumerate(phone.areas.values(), 1)]
        decided_on = (datetime.fromtimestamp(sent[0][0] / 1000, UTC) - timedelta(days=30)).date()
        service.order(1, "CJIB-2024-000001", areas, decided_on)
        service.couple(phone.name, "CJIB-2024-000001")
        for batch in _batches(sent):
            service.set_clock(batch[-1][0])
            _deliver(service, phone, [fix for _, fix in batch])
        names = dict(zip((area["reference"] for area in areas), phone.areas, strict=True))
        return service.episodes(names)


def _batches(sent: Sequence[tuple[int, Fix]]) -> Iterator[list[tuple[int, Fix]]]:
    for _, together in groupby(sent, lambda one: one[0] // _BATCH_MS):
        yield list(together)


def _deliver(service: Service, phone: Phone, fixes: Sequence[Fix]) -> None:
    pings = [
        {
            "device": phone.name,
            "fixTime": format_instant(datetime.fromtimestamp(fix.at_ms / 1000, UTC)),
            "lat": fix.lat_deg,
            "lon": fix.lon_deg,
        }
        for fix in fixes
    ]
    for start in range(0, len(pings), 5_000):
        service.receive(pings[start : start + 5_000])


def compared(clean: Sequence[Episode], found: Sequence[Episode], left: Sequence[Fix], *, only_stays: bool) -> Agreement:
    """Hold the episodes of the clean track against those that were found."""
    places = sorted({fix.at_ms for fix in left})
    wanted, had = (
        [one for one in each if one.verdict is Verdict.CONFIRMED or not only_stays] for each in (clean, found)
    )
    free, worst, agree = list(had), 0, 0
    for episode in wanted:
        apart = [(_apart(episode, other, places), number) for number, other in enumerate(free)]
        fixes, number = min(apart, default=(WITHIN_FIXES + 1, 0))
        if fixes <= WITHIN_FIXES:
            free.pop(number)
            agree, worst = agree + 1, max(worst, fixes)
    return Agreement(len(wanted), agree, len(free), worst)


def _apart(one: Episode, other: Episode, places: Sequence[int]) -> int:
    """How many fixes lie between the ends of two episodes, the worse end counted."""
    if one.zone_id != other.zone_id or (one.end_ms is None) != (other.end_ms is None):
        return len(places)
    ends = [(one.start_ms, other.start_ms), (one.end_ms or 0, other.end_ms or 0)]
    return max(abs(bisect_left(places, former) - bisect_left(places, latter)) for former, latter in ends)


if __name__ == "__main__":
    main()
