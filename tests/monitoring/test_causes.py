"""Every way to be against a zone, from the message of the CJIB over the pings to the breach and the alert."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.outbox.sequencing import sequence
from tests.monitoring.chain import Chain, ban, duty, exception, weekly
from tests.monitoring.wearers import FAR, INSIDE, OUTSIDE, circle, ping, stay
from tests.world import NOW

MINUTE = timedelta(minutes=1)
SIREN, ABSENCE = ("zone_breach", 1), ("zone_absence", 2)


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    world.clock.forward(minutes=20)
    made.send(*stay(INSIDE, 0, 60, 120, device="EB-noise"), *stay(OUTSIDE, 0, 60, 600, device="EB-noise-2"))
    return made


def at(minutes):
    return NOW + minutes * MINUTE


def every_minute(place, first, last):
    return stay(place, *range(first * 60, last * 60 + 1, 60), accuracyM=5)


def told(chain):
    return [
        (minutes(one["startedAt"]), minutes(one["endedAt"]), one["cause"], one["endCause"]) for one in chain.episodes()
    ]


def minutes(instant):
    return instant and next(number for number in range(-200, 200) if format_instant(at(number)) == instant)


@pytest.mark.parametrize(
    ("condition", "before", "cause", "loud", "title_nl"),
    [
        (ban(), OUTSIDE, "entered", SIREN, "Drager is een verboden gebied in gegaan"),
        (ban(), None, "first_seen", SIREN, "Drager is bij zijn eerste positie in een verboden gebied"),
        (
            ban(schedule=weekly("13:10", "17:00")),
            INSIDE,
            "window_opened",
            SIREN,
            "Drager is in een verboden gebied op een tijd waarop dat niet mag",
        ),
        (
            ban(schedule=exception(at(-60), at(10))),
            INSIDE,
            "exemption_ended",
            SIREN,
            "Drager is na afloop van zijn ontheffing in een verboden gebied",
        ),
        (duty(), INSIDE, "left", ABSENCE, "Drager is weggegaan uit het gebied waar hij moet zijn"),
        (
            duty(),
            None,
            "first_seen",
            ABSENCE,
            "Drager is bij zijn eerste positie niet in het gebied waar hij moet zijn",
        ),
        (
            duty(schedule=weekly("13:10", "07:00")),
            OUTSIDE,
            "window_opened",
            ABSENCE,
            "Drager is niet op tijd in het gebied waar hij moet zijn",
        ),
        (
            duty(schedule=exception(at(-60), at(10))),
            OUTSIDE,
            "exemption_ended",
            ABSENCE,
            "Drager is na afloop van zijn ontheffing niet in het gebied waar hij moet zijn",
        ),
    ],
)
def test_each_cause_reaches_the_supervisor_as_breach_and_alert(chain, condition, before, cause, loud, title_nl):
    chain.wearer(condition)
    bad = INSIDE if condition["zone"]["kind"] == "exclusion" else OUTSIDE
    good = OUTSIDE if bad is INSIDE else INSIDE
    if before is not None:
        chain.send(*every_minute(before, 0, 9))
    assert (chain.alerts(), chain.breaches()) == ([], [])
    chain.send(*every_minute(bad, 10, 16))
    assert told(chain) == [(10, None, cause, None)]
    assert chain.alerts() == [(*loud, title_nl)]
    chain.send(*every_minute(good, 17, 19))
    end_cause = "left" if bad is INSIDE else "returned"
    assert told(chain) == [(10, 17, cause, end_cause)]
    assert chain.breaches() == [(format_instant(at(10)), format_instant(at(17)))]
    assert len(chain.alerts()) == 1


@pytest.mark.parametrize(
    ("schedule", "end_cause"),
    [(weekly("01:00", "13:10"), "schedule_paused"), (exception(at(10), at(200)), "exempted")],
)
@pytest.mark.parametrize("kind", [ban, duty])
def test_a_window_that_closes_and_an_exemption_that_begins_end_the_episode_without_a_fix(
    chain, clock, kind, schedule, end_cause
):
    bad = INSIDE if kind is ban else OUTSIDE
    clock.forward(minutes=-11)
    chain.wearer(kind(schedule=schedule))
    chain.send(*every_minute(bad, 0, 8))
    clock.forward(minutes=5)
    chain.world.shared.get(Judge).tick()
    assert told(chain) == [(0, 10, "first_seen", end_cause)]
    chain.send(*every_minute(bad, 11, 13))
    assert told(chain) == [(0, 10, "first_seen", end_cause)]
    assert chain.breaches() == [(format_instant(at(0)), format_instant(at(10)))]


@pytest.mark.parametrize("kind", [ban, duty])
def test_a_zone_drawn_round_him_or_around_where_he_is_not_begins_and_ends_with_its_version(chain, kind):
    bad, loud = (INSIDE, SIREN) if kind is ban else (OUTSIDE, ABSENCE)
    good = circle(*FAR) if kind is ban else circle(*OUTSIDE)
    chain.wearer(kind(good))
    chain.send(*every_minute(bad, 0, 9))
    assert told(chain) == []
    chain.order(kind(circle(*INSIDE)), kind="change", effectiveAt=format_instant(at(5)))
    chain.world.shared.get(Judge).tick()
    assert told(chain) == [(5, None, "zone_began", None)]
    chain.send(*every_minute(bad, 10, 16))
    assert [alert[:2] for alert in chain.alerts()] == [loud]
    chain.order(kind(good), kind="change", effectiveAt=format_instant(at(18)))
    chain.send(*every_minute(bad, 17, 19))
    assert told(chain) == [(5, 18, "zone_began", "zone_ended")]
    assert chain.breaches() == [(format_instant(at(5)), format_instant(at(18)))]
    assert {one["zoneVersion"] for one in chain.episodes()} == {2}


def test_a_curfew_ends_at_seven_by_the_clock_on_the_wall_also_when_the_clock_has_gone_forward(chain, clock):
    seven_at = datetime(2027, 3, 28, 5, tzinfo=UTC)
    clock.at = seven_at - timedelta(minutes=1)
    chain.wearer(duty(schedule=weekly("20:00", "07:00")), begins=seven_at - timedelta(hours=12))
    night = [
        ping(round((seven_at - NOW).total_seconds()) + 60 * minute, OUTSIDE, accuracyM=5) for minute in range(-20, 0)
    ]
    chain.send(*night)
    clock.forward(minutes=3)
    chain.world.shared.get(Judge).tick()
    [found] = chain.episodes()
    assert (found["endedAt"], found["endCause"]) == ("2027-03-28T05:00:00Z", "schedule_paused")


def test_the_closing_event_names_why_it_ended(chain):
    chain.wearer(ban())
    chain.send(*every_minute(INSIDE, 10, 12), ping(13 * 60, OUTSIDE, accuracyM=5), ping(14 * 60, OUTSIDE, accuracyM=5))
    with chain.world.shared.database.transaction() as session:
        sequence(session, chain.world.clock.now())
    feed = chain.supervisor.get("/v1/events").json["events"]
    [closed] = [one["data"] for one in feed if one["type"].endswith("episode.closed.v1")]
    assert (closed["cause"], closed["endCause"]) == ("first_seen", "left")
