import pytest

from registry.db import new_id
from registry.orders.models import ZoneRecord
from registry.orders.register.areas import Areas, document_of
from tests.orders.orders import area_ban

SQUARE = {"type": "Polygon", "coordinates": [[[5.1, 52.0], [5.11, 52.0], [5.11, 52.01], [5.1, 52.01], [5.1, 52.0]]]}
VERTICES_EACH = 45


@pytest.fixture
def sealed(shared):
    """Records of areas, as the register keeps them, by their ids."""
    ban = area_ban(wire=SQUARE)
    found = {new_id(): document_of(ban, ban.zone, "Europe/Amsterdam") for _ in range(4)}
    return {zone_id: ZoneRecord.geometry.close(zone_id, document) for zone_id, document in found.items()}


def test_an_area_is_read_once_and_then_remembered(sealed):
    areas, (zone_id, *_) = Areas(), sealed
    read = areas.area(zone_id, sealed[zone_id])
    assert read.shape.covers(52.005, 5.105)
    assert areas.area(zone_id, None) is read


def test_the_longest_unused_is_let_go_once_there_are_too_many_vertices(sealed):
    areas, ids = Areas(most_vertices=2 * VERTICES_EACH), list(sealed)
    for zone_id in (ids[0], ids[1], ids[0], ids[2]):
        areas.area(zone_id, sealed[zone_id])
    assert [zone_id in areas for zone_id in ids] == [True, False, True, False]
    with pytest.raises(KeyError):
        areas.area(ids[1], None)


def test_one_that_is_larger_than_all_may_be_together_is_remembered_alone(sealed):
    areas, ids = Areas(most_vertices=1), list(sealed)
    for zone_id in ids[:2]:
        areas.area(zone_id, sealed[zone_id])
    assert [zone_id in areas for zone_id in ids[:2]] == [False, True]
