"""What goes on when the service dies and comes back: nothing told twice, nothing lost."""

from collections import Counter

from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.models import Breach
from registry.monitoring.models import EpisodeRecord
from registry.outbox.models import Event
from tests.monitoring.test_silence import watched
from tests.monitoring.wearers import INSIDE, OUTSIDE, ping, stay

__all__ = ["watched"]


def events(field):
    """How often each kind of news of alerts and episodes was published."""
    kinds = Counter(kind.split(".", 2)[2] for kind in field.rows(select(Event.type)))
    return {kind: number for kind, number in kinds.items() if kind.startswith(("alert", "episode"))}


def test_a_stay_that_goes_on_over_an_outage_is_told_once_and_ends_where_the_backlog_says(field):
    wearer = field.wearer()
    before = [ping(-300, OUTSIDE), *stay(INSIDE, *range(-180, 0, 15))]
    field.send(*before)
    told = events(field)
    [siren] = field.rows(select(Alert))
    field.world.clock.forward(hours=3)  # the service was down, and the device kept what it saw
    field.restart()
    field.judge.tick()
    assert (events(field), field.told()) == (told, [(-180, None, "entered", "open")])
    kept = [*stay(INSIDE, *range(0, 3600, 300)), *stay(OUTSIDE, *range(3600, 10_800, 300))]
    outcomes = field.send(*before[-3:], *kept[:20])
    field.restart()
    outcomes += field.send(*kept, *before)
    assert outcomes.count("accepted") == len(kept)
    assert field.told(wearer["personId"]) == [(-180, 3600, "entered", "closed")]
    assert events(field) == told | {"episode.closed.v1": 1}
    [after] = field.rows(select(Alert))
    assert (after.id, after.alert_class, after.priority, after.raised_at) == (
        siren.id,
        "zone_breach",
        1,
        siren.raised_at,
    )
    [breach] = field.rows(select(Breach))
    assert (breach.occurred_until - breach.occurred_from).total_seconds() == 3780
    assert field.count(EpisodeRecord) == 1


def test_who_went_in_while_the_service_was_down_and_is_in_there_when_it_comes_back_is_called_for_aloud_once(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -120, -60))
    field.world.clock.forward(hours=1)
    field.restart()
    inside = stay(INSIDE, *range(600, 3600, 60))
    for begin in range(0, len(inside), 10):
        field.send(*inside[begin : begin + 10])
        field.restart()
        field.judge.tick()
    assert field.told() == [(600, None, "entered", "open")]
    assert [(one.alert_class, one.priority) for one in field.rows(select(Alert))] == [("zone_breach", 1)]
    assert (field.count(Breach), events(field)["episode.confirmed.v1"]) == (1, 1)


def test_a_wearer_who_falls_silent_inside_keeps_both_calls_over_an_outage(watched, field):
    field.wearer()
    field.send(*stay(INSIDE, -45, -30, -15))
    watched.pass_by(32)
    told = events(field)
    classes = ["device_no_message", "zone_breach"]
    assert sorted(field.rows(select(Alert.alert_class).where(Alert.closed_at.is_(None)))) == classes
    field.world.clock.forward(minutes=30)
    field.restart()
    watched.pass_by(20)
    assert sorted(field.rows(select(Alert.alert_class).where(Alert.closed_at.is_(None)))) == classes
    assert (events(field), field.told()) == (told, [(-45, None, "first_seen", "open")])


def test_while_nothing_was_listened_to_nobody_was_silent(watched, field):
    field.wearer()
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(5)
    field.world.clock.forward(hours=3)  # the service was down
    field.restart()
    field.judge.tick()
    watched.pass_by(1)
    assert watched.alerts() == []


def test_a_device_that_was_silent_before_an_outage_of_ours_is_called_for_once_and_its_end_is_seen(watched, field):
    field.wearer()
    field.wearer("EB-2")
    watched.sending |= {"EB-1": (60, True), "EB-2": (60, True)}
    watched.pass_by(5)
    watched.sending.pop("EB-1")
    watched.pass_by(17)
    watched.sending.pop("EB-2")
    watched.pass_by(2)
    field.world.clock.forward(minutes=30)  # the service was down
    field.restart()
    watched.pass_by(14)
    assert watched.alerts() == [("device_no_message", 2, True)]
    watched.pass_by(3)  # by now it would have been heard
    assert watched.alerts() == [("device_no_message", 2, True)] * 2
    watched.sending |= {"EB-1": (60, True), "EB-2": (60, True)}
    watched.pass_by(2)
    assert watched.alerts() == [("device_no_message", 2, False)] * 2
    assert watched.silences() == [("no_message", 300, 4320, "heard"), ("no_message", 1320, 4320, "heard")]


def test_a_provider_that_stays_silent_over_an_outage_of_ours_is_called_for_once(watched, field):
    for place in range(4):
        field.wearer(f"EB-{place}")
        watched.sending[f"EB-{place}"] = (60, True)
    watched.pass_by(5)
    watched.sending.clear()
    watched.pass_by(4)
    field.world.clock.forward(minutes=10)
    field.restart()
    watched.pass_by(20)
    assert watched.alerts() == [("provider_silent", 1, True)]
    watched.sending |= {f"EB-{place}": (60, True) for place in range(4)} | {"EB-noise": (60, True)}
    watched.pass_by(3)
    assert watched.alerts() == [("provider_silent", 1, False)]
