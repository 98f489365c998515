import csv
import gzip
import json
import os
import random
from datetime import datetime
from pathlib import Path

import pytest

from geo.episodes import TrackState, advance, collect, episodes
from geo.extents import Extents, packed
from geo.schedule import Schedule, Window
from geo.track import Fix
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone

DATA = Path(os.environ.get("BB_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
TRACKS = DATA / "gps" / "utrecht_phones.csv.gz"
BOUNDARIES = DATA / "boundaries" / "gemeenten_2017_wgs84.geojson.gz"
NIGHTS = Schedule((Window((0, 1, 2, 3, 4, 5, 6), 20 * 60, 7 * 60),), (), "Europe/Amsterdam")


def present(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the shared data folder holds no {path.parent.name}/{path.name}")
    return path


@pytest.fixture(scope="module")
def municipalities():
    with gzip.open(present(BOUNDARIES), "rt", encoding="utf-8") as file:
        features = json.load(file)["features"]
    land = [feature for feature in features if feature["properties"]["water"] == "NEE"]
    return {feature["properties"]["gm_naam"]: feature["geometry"] for feature in land}


@pytest.fixture(scope="module")
def phones():
    found: dict[str, list[Fix]] = {}
    with gzip.open(present(TRACKS), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at_ms = round(datetime.fromisoformat(row["fix_time"]).timestamp() * 1000)
            found.setdefault(row["device_id"], []).append(Fix(at_ms, float(row["lat"]), float(row["lon"])))
    return {device: sorted(track, key=lambda fix: fix.order) for device, track in found.items()}


def cut_at_random(track: list[Fix], seed: int) -> list[list[Fix]]:
    chance, batches, batch = random.Random(seed), [], []
    for fix in track:
        if batch and batch[-1].at_ms != fix.at_ms and chance.random() < 0.01:
            batches.append(batch)
            batch = []
        batch.append(fix)
    return [*batches, batch]


@pytest.mark.parametrize(
    ("area", "kind", "schedule"),
    [("Utrecht", "exclusion", None), ("Amsterdam", "exclusion", NIGHTS), ("Amsterdam", "inclusion", NIGHTS)],
)
def test_any_batching_of_a_real_track_gives_the_same_episodes(municipalities, phones, area, kind, schedule):
    zones = [Zone(area, 1, kind, shape_from_geojson(municipalities[area]), (Span(0),), schedule)]
    for seed, every_fix in enumerate(phones.values()):
        track = every_fix[::12]
        state, changes = TrackState(), []
        for batch in cut_at_random(track, seed):
            state, news = advance(state, batch, zones)
            changes += news
        assert collect(changes) == episodes(track, zones)


def test_the_real_phones_were_in_utrecht_and_not_in_groningen(municipalities, phones):
    def found(area: str) -> int:
        zones = [Zone(area, 1, "exclusion", shape_from_geojson(municipalities[area]), (Span(0),))]
        return sum(len(episodes(track[::12], zones)) for track in phones.values())

    assert found("Utrecht") > 0
    assert found("Groningen") == 0


def test_every_real_municipality_is_read_and_covers_its_middle(municipalities):
    for geometry in municipalities.values():
        shape = shape_from_geojson(geometry)
        inside = shape.area.representative_point()
        assert shape.covers(*shape.territory.plane.to_degrees(inside.x, inside.y))
        near = Extents.of([1], [packed(shape)]).near(*shape.territory.plane.to_degrees(inside.x, inside.y), 0.0)
        assert near.least_m[0] <= -shape.area.boundary.distance(inside) <= near.most_m[0]
