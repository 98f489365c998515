"""The unit in his home: presence and absence by the schedules of the areas in which he must be, over the API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.silence.watching import watch_silence
from tests.monitoring.chain import Chain, ban, duty, exception, weekly
from tests.monitoring.test_exemptions import at, exempt, told
from tests.monitoring.wearers import INSIDE, OUTSIDE, stay
from tests.world import NOW

UNIT = "TU-1"


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    world.clock.forward(minutes=40)
    return made


def said(minute, home, **more):
    kind = "present" if home else "absent"
    return {"device": UNIT, "messageTime": format_instant(at(minute)), "kind": kind} | more


def unit(chain, *conditions, begins=NOW - timedelta(hours=2), **more):
    """Deliver the order, and put the unit in his home."""
    row = chain.order(*(conditions or (duty(),)))
    body = {"device": UNIT, "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(begins)}
    answer = chain.supervisor.post("/v1/couplings", body | {"kind": "home_unit", "condition": "C1"} | more)
    assert answer.status_code == 201, answer.text
    return row | {"coupling": answer.json}


def band(chain, row):
    body = {"device": "EB-1", "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(at(-120))}
    assert chain.supervisor.post("/v1/couplings", body).status_code == 201


def restart(chain):
    shared = chain.world.shared
    shared.get(Judge).close()
    shared.add(Judge(shared.database, shared.clock))


def test_must_be_home_and_is_not_opens_a_breach_and_coming_home_ends_it(chain):
    row = unit(chain)
    chain.send(said(0, True), said(10, False), said(20, False))
    assert told(chain) == [(10, None, "left", None)]
    [alert] = chain.alerts()
    assert alert == ("zone_absence", 2, "Thuisunit: drager is weggegaan uit het gebied waar hij moet zijn")
    chain.send(said(30, True))
    assert told(chain) == [(10, 30, "left", "returned")]
    [shown] = chain.episodes()
    assert (shown["source"], shown["verdict"], shown["orderId"]) == ("home_unit", "confirmed", row["orderId"])
    assert chain.breaches() == [(format_instant(at(10)), format_instant(at(30)))]
    events = chain.supervisor.get("/v1/events?limit=200&types=nl.beschermingsbevel.episode.*").json["events"]
    assert [one["data"]["origin"] for one in events] == ["home_unit"] * len(events)


def test_what_a_home_unit_told_is_no_bundle_of_positions(chain):
    unit(chain)
    chain.send(said(0, True), said(10, False), said(20, False))
    [shown] = chain.episodes()
    path = f"/v1/episodes/{shown['id']}/evidence-bundles"
    refused = chain.supervisor.post(path, {"reason": "Verzoek van het openbaar ministerie, zaak 16-123456-26."})
    assert (refused.status_code, refused.json["code"]) == (409, "episode_without_positions")


def test_two_minutes_away_is_no_breach(chain):
    unit(chain)
    chain.send(said(0, True), said(10, False), said(12, True))
    assert [one["verdict"] for one in chain.episodes()] == ["passed"]
    assert (chain.breaches(), [one[1] for one in chain.alerts()]) == ([], [3])


def test_the_clock_confirms_without_a_message_and_opens_when_the_window_does(chain):
    begins, ends = ((NOW + timedelta(minutes=60 + offset)).strftime("%H:%M") for offset in (50, 180))
    unit(chain, duty(schedule=weekly(begins, ends)))
    chain.send(said(0, True), said(38, False))
    assert told(chain) == []
    chain.world.clock.forward(minutes=12)  # by now he has to be home
    assert told(chain) == [(50, None, "window_opened", None)]
    assert chain.breaches() == []
    chain.world.clock.forward(minutes=5)
    assert told(chain) == [(50, None, "window_opened", None)]
    assert chain.breaches() == [(format_instant(at(50)), None)]
    assert chain.alerts()[-1][:2] == ("zone_absence", 2)


def test_a_silent_unit_is_silence_and_no_absence(chain):
    unit(chain, duty(schedule=exception(at(-60), at(125))))
    chain.send(said(0, True), said(30, False))
    for _ in range(3):
        chain.world.clock.forward(minutes=60)
        chain.world.shared.get(Judge).tick()
    watch_silence(chain.world.shared)
    assert told(chain) == []
    assert {one[0] for one in chain.alerts()} <= {"home_unit_no_message", "judging_stopped"}
    assert chain.breaches() == []


def test_an_exemption_is_leave_from_home_too(chain):
    row = unit(chain)
    assert exempt(chain, row["orderId"], 5, 20).status_code == 201
    chain.send(said(0, True), said(6, False), said(19, False), said(30, False))
    assert told(chain) == [(20, None, "exemption_ended", None)]
    assert exempt(chain, row["orderId"], 20, 60).status_code == 201
    assert told(chain) == []
    assert [one["status"] for one in chain.episodes()] == ["withdrawn"]


def test_what_comes_late_is_found_late_and_duplicates_change_nothing(chain):
    unit(chain)
    chain.send(said(0, True), said(30, True))
    chain.send(said(5, False))
    assert told(chain) == [(5, 30, "left", "returned")]
    again = chain.provider.post("/v1/pings", {"pings": [said(5, False), said(30, True)]}).json
    assert again["duplicates"] == 2
    chain.send(said(8, True))
    assert told(chain) == [(5, 8, "left", "returned")]
    [shown] = chain.episodes()
    assert shown["verdict"] == "passed"
    chain.send(said(-90, False), said(-60, True))
    assert told(chain)[-1] == (-90, -60, "first_seen", "returned")
    assert chain.alerts()[-1][:2] == ("zone_absence_late", 3)


def test_a_next_absence_that_comes_together_with_the_return_is_an_episode_of_its_own(chain):
    unit(chain)
    chain.send(said(0, True), said(10, False), said(20, False))
    chain.send(said(25, True), said(30, False), said(39, False))
    assert told(chain) == [(10, 25, "left", "returned"), (30, None, "left", None)]
    assert [one[:2] for one in chain.alerts()] == [("zone_absence", 2)] * 2


def test_an_earlier_absence_that_comes_late_does_not_keep_the_one_that_goes_on_from_being_called(chain):
    unit(chain)
    chain.send(said(0, True), said(37, False))
    assert [one[:2] for one in chain.alerts()] == [("zone_suspected", 3)]
    chain.world.clock.forward(minutes=3)
    chain.send(said(5, False), said(7, True), said(43, False))
    assert [one[:2] for one in chain.alerts()] == [("zone_absence", 2), ("zone_passed", 3)]
    assert sorted(told(chain)) == [(5, 7, "left", "returned"), (37, None, "left", None)]


def test_a_restart_forgets_nothing_that_goes_on(chain):
    unit(chain)
    chain.send(said(0, True), said(37, False))
    assert [one["verdict"] for one in chain.episodes()] == ["suspected"]
    restart(chain)
    chain.world.clock.forward(minutes=3)
    chain.world.shared.get(Judge).tick()
    restart(chain)
    assert told(chain) == [(37, None, "left", None)]
    assert [one["verdict"] for one in chain.episodes()] == ["confirmed"]
    chain.send(said(42, True))
    assert told(chain) == [(37, 42, "left", "returned")]


def test_the_band_that_says_he_is_there_is_shown_beside_the_unit_that_says_he_is_not(chain):
    row = unit(chain)
    band(chain, row)
    chain.send(*stay(INSIDE, *range(0, 40 * 60, 60), accuracyM=5))
    chain.send(said(0, True), said(10, False), said(20, False))
    [shown] = chain.episodes()
    assert (shown["source"], shown["otherSource"]) == ("home_unit", "contradicts")
    assert chain.alerts()[-1][2].endswith("; de enkelband zegt dat hij er wel is")


def test_the_unit_that_says_he_is_there_is_shown_beside_the_band_that_says_he_is_not(chain):
    row = unit(chain)
    band(chain, row)
    chain.send(said(-10, True), said(10, True), said(20, True))
    chain.send(*stay(OUTSIDE, *range(0, 40 * 60, 60), accuracyM=5))
    [shown] = chain.episodes()
    assert (shown["source"], shown["otherSource"]) == ("tracker", "contradicts")
    assert chain.alerts()[-1][2].endswith("; de thuisunit zegt dat hij er wel is")


def test_both_that_say_he_is_away_are_two_accounts_of_one_breach(chain):
    row = unit(chain)
    band(chain, row)
    chain.send(*stay(INSIDE, *range(0, 10 * 60, 60), accuracyM=5), said(0, True))
    chain.send(*stay(OUTSIDE, *range(10 * 60, 40 * 60, 60), accuracyM=5), said(10, False), said(30, False))
    assert {(one["source"], one["otherSource"]) for one in chain.episodes()} == {
        ("home_unit", "agrees"), ("tracker", "agrees"),
    }  # fmt: skip
    assert len(chain.breaches()) == 1


def test_a_unit_stands_in_one_home_at_a_time_for_a_condition_by_which_he_must_be_there(chain):
    row = unit(chain, duty(), ban(reference="C2"))
    body = {"device": UNIT, "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(at(0))}
    twice = chain.supervisor.post("/v1/couplings", body | {"kind": "home_unit", "condition": "C1"})
    assert (twice.status_code, twice.json["code"]) == (409, "coupling_overlaps")
    for more in ({"kind": "home_unit"}, {"kind": "home_unit", "condition": "C2"}, {"condition": "C1"}):
        refused = chain.supervisor.post("/v1/couplings", body | {"device": "TU-2"} | more)
        assert [one["pointer"] for one in refused.json["errors"]] == ["#/condition"]
    assert (row["coupling"]["kind"], row["coupling"]["condition"]) == ("home_unit", "C1")


def test_two_units_for_one_condition_at_one_time_are_refused_by_the_name_of_the_first(chain):
    row = unit(chain, duty(), duty(reference="C2"), until=format_instant(at(30)))
    body = {"provider": "EB", "orderNumber": row["orderNumber"], "kind": "home_unit"}

    def couple(device, condition, begins, ends=None):
        times = {"from": format_instant(at(begins))} | ({"until": format_instant(at(ends))} if ends else {})
        return chain.supervisor.post("/v1/couplings", body | times | {"device": device, "condition": condition})

    for begins, ends in ((0, None), (29, 40), (-150, -119), (-150, None)):
        refused = couple("TU-2", "C1", begins, ends)
        assert (refused.status_code, refused.json["code"]) == (409, "coupling_overlaps")
        [fault] = refused.json["errors"]
        assert fault["pointer"] == "#/condition" and row["coupling"]["id"] in fault["detail"]
    other = couple("TU-2", "C2", -150)
    assert other.status_code == 201
    both = couple("TU-2", "C1", 0).json["errors"]
    assert [one["pointer"] for one in both] == ["#/device", "#/condition"]
    assert other.json["id"] in both[0]["detail"] and row["coupling"]["id"] in both[1]["detail"]
    assert couple("TU-3", "C1", 30).status_code == couple("TU-4", "C1", -150, -120).status_code == 201


def test_of_two_units_coupled_at_the_same_time_for_one_condition_one_wins(chain):
    row = chain.order(duty())
    body = {"provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(at(0)), "condition": "C1"}
    wanted = [body | {"kind": "home_unit", "device": f"TU-{place}"} for place in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda one: chain.supervisor.post("/v1/couplings", one).status_code, wanted))
    assert sorted(answers) == [201, 409, 409, 409]


def test_what_it_said_after_it_was_taken_away_counts_no_more(chain):
    row = unit(chain)
    chain.send(said(0, True), said(10, False), said(30, True))
    path = f"/v1/couplings/{row['coupling']['id']}/end"
    assert chain.supervisor.post(path, {"until": format_instant(at(5))}).status_code == 200
    assert told(chain) == []
