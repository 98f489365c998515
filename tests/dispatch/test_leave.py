"""Leave (ontheffing) from a condition: an officer who meets him there must not take it for a breach."""

from datetime import timedelta

import pytest

from registry.access.rules import OrganisationKind
from registry.http.fields import format_instant

LEAVE = "Ontheffing: geldt nu niet, tot "


@pytest.fixture
def give_leave(world, clock):
    supervisor = world.caller("RN-MN", OrganisationKind.PROBATION)

    def give(order_id, reference="C1", **until):
        told = {
            "condition": reference,
            "kind": "court",
            "from": format_instant(clock.now() - timedelta(minutes=1)),
            "until": format_instant(clock.now() + timedelta(**until)),
            "source": "OM-MN",
        }
        made = supervisor.post(f"/v1/orders/{order_id}/exemptions", told)
        assert made.status_code == 201, made.text
        return supervisor, made.json["id"]

    return give


def exceptions(ask):
    hits = ask(bsn="999990019")["hits"]
    return {each["reference"]: each["exceptionsNl"] for hit in hits for each in hit["conditions"]}


def test_leave_is_told_while_it_lasts_and_only_of_the_condition_it_is_from(ask, register, noise, give_leave, clock):
    give_leave(register(), hours=2)
    told = exceptions(ask)
    assert [each.startswith(LEAVE) for each in told["C1"]] == [True] and told["C2"] == []
    clock.forward(hours=3)
    assert exceptions(ask)["C1"] == []


def test_leave_that_was_withdrawn_is_told_no_more(ask, register, noise, give_leave):
    supervisor, leave_id = give_leave(register(), hours=2)
    assert supervisor.post(f"/v1/exemptions/{leave_id}/withdrawal", {}).status_code == 200
    assert exceptions(ask)["C1"] == []


def test_leave_of_one_order_is_none_of_another(ask, register, noise, give_leave):
    give_leave(register(), hours=2)
    register("CJIB-2026-000124")
    hits = ask(bsn="999990019")["hits"]
    leave = {hit["orderNumber"]: [each["exceptionsNl"] for each in hit["conditions"]] for hit in hits}
    assert leave["CJIB-2026-000124"] == [[], []]
    assert leave["CJIB-2026-000123"][0][0].startswith(LEAVE)
