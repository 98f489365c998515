import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from registry.demo.tracks import TrackFix, UnusableInput, batches, read_area, read_tracks

AT = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[5.1, 52.0], [5.2, 52.0], [5.2, 52.1], [5.1, 52.1], [5.1, 52.0]]]}


def a_map(tmp_path, *names):
    features = [{"type": "Feature", "properties": {"gm_naam": name}, "geometry": SQUARE} for name in names]
    file = tmp_path / "map.geojson.gz"
    file.write_bytes(gzip.compress(json.dumps({"type": "FeatureCollection", "features": features}).encode()))
    return file


def test_an_area_is_found_by_its_name_however_it_is_written(tmp_path):
    assert read_area(a_map(tmp_path, "Utrecht", "Zeist"), " utrecht ") == SQUARE


def test_an_unknown_area_is_answered_with_the_nearest_names(tmp_path):
    with pytest.raises(UnusableInput, match="Nearest: Utrecht"):
        read_area(a_map(tmp_path, "Utrecht", "Zeist"), "Utrect")


def test_a_file_that_is_no_map_is_refused(tmp_path):
    file = tmp_path / "map.geojson"
    file.write_text('{"type": "FeatureCollection"}')
    with pytest.raises(UnusableInput, match="gm_naam"):
        read_area(file, "Utrecht")


def test_tracks_of_two_devices_come_in_order_of_time(tmp_path):
    file = tmp_path / "tracks.csv"
    rows = ["two,2024-06-01T12:00:01Z,52.0,5.1,x", "one,2024-06-01T12:00:00Z,52.0,5.1,x"]
    file.write_text("\n".join(["device_id,fix_time,lat,lon,diary", *rows]))
    assert [fix.device for fix in read_tracks(file)] == ["one", "two"]


@pytest.mark.parametrize("text", ["device_id,fix_time,lat\na,2024-06-01T12:00:00Z,1", "device_id,fix_time,lat,lon\n"])
def test_a_table_without_fixes_is_refused(tmp_path, text):
    file = tmp_path / "tracks.csv"
    file.write_text(text)
    with pytest.raises(UnusableInput):
        read_tracks(file)


def test_a_batch_holds_a_thousand_fixes_at_most_and_never_an_old_one():
    times = [AT + timedelta(seconds=second) for second in [*range(2500), 9000, 9001]]
    fixes = [TrackFix(at, "one", 52.0, 5.1) for at in times]
    cut = list(batches(fixes))
    assert [fix for batch in cut for fix in batch] == fixes
    assert max(len(batch) for batch in cut) <= 1000
    assert all(batch[-1].at - batch[0].at <= timedelta(minutes=10) for batch in cut)
    assert all(former[-1].at <= latter[0].at for former, latter in pairwise(cut))
