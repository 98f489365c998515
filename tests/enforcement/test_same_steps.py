from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.enforcement.conftest import after, fact, on


def test_two_who_record_the_same_step_at_once_are_one_winner_and_one_who_hears_why(chain):
    started = chain.proceeding()
    events = [fact("examining_judge_decision", "2026-11-23T11:30:00Z", decision=one) for one in ("granted", "refused")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: chain.record(started, one), events))
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = [one.json for one in answers if one.status_code == 409]
    assert refused["code"] == "step_recorded"
    assert "tester-1 recorded this step" in refused["detail"]
    shown = chain.police.get(f"/v1/proceedings/{started['id']}").json
    assert len(shown["events"]) == 2


AT_ONCE = [
    ("filing", {}, {"demand": "custody"}),
    ("arrest", {}, {}),
    ("notification", {"to": "minister"}, {"to": "minister"}),
    ("prosecutor_decision", {"decision": "execution"}, {"decision": "execution"}),
    ("service", {"of": "decision"}, {}),
]


@pytest.mark.parametrize(("kind", "one", "other"), AT_ONCE, ids=[kind for kind, *_ in AT_ONCE])
def test_two_accounts_of_one_step_at_once_keep_the_first_and_the_other_hears_why_and_how_to_go_on(
    chain, kind, one, other
):
    first = fact("arrest", "2026-11-23T09:00:00Z")
    if kind == "arrest":
        first = fact("prosecutor_decision", "2026-11-23T09:00:00Z", decision="arrest")
    started = chain.proceeding(first=first)
    events = [fact(kind, f"2026-11-23T11:0{minute}:00Z", **told) for minute, told in enumerate((one, other))]
    barrier = Barrier(2)

    def send(event):
        barrier.wait()
        return chain.record(started, event)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, events))
    assert sorted(one.status_code for one in answers) == [201, 409]
    winner, loser = sorted(zip((one.status_code for one in answers), events, strict=True), key=lambda each: each[0])
    (refused,) = [one.json for one in answers if one.status_code == 409]
    kept = chain.police.get(f"/v1/proceedings/{started['id']}").json["events"]
    assert [one["occurredAt"] for one in kept] == [first["occurredAt"], winner[1]["occurredAt"]]
    assert refused["code"] == "step_recorded" and kept[1]["id"] in refused["detail"]
    # It is never a reason to lose a fact: who says that it is one more is believed, and so is who corrects.
    assert len(after(chain, started, loser[1] | {"another": True})["events"]) == 3
    assert chain.record(started, loser[1]).status_code == 201
    wrong = fact(kind, "2026-11-23T11:09:00Z", **other) | {"corrects": kept[1]["id"]}
    assert chain.record(started, wrong).status_code == 409
    assert chain.record(started, wrong | {"another": True}).status_code == 201


def test_a_step_comes_again_after_what_makes_it_come_again_also_when_that_is_told_in_another_order(chain):
    started = chain.proceeding(first=fact("arrest", "2026-11-20T09:00:00Z"))
    anew = [
        fact("filing", "2026-11-20T10:00:00Z"),
        fact("release", "2026-11-20T12:00:00Z"),
        fact("arrest", "2026-11-21T09:00:00Z"),
        fact("filing", "2026-11-21T10:00:00Z", demand="custody", party="prosecution"),
        fact("release", "2026-11-21T12:00:00Z"),
    ]
    assert len(after(chain, started, *anew)["events"]) == 6
    assert chain.record(started, fact("filing", "2026-11-21T11:00:00Z", demand="custody")).status_code == 409
    assert chain.record(started, fact("filing", "2026-11-21T11:00:00Z", demand="execution")).status_code == 201


def test_a_second_decision_is_recorded_when_somebody_says_that_it_is_one_more_and_is_shown_as_unusual(chain):
    started = chain.proceeding(first=fact("arrest", "2026-11-20T09:00:00Z"))
    rulings = [fact("examining_judge_decision", f"2026-11-2{day}T10:00:00Z", decision="granted") for day in (1, 2)]
    after(chain, started, fact("filing", "2026-11-20T10:00:00Z"), rulings[0])
    assert chain.record(started, rulings[1]).status_code == 409
    shown = after(chain, started, rulings[1] | {"another": True})
    unusual = [(one["code"], one["eventId"], one["source"]) for one in shown["irregularities"]]
    assert ("repeated", shown["events"][-1]["id"], "art. 6:6:20 lid 1 onder a en lid 3 Sv") in unusual
    assert on(shown, "T01")["stopEvent"]["id"] == shown["events"][-2]["id"]


def test_steps_that_may_happen_again_or_differ_are_no_conflict(chain):
    started = chain.proceeding()
    at = "2026-11-23T11:00:00Z"
    both = [fact("filing", at, demand="custody"), fact("filing", at, demand="execution")]
    assert len(after(chain, started, *both)["events"]) == 3
    twice = [fact("hearing_set", at, hearingAt=f"2026-12-0{number}T10:00:00Z") for number in (1, 2)]
    assert chain.record(started, twice[0]).status_code == 201
    assert chain.record(started, twice[1]).status_code == 409
    stays = chain.proceeding("TBSB", number="CJIB-2026-000300")
    rulings = [fact("examining_judge_decision", f"2026-11-23T1{hour}:00:00Z", decision="granted") for hour in (0, 1)]
    assert len(after(chain, stays, *rulings)["events"]) == 3
