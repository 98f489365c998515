import uuid

import pytest

from registry.alerts.escalation import escalate
from registry.alerts.rules import NewAlert
from registry.enforcement.procedure.rules import ActorKind, owner_of
from registry.enforcement.watch import watch_deadlines
from registry.outbox.delivery import position_events
from tests.enforcement.conftest import fact, instant, on
from tests.world import NOW


def filing(chain):
    return fact("filing", instant(chain.clock.now()), demand="custody")


def ladders(chain):
    """Each organisation has a duty of its own, so that a call on the wrong one shows."""
    for caller in (chain.police, chain.prosecution, chain.probation):
        caller.put("/v1/duties", {"duties": [{"name": "Piket", "contact": "+31 30 555 0101"}]})


def called(chain, deadline_id):
    """Which organisation's duty was called about a deadline."""
    position_events(chain.world.shared.database, NOW)
    told = chain.prosecution.get("/v1/events?limit=200&types=nl.beschermingsbevel.alert.escalated.v1").json["events"]
    return {one["data"]["dutyOrganisationId"] for one in told if one["data"].get("deadlineId") == deadline_id}


def rules(chain, query):
    return sorted({one["rule"] for one in chain.police.get(f"/v1/deadlines?{query}").json["deadlines"]})


def test_the_alert_of_a_deadline_climbs_the_ladder_of_whoever_must_act(chain, shared, clock):
    ladders(chain)
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    chain.record(started, filing(chain))
    chain.record(started, fact("probation_report", instant(clock.at)))
    shown = chain.police.get(f"/v1/proceedings/{started['id']}").json
    clock.forward(hours=80)
    watch_deadlines(shared)
    clock.forward(hours=9)
    escalate(shared)
    assert called(chain, on(shown, "T01")["id"]) == {str(chain.prosecution.organisation_id)}
    assert called(chain, on(shown, "T41-M")["id"]) == {str(chain.police.organisation_id)}
    missed = next(one for one in chain.prosecution.get("/v1/alerts?class=deadline_missed").json["alerts"])
    assert (missed["level"], missed["duty"]["name"]) == (1, "Piket")
    seen = chain.probation.get(f"/v1/alerts/{missed['id']}").json
    assert (seen["level"], seen["duty"]) == (1, None)
    assert chain.stranger.get(f"/v1/alerts/{missed['id']}").status_code == 404


def test_the_table_says_who_must_act_while_a_term_runs(chain, clock):
    started = chain.proceeding("VV", first=fact("arrest", instant(clock.at)))
    for one in (filing(chain), fact("probation_report", instant(clock.at))):
        chain.record(started, one)
    shown = chain.police.get(f"/v1/proceedings/{started['id']}").json
    owners = {one["rule"]: one["ownerOrganisationId"] for one in shown["deadlines"]}
    police, prosecution, probation = (
        str(one.organisation_id) for one in (chain.police, chain.prosecution, chain.probation)
    )
    assert owners == {"T01": prosecution, "T04": prosecution, "T40": probation, "T41": police, "T41-M": police}


def test_without_the_organisation_meant_the_nearest_owns_a_deadline():
    police, sender = uuid.uuid4(), uuid.uuid4()
    owners = {"police_org_id": police, "prosecuting_org_id": None, "sending_org_id": sender}
    assert owner_of(ActorKind.PROSECUTION, owners) == police
    assert owner_of(ActorKind.PROBATION, owners) == police
    assert owner_of(ActorKind.MINISTER, owners) == sender
    assert owner_of(ActorKind.POLICE, {"partner_org_id": uuid.uuid4()}) is None


def test_an_alert_climbs_no_ladder_of_somebody_who_cannot_see_it():
    with pytest.raises(ValueError, match="one of its owners"):
        NewAlert("deadline_near", 2, "Titel", "deadline:1", {"police_org_id": uuid.uuid4()}, {}, uuid.uuid4())


def test_deadlines_can_be_asked_for_by_nature_regime_and_district_together(chain, clock):
    for number, regime in enumerate(("VV", "VBM", "SVH")):
        started = chain.proceeding(regime, number=f"CJIB-2026-00040{number}")
        chain.record(started, filing(chain))
    assert rules(chain, "regime=SVH") == ["T03"]
    assert rules(chain, "nature=S&regime=VBM") == ["T41-M"]
    assert rules(chain, "nature=H") == ["T01", "T03"]
    assert rules(chain, "nature=P") == []
    assert rules(chain, "arrondissement=midden-nederland&regime=VV") == ["T01", "T41-M"]
    assert rules(chain, "arrondissement=limburg") == []
    assert rules(chain, f"owner={chain.police.organisation_id}&nature=H") == []
    assert chain.stranger.get("/v1/deadlines?arrondissement=midden-nederland").json["deadlines"] == []


def test_a_calendar_takes_the_same_filters(chain):
    for number, regime in enumerate(("VV", "SVH")):
        started = chain.proceeding(regime, number=f"CJIB-2026-00041{number}")
        chain.record(started, filing(chain))
    for path, headers in (("/v1/deadlines/calendar", {}), ("/v1/deadlines", {"Accept": "text/calendar"})):
        asked = chain.prosecution.get(f"{path}?regime=SVH&arrondissement=midden-nederland", headers=headers)
        assert asked.text.count("BEGIN:VEVENT") == 1
        assert chain.prosecution.get(f"{path}?nature=M", headers=headers).text.count("BEGIN:VEVENT") == 0


@pytest.mark.parametrize("query", ["nature=X", "regime=ABC", "arrondissement=utrecht", "arrondissement=", "wijk=1"])
def test_a_filter_that_means_nothing_is_refused_and_never_an_empty_list(chain, query):
    for path in ("/v1/deadlines", "/v1/deadlines/calendar"):
        assert chain.police.get(f"{path}?{query}").status_code == 400
