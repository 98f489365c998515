"""One phone of a protected person serves each order that protects her, each with a consent of its own."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.monitoring.companions.models import Companion, CompanionFix
from registry.monitoring.companions.tending import tend_companions
from tests.monitoring.pairs import HERS, Two, at, goes, stays
from tests.monitoring.wearers import ping
from tests.orders.orders import PROTECTED

HER = replace(PROTECTED, bsn="999991176")


@pytest.fixture
def two(field):
    """Two orders that tell her number protect her from two men; `EB-1` is on the first, `EB-2` on the other."""
    field.protected = HER
    made = Two.of(field)
    made.other = field.order()
    assert field.couple("EB-2", made.other).status_code == 201
    # Noise: the order of another man protects somebody else, who bears her name.
    field.protected = PROTECTED
    made.stranger = field.order()
    assert field.couple("EB-3", made.stranger).status_code == 201
    return made


def he(two, device, *fixes):
    return two.field.send(*(ping(at_s, at(*place), device) for at_s, *place in fixes))


def kept_under(two):
    """Under which consent each position of hers is kept."""
    return [str(one) for one in two.field.rows(select(CompanionFix.companion_id))]


def test_one_device_is_held_against_each_man_from_whom_an_order_protects_her(two):
    first, second = two.consented(), two.consented(orderNumber=two.other)
    assert first["id"] != second["id"] and first["device"] == second["device"] == HERS
    assert set(two.she(*stays(-600, 0))) == {"accepted"}
    he(two, "EB-1", *stays(-600, 0, 9000.0))
    he(two, "EB-3", *stays(-600, 0, 10.0))
    assert two.nearnesses() == []
    he(two, "EB-2", *goes(-600, 0, 4000, 50))
    [one] = two.nearnesses()
    assert (one["companionId"], one["verdict"]) == (second["id"], "confirmed")
    assert two.standing(first)["standing"] == "apart" and two.standing(second)["standing"] == "near"
    assert set(two.she(*stays(-600, 0))) == {"duplicate"}
    assert two.she((-600, 7.0)) == ["conflict"]


def test_each_consent_keeps_and_judges_only_its_own_time(two):
    two.consented()
    he(two, "EB-2", *stays(-600, 0, 50.0))
    assert set(two.she(*stays(-600, -300))) == {"accepted"}
    assert two.nearnesses() == [] and two.kept() == len(stays(-600, -300))
    second = two.consented(orderNumber=two.other, ago_s=120)
    assert set(two.she(*stays(-600, -300))) == {"duplicate"}
    assert set(two.she(*stays(-285, 0))) == {"accepted"}
    assert kept_under(two).count(second["id"]) == len(stays(-120, 0))
    [one] = two.nearnesses()
    assert one["companionId"] == second["id"]


def test_revoking_one_consent_leaves_the_other_going(two):
    first, second = two.consented(), two.consented(orderNumber=two.other)
    two.she(*stays(-600, 0))
    he(two, "EB-1", *stays(-600, 0, 9000.0))
    he(two, "EB-2", *stays(-600, 0, 60.0))
    assert two.withdraws(first).status_code == 200
    assert set(kept_under(two)) == {second["id"]}
    assert [one["status"] for one in two.nearnesses()] == ["open"]
    two.field.world.clock.forward(minutes=5)
    assert set(two.she(*stays(15, 300))) == {"accepted"}
    he(two, "EB-1", *stays(15, 300, 20.0))
    he(two, "EB-2", *goes(15, 300, 60, 5000))
    assert [(one["companionId"], one["endCause"]) for one in two.nearnesses()] == [(second["id"], "apart")]
    assert two.withdraws(second).status_code == 200
    assert set(two.she(*stays(310, 330))) == {"not_stored"}
    # Of the time around the stretch some is held for its own time, and then nothing is left of her.
    two.field.world.clock.forward(days=181)
    tend_companions(two.field.shared)
    assert two.kept() == 0


def test_a_call_for_help_calls_each_who_must_act_once(two):
    two.consented()
    two.consented(orderNumber=two.other)
    help_ = ping(-5, at(0.0), HERS, kind="alarm", alarm="sos")
    assert two.field.send(help_, caller=two.hers) == ["accepted"]
    alerts = two.field.supervisor.get("/v1/alerts?class=companion_emergency").json["alerts"]
    assert len(alerts) == 1


def test_the_device_of_another_person_is_refused_also_when_she_bears_the_same_name(two):
    two.consented()
    refused = two.consents(orderNumber=two.stranger)
    assert (refused.status_code, refused.json["code"]) == (409, "companion_in_use")
    assert two.number not in refused.text and "Vosmeer" not in refused.text
    again = two.consents()
    assert (again.status_code, again.json["code"]) == (409, "companion_in_use")
    assert two.field.count(Companion) == 1
    # Another provider's device of that name is another device.
    two.field.world.caller("SAQ", OrganisationKind.COMPANION_PROVIDER)
    assert two.consents(orderNumber=two.stranger, provider="SAQ").status_code == 201
    # Once withdrawn it may be carried by whoever agrees to it then.
    [own] = [one for one in two.field.supervisor.get("/v1/companions").json["companions"] if one["provider"] == "SAP"]
    assert two.withdraws(own).status_code == 200
    assert two.consents(orderNumber=two.stranger).status_code == 201
    two.field.world.clock.forward(minutes=5)
    assert two.consents(ago_s=-60).status_code == 409


def test_an_order_that_ended_keeps_nothing_while_the_other_binds(two):
    first, second = two.consented(), two.consented(orderNumber=two.other)
    two.field.protected = HER
    two.field.order(number=two.number, version=2, kind="withdrawal", effective_at=two.field.world.clock.now())
    two.field.world.clock.forward(seconds=60)
    assert two.she((30, 0.0)) == ["accepted"]
    assert set(kept_under(two)) == {second["id"]}
    assert two.standing(first)["protectedPlacedAt"] is None
