import numpy as np
import pytest

from geo import packing
from geo.packing import from_bytes, to_bytes
from geo.shapes import signed_distances_m
from geo.wire import shape_from_geojson
from tests.geo.samples import PLACES, circle, polygon, ring, ring_with_hole

LINE = {"type": "LineString", "coordinates": [[5.12, 52.09], [5.13, 52.10], [5.15, 52.10]]}
PARTS = {"type": "MultiPolygon", "coordinates": [[ring(52.09, 5.12, 200.0)], [ring(52.12, 5.12, 300.0)]]}
SHAPES = {
    **{f"circle in {name}": circle(*spot, 300.0) for name, spot in PLACES.items()},
    **{f"polygon in {name}": polygon(*spot, 3_000.0, buffer_m=50.0) for name, spot in PLACES.items()},
    "hole": ring_with_hole(52.09, 5.12, 500.0),
    "corridor": shape_from_geojson(LINE, buffer_m=40.0),
    "parts": shape_from_geojson(PARTS),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_read_from_its_bytes_is_the_shape_that_was_drawn(name):
    shape = SHAPES[name]
    [read] = from_bytes([to_bytes(shape)])
    assert read == shape
    assert (read.bounds_deg, read.area_m2) == (shape.bounds_deg, shape.area_m2)
    lat_deg, lon_deg = shape.bounds_deg[0], shape.bounds_deg[1]
    assert read.signed_distance_m(lat_deg, lon_deg) == shape.signed_distance_m(lat_deg, lon_deg)


def test_many_are_read_at_once_each_in_its_place():
    shapes = list(SHAPES.values())
    read = from_bytes([to_bytes(shape) for shape in shapes])
    assert read == shapes
    european = [shape for shape in read if str(shape.territory) == "european"]
    places_m = european[0].territory.plane.all_to_plane_m(read_places(european))
    drawn = [shape for shape in shapes if str(shape.territory) == "european"]
    assert signed_distances_m(european, places_m).tolist() == signed_distances_m(drawn, places_m).tolist()


def read_places(shapes):
    return np.array([shape.bounds_deg[:2] for shape in shapes])


def test_what_was_drawn_by_other_rules_is_not_read(monkeypatch):
    kept = to_bytes(SHAPES["hole"])
    monkeypatch.setattr(packing, "_DRAWN_BY", b"otherway")
    assert from_bytes([kept, to_bytes(SHAPES["parts"])]) == [None, SHAPES["parts"]]
