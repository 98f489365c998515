from dataclasses import replace
from datetime import timedelta

import pytest

from registry.alerts.escalation import escalate
from registry.app import build_runtime
from registry.enforcement.daylists.sending import send_daylists
from registry.enforcement.watch import watch_quiet
from tests.enforcement.conftest import after, fact, instant
from tests.enforcement.test_late_facts import news

DAYS = timedelta(days=30)


@pytest.fixture
def still(chain, clock):
    """The examining judge decided, and nobody recorded when the court received the demand: no term runs.

    Beside it one whose terms run, and one that the judge's decision ended, with a right to appeal that runs.
    """
    at = instant(clock.at)
    decided = [
        *(fact("notification", at, to=one) for one in ("prosecution", "minister")),
        fact("filing", at, demand="custody"),
        fact("examining_judge_decision", at, decision="granted"),
    ]
    chain.proceeding(number="CJIB-2026-000501")
    after(chain, chain.proceeding("VBM", number="CJIB-2026-000502"), *decided)
    started = chain.proceeding()
    after(chain, started, *decided)
    return started


def calls(caller, status="open"):
    found = caller.get(f"/v1/alerts?class=proceeding_quiet&status={status}").json["alerts"]
    return [one["subject"].removeprefix("proceeding:") for one in found]


def test_an_open_proceeding_that_no_term_calls_for_is_put_before_its_owner_once_and_again_after_as_long(
    chain, shared, clock, still
):
    clock.at += DAYS - timedelta(seconds=1)
    watch_quiet(shared)
    assert calls(chain.prosecution) == []
    clock.forward(seconds=1)
    for _ in range(2):
        watch_quiet(shared)
    (alert,) = chain.prosecution.get("/v1/alerts?class=proceeding_quiet").json["alerts"]
    assert (alert["subject"], alert["priority"]) == (f"proceeding:{still['id']}", 3)
    assert alert["title"] == (
        "Procedure ligt stil: er loopt geen termijn, en sinds maandag 23 november 2026 is er niets gebeurd"
    )
    assert alert["context"] == {name: still[name] for name in ("breachId", "orderId")} | {"proceedingId": still["id"]}
    assert calls(chain.stranger) == calls(chain.partner) == []
    chain.prosecution.put("/v1/duties", {"duties": [{"name": "Officier van dienst", "contact": "+31 30 555 0199"}]})
    clock.forward(hours=8)
    escalate(shared)
    climbed = chain.prosecution.get(f"/v1/alerts/{alert['id']}").json
    assert (climbed["level"], climbed["duty"]["name"]) == (1, "Officier van dienst")
    chain.prosecution.post(f"/v1/alerts/{alert['id']}/acknowledgement", {"note": "Volgt."})
    clock.at += DAYS - timedelta(hours=9)
    watch_quiet(shared)
    assert calls(chain.prosecution) == []
    clock.forward(hours=2)
    watch_quiet(shared)
    assert calls(chain.prosecution) == [still["id"]]


def test_whatever_happens_takes_the_call_back_and_a_hearing_or_a_plan_ahead_is_waited_for(chain, shared, clock, still):
    clock.at += DAYS
    watch_quiet(shared)
    hearing_at = clock.at + timedelta(days=40)
    after(chain, still, fact("hearing_set", instant(clock.at), hearingAt=instant(hearing_at)))
    assert calls(chain.prosecution) == []
    clock.at = hearing_at + DAYS - timedelta(seconds=1)
    watch_quiet(shared)
    assert calls(chain.prosecution) == []
    plan = {"kind": "prosecutor_decision", "plannedAt": instant(clock.at + DAYS), "details": {"decision": "warning"}}
    planned = chain.prosecution.post(f"/v1/proceedings/{still['id']}/plans", plan)
    assert planned.status_code == 201
    clock.forward(days=40)
    watch_quiet(shared)
    assert calls(chain.prosecution) == []
    chain.prosecution.post(f"/v1/proceedings/{still['id']}/plans/{planned.json['id']}/withdrawal")
    watch_quiet(shared)
    assert calls(chain.prosecution) == [still["id"]]
    after(chain, still, fact("prosecutor_decision", instant(clock.at), decision="warning"))
    clock.forward(days=400)
    watch_quiet(shared)
    assert calls(chain.prosecution) == []


def test_a_term_that_begins_later_or_was_recorded_wrongly_decides_whether_it_is_waited_for(chain, shared, clock, still):
    received = fact("receipt", instant(clock.at))
    clock.at += DAYS
    watch_quiet(shared)
    began = after(chain, still, received)
    assert calls(chain.prosecution) == []
    clock.forward(days=400)
    watch_quiet(shared)
    # The term has long passed: that it was missed is what is told of it, and nothing else.
    assert calls(chain.prosecution) == []
    receipt = next(one for one in began["events"] if one["kind"] == "receipt")
    after(chain, still, fact("advice", received["occurredAt"]) | {"corrects": receipt["id"]})
    clock.at += DAYS
    watch_quiet(shared)
    assert calls(chain.prosecution) == [still["id"]]


def test_how_long_is_configured_and_the_list_of_the_day_names_it_to_its_owner_alone(chain, settings, clock, still):
    impatient = build_runtime(replace(settings, quiet_days=5), clock)
    clock.forward(days=4, hours=19)
    watch_quiet(impatient)
    assert calls(chain.prosecution) == []
    clock.forward(days=1)
    watch_quiet(impatient)
    send_daylists(impatient)
    impatient.close()
    assert calls(chain.prosecution) == [still["id"]]
    (day,) = news(chain.prosecution, chain.world.shared, clock, "daylist.made")
    assert day["quiet"] == [
        {"proceedingId": still["id"], "orderId": still["orderId"], "sinceAt": "2026-11-23T12:00:00Z"}
    ]
    shown = chain.prosecution.get(f"/v1/daylists/{day['daylistId']}").json
    assert shown["quiet"] == day["quiet"]
    (police,) = news(chain.police, chain.world.shared, clock, "daylist.made")
    assert police["quiet"] == []
