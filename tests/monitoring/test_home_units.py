"""The unit in his home: presence and absence by the schedules of the areas in which he must be, over the API."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo.presence import Message, PresencePolicy, absences, presence_episodes
from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.engine.known import episode_of
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.silence.watching import watch_silence
from registry.orders.service import zones_of
from tests.monitoring.chain import Chain, ban, duty, exception, weekly
from tests.monitoring.test_exemptions import at, exempt, told
from tests.monitoring.wearers import INSIDE, NOW_MS, OUTSIDE, stay
from tests.world import NOW

UNIT = "TU-1"
NUMBERS = count(1000)


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


def test_what_it_said_after_it_was_taken_away_counts_no_more(chain):
    row = unit(chain)
    chain.send(said(0, True), said(10, False), said(30, True))
    path = f"/v1/couplings/{row['coupling']['id']}/end"
    assert chain.supervisor.post(path, {"until": format_instant(at(5))}).status_code == 200
    assert told(chain) == []


@st.composite
def arrivals(draw):
    """Messages by the minute before NOW + 40, the order in which they come, where batches end and judges restart."""
    dice = draw(st.randoms(use_true_random=False))
    said_at = draw(st.dictionaries(st.integers(-110, 39), st.booleans(), min_size=1, max_size=14))
    coming = [*said_at, *dice.sample(sorted(said_at), draw(st.integers(0, min(2, len(said_at)))))]
    dice.shuffle(coming)
    cuts = {place for place in range(1, len(coming)) if dice.random() < 0.5}
    return said_at, coming, sorted({0, *cuts, len(coming)}), draw(st.sets(st.integers(0, 8), max_size=2))


@given(arrivals())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_arrival_gives_the_same_episodes(world, drawn):
    said_at, coming, cuts, restarts = drawn
    chain = Chain.of(world)
    number = chain.version = next(NUMBERS)
    if world.clock.now() < at(40):
        world.clock.forward(minutes=40)
    row = chain.order(duty(schedule=exception(at(-40), at(-10))), orderNumber=f"CJIB-2026-8{number:05d}", version=1)
    name = f"TU-{number}"
    body = {"device": name, "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(at(-120))}
    coupled = chain.supervisor.post("/v1/couplings", body | {"kind": "home_unit", "condition": "C1"})
    assert coupled.status_code == 201, coupled.text
    for place, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        pings = [said(minute, said_at[minute]) | {"device": name} for minute in coming[begin:end]]
        assert chain.provider.post("/v1/pings", {"pings": pings}).status_code == 200
        if place in restarts:
            restart(chain)
    world.shared.get(Judge).tick()
    with world.shared.database.reading() as session:
        person = UUID(coupled.json["personId"])
        [zone] = [one.zone for one in zones_of(session, [person]) if str(one.order_id) == row["orderId"]]
        of_order = select(EpisodeRecord).where(EpisodeRecord.order_id == UUID(row["orderId"]))
        stood = [one for one in session.scalars(of_order) if one.status in ("open", "closed")]
        alerts = {alert.subject_ref for alert in session.scalars(select(Alert))}
        found = sorted((episode_of(one) for one in stood), key=lambda one: one.order)
        assert {f"episode:{one.id}" for one in stood} <= alerts
    messages = [Message(NOW_MS + minute * 60_000, 0, home) for minute, home in said_at.items()]
    now_ms = epoch_ms(world.clock.now())
    wanted = presence_episodes(absences(messages, now_ms, PresencePolicy()), zone, now_ms, PresencePolicy())
    assert [(one, one.reasons) for one in found] == [(one, one.reasons) for one in wanted]
