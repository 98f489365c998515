"""What a dispatcher without the right to see protected persons reads of an order whose sender wrote carelessly."""

import json
from dataclasses import replace

import pytest

from registry.access.rules import OrganisationKind, Scope
from tests.orders.test_shielding import SPELLINGS, everywhere

__all__ = ["everywhere"]


@pytest.mark.parametrize("question", [{"bsn": "999990019"}, {"phone": "0687654321"}])
def test_her_address_is_in_no_field_of_a_hit_and_the_one_who_calls_is_still_known(register, world, question):
    register(told=everywhere())
    room = world.caller("POL-MK", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    answer = room.post("/v1/lookups", {"purpose": "acute_call", "incidentNumber": "B-1", **question})
    [hit] = answer.json["hits"]
    assert [found for found in SPELLINGS if found in json.dumps(hit, ensure_ascii=False)] == []
    assert [each["matched"] for each in hit["protected"]] == ["phone" in question]


def test_a_birth_place_that_is_hers_too_hides_nothing_else(register, world):
    register(told=replace(everywhere(), remark=None))
    room = world.caller("POL-MK", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    answer = room.post("/v1/lookups", {"purpose": "acute_call", "incidentNumber": "B-1", "bsn": "999990019"})
    [hit] = answer.json["hits"]
    assert hit["contacts"]["supervision"]["phone"] == "+31301234567"
    assert hit["person"]["name"] == "Jan Pieter van den Berg"
