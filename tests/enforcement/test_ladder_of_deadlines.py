from datetime import timedelta

import pytest

from registry.alerts.escalation import escalate
from registry.enforcement.watch import watch_deadlines
from tests.enforcement.conftest import after, fact, instant, on
from tests.enforcement.test_late_facts import news

DUTIES = {"prosecution": ("Officier van dienst", "Hoofdofficier"), "police": ("Chef van dienst",)}


@pytest.fixture
def held(chain, clock):
    """An arrest on Monday at noon UTC with a demand at once: the judge has until Thursday at noon."""
    for whose, names in DUTIES.items():
        ladder = [{"name": name, "contact": "+31 30 555 0100"} for name in names]
        assert getattr(chain, whose).put("/v1/duties", {"duties": ladder}).status_code == 200
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    return after(chain, started, fact("filing", instant(clock.at), demand="custody"))


def called(caller, proceeding, rule):
    """The one alert that calls for a deadline: its class, its step on the ladder and the duty there."""
    subject = f"deadline:{on(proceeding, rule)['id']}"
    listed = caller.get("/v1/alerts?limit=200").json["alerts"]
    found = [one for one in listed if one["subject"] == subject and one["status"] != "closed"]
    assert len(found) <= 1
    return next(((one["class"], one["level"], (one["duty"] or {}).get("name")) for one in found), None)


def pass_to(shared, clock, at):
    """Let the worker run at that moment, each job twice: what was done is not done again."""
    clock.at = at
    for job in (watch_deadlines, escalate) * 2:
        job(shared)


def test_a_term_is_walked_from_the_first_warning_through_missed_to_each_rung_until_somebody_takes_it(
    chain, shared, clock, held
):
    start, first, second = clock.at, *DUTIES["prosecution"]
    walk = [
        # When, in hours and minutes after the demand; what calls, at which step, and whose duty that is.
        ((35, 59), None),
        ((36, 0), ("deadline_half", 0, None)),
        ((53, 59), ("deadline_half", 0, None)),
        ((54, 0), ("deadline_near", 0, None)),
        ((61, 59), ("deadline_near", 0, None)),
        ((62, 0), ("deadline_near", 1, first)),
        ((68, 0), ("deadline_urgent", 0, None)),
        ((69, 0), ("deadline_urgent", 1, first)),
        ((70, 0), ("deadline_urgent", 2, second)),
        ((71, 0), ("deadline_urgent", 2, second)),
        ((72, 0), ("deadline_urgent", 2, second)),
        ((72, 1), ("deadline_missed", 0, None)),
        ((72, 5), ("deadline_missed", 0, None)),
        ((72, 6), ("deadline_missed", 1, first)),
        ((72, 11), ("deadline_missed", 2, second)),
        ((72, 16), ("deadline_missed", 2, second)),
    ]
    for (hours, minutes), expected in walk:
        pass_to(shared, clock, start + timedelta(hours=hours, minutes=minutes))
        assert called(chain.prosecution, held, "T01") == expected, (hours, minutes)
        assert expected is None or called(chain.police, held, "T01") == (*expected[:2], None)
    told = climbed(chain.prosecution, shared, clock, "deadline_missed")
    assert [(one["level"], one["dutyOrganisationId"]) for one in told] == [
        (level, str(chain.prosecution.organisation_id)) for level in (1, 2, 2)
    ]
    assert climbed(chain.stranger, shared, clock, "deadline_missed") == []
    take(chain.prosecution, "deadline_missed")
    pass_to(shared, clock, clock.at + timedelta(days=2))
    assert called(chain.prosecution, held, "T01") == ("deadline_missed", 2, second)
    assert len(climbed(chain.prosecution, shared, clock, "deadline_missed")) == 3
    decided = after(chain, held, fact("examining_judge_decision", instant(clock.at), decision="granted"))
    assert on(decided, "T01")["state"] == "met_late"
    assert called(chain.prosecution, held, "T01") is None


def climbed(caller, shared, clock, alert_class):
    found = news(caller, shared, clock, "alert.escalated")
    return [one for one in found if one["alertClass"] == alert_class]


def take(caller, alert_class):
    (alert,) = caller.get(f"/v1/alerts?class={alert_class}").json["alerts"]
    answer = caller.post(f"/v1/alerts/{alert['id']}/acknowledgement", {"note": "Ik bel de rechter-commissaris."})
    assert answer.status_code == 200


def test_what_must_be_done_without_delay_climbs_the_ladder_of_whoever_must_do_it(chain, shared, clock, held):
    start, (chief,) = clock.at, DUTIES["police"]
    walk = [
        ((1, 59), None),
        ((2, 0), ("deadline_reminder", 0, None)),
        ((23, 0), ("deadline_reminder", 0, None)),
        ((24, 0), ("deadline_near", 0, None)),
        ((32, 0), ("deadline_near", 1, chief)),
        ((72, 0), ("deadline_urgent", 0, None)),
        ((73, 0), ("deadline_urgent", 1, chief)),
        ((74, 0), ("deadline_urgent", 1, chief)),
    ]
    for (hours, minutes), expected in walk:
        pass_to(shared, clock, start + timedelta(hours=hours, minutes=minutes))
        assert called(chain.police, held, "T41-M") == expected, (hours, minutes)
    shown = chain.police.get(f"/v1/proceedings/{held['id']}").json
    assert on(shown, "T41-M")["state"] == "missed"
    told = after(chain, held, fact("notification", instant(clock.at), to="minister"))
    assert (on(told, "T41-M")["state"], called(chain.police, held, "T41-M")) == ("met_late", None)


def test_a_missed_term_that_turns_out_met_in_time_falls_silent_and_one_corrected_away_calls_anew(
    chain, shared, clock, held
):
    start = clock.at
    pass_to(shared, clock, start + timedelta(hours=73))
    decided = fact("examining_judge_decision", instant(start + timedelta(hours=50)), decision="granted")
    met = after(chain, held, decided)
    assert (on(met, "T01")["state"], called(chain.prosecution, held, "T01")) == ("met", None)
    ruling = next(one for one in met["events"] if one["kind"] == "examining_judge_decision")
    after(chain, held, fact("advice", decided["occurredAt"]) | {"corrects": ruling["id"]})
    pass_to(shared, clock, clock.at + timedelta(seconds=1))
    assert called(chain.prosecution, held, "T01") == ("deadline_missed", 0, None)


def test_where_nobody_has_a_ladder_it_is_told_again_at_each_step(chain, shared, clock):
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    filed = after(chain, started, fact("filing", instant(clock.at), demand="custody"))
    start = clock.at
    for minutes in (1, 6, 11):
        pass_to(shared, clock, start + timedelta(hours=72, minutes=minutes))
        assert called(chain.prosecution, filed, "T01") == ("deadline_missed", 0, None)
    told = climbed(chain.prosecution, shared, clock, "deadline_missed")
    assert [one["level"] for one in told] == [0, 0]
