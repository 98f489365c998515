"""Devices that nothing judges: a later version took their condition away, or there was never anything to follow."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.unjudged.rules import CLASSES
from registry.monitoring.unjudged.watching import watch_unjudged
from registry.outbox.models import Event
from tests.monitoring.chain import Chain, ban, duty
from tests.monitoring.test_home_units import band, unit
from tests.monitoring.wearers import FAR, circle
from tests.world import NOW

CONTACT_BAN = {"reference": "C1", "type": "contact_ban", "protects": ["P1"]}


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    # Noise: a device on nobody.
    made.supervisor.post("/v1/devices", {"name": "EB-noise", "provider": "EB"})
    return made


def calls(chain):
    """Class, the last words of the title and whether it stands, of each call for a device that nothing judges."""
    chain.world.clock.forward(seconds=1)
    for _ in range(2):
        watch_unjudged(chain.world.shared)
    with chain.world.shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class.in_(CLASSES)).order_by(Alert.id)).all()
    assert {row.priority for row in rows} <= {2}
    return [(row.alert_class, row.title_nl.split(": ")[1], row.closed_at is None) for row in rows]


def shown(chain):
    """Why nothing judges each coupling, by the name of its device."""
    found = chain.supervisor.get("/v1/couplings").json["couplings"]
    return {one["device"]: one["notJudgedBecause"] for one in found}


def test_a_unit_whose_condition_a_later_version_renames_is_called_for_until_it_is_there_again(chain):
    row = unit(chain, duty(), ban(reference="C2"))
    band(chain, row)
    assert (calls(chain), row["coupling"]["notJudgedBecause"]) == ([], None)
    chain.order(duty(reference="C9"), ban(reference="C2"), kind="change")
    gone = ("home_unit_unjudged", "de voorwaarde staat niet meer in het bevel")
    assert calls(chain) == [(*gone, True)]
    assert shown(chain) == {"TU-1": "condition_gone", "EB-1": None}
    chain.order(ban(), ban(reference="C2"), kind="change")
    no_home = ("home_unit_unjudged", "de voorwaarde heeft geen gebied meer waar hij moet zijn")
    assert (calls(chain), shown(chain)["TU-1"]) == ([(*no_home, True)], "no_home")
    chain.order(duty(endsOn="2026-11-22"), ban(reference="C2"), kind="change")
    assert shown(chain)["TU-1"] == "condition_ended"
    chain.order(duty(), ban(reference="C2"), kind="change")
    assert (calls(chain), shown(chain)["TU-1"]) == ([(*no_home, False)], None)
    with chain.world.shared.database.reading() as session:
        told = session.scalars(select(Event.data).where(Event.type == "nl.beschermingsbevel.alert.raised.v1")).all()
    assert [one["alert_class"] for one in told] == ["home_unit_unjudged"]


def test_a_version_that_takes_the_condition_away_later_leaves_the_unit_judged_until_then(chain):
    unit(chain)
    chain.order(duty(reference="C9"), kind="change", effectiveAt=format_instant(NOW + timedelta(hours=1)))
    assert (calls(chain), shown(chain)) == ([], {"TU-1": None})
    chain.world.clock.forward(hours=1)
    assert shown(chain) == {"TU-1": "condition_gone"}
    assert len(calls(chain)) == 1


def test_a_monitor_on_whom_no_order_has_anything_to_follow_is_called_for_and_another_order_ends_that(chain):
    chain.wearer(ban())
    chain.order(CONTACT_BAN, kind="change")
    nothing = ("device_unjudged", "geen voorwaarde van zijn bevelen kan worden gevolgd")
    assert (calls(chain), shown(chain)) == ([(*nothing, True)], {"EB-1": "not_monitored"})
    chain.order(ban(circle(*FAR)), orderNumber="CJIB-2026-800001", version=1)
    assert (calls(chain), shown(chain)) == ([(*nothing, False)], {"EB-1": None})
    chain.order(kind="withdrawal", orderNumber="CJIB-2026-800001", version=2, order=None)
    assert (calls(chain), shown(chain)) == ([(*nothing, True)], {"EB-1": "not_monitored"})


def test_who_is_not_bound_now_has_no_call_for_what_nothing_judges(chain):
    row = chain.wearer(CONTACT_BAN)
    assert len(calls(chain)) == 1
    chain.order(kind="suspension", order=None)
    assert [one[2] for one in calls(chain)] == [False]
    assert shown(chain) == {"EB-1": "not_monitored"}
    chain.order(kind="withdrawal", order=None)
    assert ([one[2] for one in calls(chain)], shown(chain)) == ([False], {"EB-1": "order_ended"})
    body = {"device": "EB-2", "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(NOW)}
    over = chain.supervisor.post("/v1/couplings", body | {"until": format_instant(NOW + timedelta(minutes=1))})
    chain.world.clock.forward(minutes=2)
    assert (over.json["notJudgedBecause"], shown(chain)["EB-2"]) == ("order_ended", None)


def test_a_unit_for_an_order_that_ended_is_called_for_while_another_order_binds_him(chain):
    unit(chain)
    other = chain.order(ban(), orderNumber="CJIB-2026-800001", version=1)
    band(chain, other)
    chain.order(kind="withdrawal", order=None, version=2)
    chain.world.shared.get(Judge).tick()
    ended = ("home_unit_unjudged", "het bevel is geëindigd")
    assert (calls(chain), shown(chain)) == ([(*ended, True)], {"TU-1": "order_ended", "EB-1": None})


def test_a_suspended_order_judges_again_later(chain):
    unit(chain)
    band(chain, chain.order(CONTACT_BAN, orderNumber="CJIB-2026-800001", version=1))
    chain.order(kind="suspension", order=None, version=2)
    assert (calls(chain), shown(chain)) == ([], {"TU-1": None, "EB-1": None})
