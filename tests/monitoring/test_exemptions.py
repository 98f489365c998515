"""Leave to be where one may not, and away from where one must be: given before, while, and after."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from tests.monitoring.chain import Chain, ban, duty
from tests.monitoring.wearers import INSIDE, OUTSIDE, stay
from tests.world import NOW, some_id


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    world.clock.forward(minutes=40)
    made.send(*stay(INSIDE, 0, 60, 120, device="EB-noise"))
    return made


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def every_minute(place, first, last):
    return stay(place, *range(first * 60, last * 60 + 1, 60), accuracyM=5)


def told(chain):
    chain.world.shared.get(Judge).tick()
    live = [one for one in chain.episodes() if one["status"] in ("open", "closed")]
    return [(minutes(one["startedAt"]), minutes(one["endedAt"]), one["cause"], one["endCause"]) for one in live]


def minutes(instant):
    return instant and next(number for number in range(-200, 200) if format_instant(at(number)) == instant)


def exempt(chain, order_id, first, last, **changes):
    told = {"condition": "C1", "kind": "court", "source": "Officier van justitie"}
    told |= {"from": format_instant(at(first)), "until": format_instant(at(last))} | changes
    return chain.supervisor.post(f"/v1/orders/{order_id}/exemptions", told)


def test_who_must_be_home_may_be_in_court_until_three_and_not_a_minute_longer(chain):
    order_id = chain.wearer(duty())["orderId"]
    assert exempt(chain, order_id, 5, 20).status_code == 201
    chain.send(*every_minute(INSIDE, 0, 5), *every_minute(OUTSIDE, 6, 19))
    assert (told(chain), chain.alerts(), chain.breaches()) == ([], [], [])
    chain.send(*every_minute(OUTSIDE, 20, 26))
    assert told(chain) == [(20, None, "exemption_ended", None)]
    assert chain.breaches() == [(format_instant(at(20)), None)]


def test_an_exemption_given_while_he_is_there_ends_the_episode_at_its_beginning(chain):
    order_id = chain.wearer(ban())["orderId"]
    chain.send(*every_minute(INSIDE, 0, 20))
    assert told(chain) == [(0, None, "first_seen", None)]
    exempt(chain, order_id, 10, 60)
    assert told(chain) == [(0, 10, "first_seen", "exempted")]


def test_an_exemption_told_afterwards_takes_back_what_it_allowed_and_deletes_nothing(chain):
    order_id = chain.wearer(ban())["orderId"]
    chain.send(*every_minute(OUTSIDE, 0, 5), *every_minute(INSIDE, 6, 10), *every_minute(OUTSIDE, 11, 30))
    assert told(chain) == [(6, 11, "entered", "left")]
    exempt(chain, order_id, 0, 20)
    assert told(chain) == []
    assert [one["status"] for one in chain.episodes()] == ["withdrawn"]
    assert len(chain.alerts()) == 1


def test_a_withdrawn_exemption_brings_back_what_lies_after_it(chain):
    order_id = chain.wearer(ban())["orderId"]
    given = exempt(chain, order_id, 0, 39).json
    chain.send(*every_minute(INSIDE, 1, 30))
    assert told(chain) == []
    ended = chain.supervisor.post(f"/v1/exemptions/{given['id']}/withdrawal", {"endsAt": format_instant(at(12))})
    assert (ended.status_code, ended.json["withdrawnBy"]) == (200, "RN-MN")
    assert told(chain) == [(12, None, "exemption_ended", None)]


def test_an_exemption_that_never_was_counts_for_nothing(chain):
    order_id = chain.wearer(ban())["orderId"]
    given = exempt(chain, order_id, 0, 39).json
    chain.send(*every_minute(INSIDE, 1, 30))
    assert chain.supervisor.post(f"/v1/exemptions/{given['id']}/withdrawal", {}).status_code == 200
    assert told(chain) == [(1, None, "first_seen", None)]
    again = chain.supervisor.post(f"/v1/exemptions/{given['id']}/withdrawal", {})
    assert (again.status_code, again.json["code"]) == (409, "exemption_withdrawn")


def test_an_exemption_is_of_its_own_condition_and_outlives_a_new_version(chain):
    elsewhere = {"reference": "C2"}
    order_id = chain.wearer(ban(), ban(**elsewhere))["orderId"]
    exempt(chain, order_id, 0, 39)
    chain.order(ban(), ban(**elsewhere), kind="extension")
    chain.send(*every_minute(INSIDE, 1, 30))
    [found] = chain.episodes()
    shown = chain.supervisor.get(f"/v1/orders/{order_id}").json["conditions"]
    assert next(one["reference"] for one in shown if one["id"] == found["conditionId"]) == "C2"


def test_a_restart_keeps_what_was_exempted(chain):
    order_id = chain.wearer(ban())["orderId"]
    exempt(chain, order_id, 0, 39)
    chain.send(*every_minute(INSIDE, 1, 5))
    shared = chain.world.shared
    shared.get(Judge).close()
    shared.add(Judge(shared.database, shared.clock))
    chain.send(*every_minute(INSIDE, 6, 30))
    assert told(chain) == []


def test_what_is_wrong_with_an_exemption_is_told_all_at_once(chain):
    order_id = chain.wearer(ban())["orderId"]
    wrong = exempt(chain, order_id, 20, 10, condition="C9")
    assert {one["pointer"] for one in wrong.json["errors"]} == {"#/until", "#/condition"}
    bad = exempt(chain, order_id, 0, 1, kind="holiday", source=" ")
    assert {one["pointer"] for one in bad.json["errors"]} == {"#/kind", "#/source"}
    given = exempt(chain, order_id, 0, 10).json
    outside = chain.supervisor.post(f"/v1/exemptions/{given['id']}/withdrawal", {"endsAt": format_instant(at(10))})
    assert (outside.status_code, outside.json["errors"][0]["pointer"]) == (400, "#/endsAt")
    listed = chain.supervisor.get(f"/v1/orders/{order_id}/exemptions?limit=1").json
    assert [one["id"] for one in listed["exemptions"]] == [given["id"]]
    assert chain.supervisor.get(f"/v1/orders/{order_id}/exemptions?cursor={listed['next']}").json["exemptions"] == []


def test_only_who_supervises_or_prosecutes_gives_leave_and_only_from_their_own_orders(chain, world):
    prosecutor = world.caller("OM-MN", OrganisationKind.PROSECUTION)
    order_id = chain.wearer(ban())["orderId"]
    given = exempt(chain, order_id, 0, 10).json
    body = {name: given[name] for name in ("condition", "kind", "from", "until", "source")}
    stranger = world.caller("RN-OB", OrganisationKind.PROBATION)
    police = world.caller("POL-MN", OrganisationKind.POLICE)
    reader = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ORDERS_READ)
    for caller, status in ((stranger, 404), (police, 403), (reader, 403)):
        assert caller.post(f"/v1/orders/{order_id}/exemptions", body).status_code == status
        assert caller.post(f"/v1/exemptions/{given['id']}/withdrawal", {}).status_code == status
    assert stranger.get(f"/v1/orders/{order_id}/exemptions").status_code == 404
    assert chain.supervisor.post(f"/v1/exemptions/{some_id()}/withdrawal", {}).status_code == 404
    assert prosecutor.post(f"/v1/orders/{order_id}/exemptions", body).status_code == 201
    with chain.world.shared.database.reading() as session:
        ours = select(AuditEntry.details).where(AuditEntry.organisation_id == chain.supervisor.organisation_id)
        assert given["id"] in [details.get("exemption") for details in session.scalars(ours)]
