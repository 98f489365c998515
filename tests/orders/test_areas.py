from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from registry.db import new_id
from registry.orders.models import ZoneRecord
from registry.orders.register.areas import Areas, area_of, areas_from, document_of, judged_form
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


CIRCLE = {"type": "Circle", "center": [5.12, 52.09], "radiusM": 250}


def ringed(ban):
    return replace(ban, zone=replace(ban.zone, warning_m=400.0))


KINDS = {
    "polygon": area_ban(wire=SQUARE),
    "circle with a warning ring": ringed(area_ban(wire=CIRCLE)),
    "polygon with a warning ring": ringed(area_ban(wire=SQUARE)),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_kept_to_judge_by_is_what_the_geometry_as_delivered_says(shared, name):
    ban, zone_id, other_id = KINDS[name], new_id(), new_id()
    document = document_of(ban, ban.zone, "Europe/Amsterdam")
    form = judged_form(zone_id, ban.zone, document)
    other = area_ban(wire=SQUARE)
    other_form = judged_form(other_id, other.zone, document_of(other, other.zone, "Europe/Amsterdam"))
    read = areas_from([(other_id, other_form), (zone_id, form)])
    assert read[zone_id] == area_of(document)
    assert read[other_id].ring is None


def test_what_is_kept_to_judge_by_opens_for_no_other_zone(shared):
    ban, zone_id = area_ban(wire=SQUARE), new_id()
    form = judged_form(zone_id, ban.zone, document_of(ban, ban.zone, "Europe/Amsterdam"))
    with pytest.raises(InvalidTag):
        areas_from([(new_id(), form)])
    assert b"POLYGON" not in form.upper()
