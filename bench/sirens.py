"""False sirens of real receivers that lay still, with a zone's edge beside them: `make bench-sirens`.

The receiver's own median stands for where it lay; a zone's straight edge is put at 10, 25, 50 and 100 m from there on
24 bearings. A rate is sirens / (placements x days). A plain point-in-polygon check, which calls at each entry, is
counted beside it. The tracks are not part of this repository: `BB_SHARED_DATA` says where they lie.
"""

import csv
import gzip
import json
import math
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track as shown

from geo.episode import Verdict, collect
from geo.episodes import Job, advance_all
from geo.track import Fix, TrackState
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone

TRACKS = Path(os.environ.get("BB_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data") / "gps"
EDGES_M = (10, 25, 50, 100)
BEARINGS = 24
EVERY_MS = 15_000
LAT_DEG, LON_DEG = 52.09, 5.12
LAT_M, DEEP_M, WIDE_M = 111_264.0, 2_000.0, 1_000.0
STILL_R95_M, STILL_RMAX_M = 30.0, 50.0
WINDOW_MS = 600_000


def main() -> None:
    """Count the sirens of each still receiver and print them, a JSON line for each distance."""
    if not (TRACKS / "static_west.csv.gz").exists():
        sys.exit(f"NOT measured: there are no tracks at {TRACKS}. Say BB_SHARED_DATA=folder.")
    receivers = {name: [thinned(read(f"static_{name}.csv.gz", "")["receiver"])] for name in ("east", "west")}
    receivers["utrecht_stops"] = still_windows()
    for name, tracks in receivers.items():
        for edge_m in shown(EDGES_M, description=name, console=Console(stderr=True)):
            print(json.dumps({"receiver": name, "edge_m": edge_m, **counted(tracks, edge_m)}), flush=True)


def read(name: str, device: str) -> dict[str, list[Fix]]:
    """Tracks by device, in order of time, without what the diary calls a move; without devices, one track."""
    found: dict[str, list[Fix]] = {}
    with gzip.open(TRACKS / name, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row.get("diary_stop", "True") != "True":
                continue
            at_ms = round(datetime.fromisoformat(row["fix_time"]).timestamp() * 1000)
            hdop = float(row["hdop"]) if row.get("hdop") else None
            fix = Fix(at_ms, float(row["lat"]), float(row["lon"]), hdop=hdop)
            found.setdefault(row[device] if device else "receiver", []).append(fix)
    return {key: sorted(fixes, key=lambda fix: fix.order) for key, fixes in found.items()}


def still_windows() -> list[list[Fix]]:
    """The phones' windows that the diary calls a stop and whose spread says so too."""
    phones = read("utrecht_phones.csv.gz", "device_id")
    found = []
    with (TRACKS / "utrecht_stop_windows.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if float(row["r95_m"]) >= STILL_R95_M or float(row["rmax_m"]) >= STILL_RMAX_M:
                continue
            from_ms = round(datetime.fromisoformat(row["window_start_utc"]).timestamp() * 1000)
            fixes = [fix for fix in phones[row["user_id"]] if from_ms <= fix.at_ms < from_ms + WINDOW_MS]
            found.append(thinned(fixes))
    return [fixes for fixes in found if len(fixes) > 1]


def thinned(fixes: Iterable[Fix]) -> list[Fix]:
    """One fix in 15 s, as a monitor sends them, moved so that their median lies in the Netherlands."""
    kept: list[Fix] = []
    for fix in fixes:
        if not kept or fix.at_ms - kept[-1].at_ms >= EVERY_MS:
            kept.append(fix)
    if not kept:
        return []
    lat_deg, lon_deg = median(fix.lat_deg for fix in kept), median(fix.lon_deg for fix in kept)
    narrower = math.cos(math.radians(lat_deg)) / math.cos(math.radians(LAT_DEG))
    return [
        Fix(
            fix.at_ms,
            LAT_DEG + fix.lat_deg - lat_deg,
            LON_DEG + (fix.lon_deg - lon_deg) * narrower,
            hdop=fix.hdop,
        )
        for fix in kept
    ]


def counted(tracks: list[list[Fix]], edge_m: float) -> dict[str, float]:
    """Sirens, suspicions and a plain check's entries, in number and by placement and day."""
    zones = [beside(edge_m, 360.0 * number / BEARINGS) for number in range(BEARINGS)]
    days = sum(fixes[-1].at_ms - fixes[0].at_ms for fixes in tracks) / 86_400_000
    jobs = [Job(TrackState(), fixes, [zone]) for fixes in tracks for zone in zones]
    found = [episode for outcome in advance_all(jobs) for episode in collect(outcome.changes)]
    sirens = sum(episode.verdict is Verdict.CONFIRMED for episode in found)
    plain = sum(entries(job) for job in jobs)
    placed_days = days * BEARINGS
    return {
        "placements": BEARINGS,
        "days": round(days, 4),
        "sirens": sirens,
        "suspected": len(found),
        "plain": plain,
        "sirens_rate": round(sirens / placed_days, 3),
        "suspected_rate": round(len(found) / placed_days, 3),
        "plain_rate": round(plain / placed_days, 3),
    }


def entries(job: Job) -> int:
    """How often a plain check sees the track come in."""
    inside = [job.zones[0].shape.covers(fix.lat_deg, fix.lon_deg) for fix in job.fixes]
    return sum(now and not before for before, now in zip([False, *inside], inside, strict=False))


def beside(edge_m: float, bearing_deg: float) -> Zone:
    """A zone whose long straight edge lies so far from where the receiver lay, on that bearing."""
    turn = math.radians(bearing_deg)
    corners = [(edge_m, -WIDE_M), (edge_m, WIDE_M), (edge_m + DEEP_M, WIDE_M), (edge_m + DEEP_M, -WIDE_M)]
    lon_m = LAT_M * math.cos(math.radians(LAT_DEG))
    ring = [
        [
            LON_DEG + (ahead_m * math.sin(turn) + aside_m * math.cos(turn)) / lon_m,
            LAT_DEG + (ahead_m * math.cos(turn) - aside_m * math.sin(turn)) / LAT_M,
        ]
        for ahead_m, aside_m in corners
    ]
    shape = shape_from_geojson({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    return Zone("still", 1, "exclusion", shape, (Span(0),))


if __name__ == "__main__":
    main()
