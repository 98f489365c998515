from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.models import Breach
from registry.http.fields import format_instant
from registry.monitoring.models import PingRow, RejectedPing, UnusedPosition
from registry.monitoring.signals.models import DeviceSignal
from tests.monitoring.test_any_order import expected, live, stood
from tests.monitoring.wearers import INSIDE, NOW_MS, OUTSIDE, circle, ping, seconds, stay, visit
from tests.world import NOW

AREAS = (circle(*INSIDE, radius_m=400), circle(52.0907, 5.1300, radius_m=400))
WEEK_S = 7 * 86_400


def alerts(field):
    rows = field.rows(select(Alert).order_by(Alert.alert_class, Alert.id))
    return [(row.alert_class, row.priority, row.closed_at is None) for row in rows]


def unused(field):
    rows = field.rows(select(UnusedPosition).order_by(UnusedPosition.at_ms))
    return [(row.reason, seconds(row.at_ms)) for row in rows]


def kinds(field):
    return [row.kind for row in field.rows(select(DeviceSignal).order_by(DeviceSignal.from_ms))]


def test_a_position_from_ahead_of_its_receipt_is_kept_with_the_reason_and_spoils_nothing_that_follows(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(7200, INSIDE), ping(7215, INSIDE))
    assert unused(field) == [("clock_ahead", 7200), ("clock_ahead", 7215)]
    assert (field.told(), field.count(Breach)) == ([], 0)
    assert alerts(field) == [("device_clock", 3, True)]
    field.send(*stay(INSIDE, -60, -45))
    assert field.told() == [(-60, None, "entered", "open")]
    assert alerts(field) == [("device_clock", 3, False), ("zone_breach", 1, True)]
    assert field.count(PingRow) == 5


def test_what_a_wrong_clock_told_is_not_judged_later_either(field):
    field.send(ping(7200, INSIDE), ping(7215, INSIDE), *stay(OUTSIDE, -60))
    field.wearer()
    field.world.clock.forward(hours=3)
    field.restart()
    field.judge.tick()
    field.send(*stay(OUTSIDE, 10_000))
    assert field.told() == []


def test_latitude_and_longitude_zero_is_no_place_but_the_message_counts(field):
    field.wearer()
    assert field.send(ping(-60, (0.0, 0.0)), *stay(INSIDE, -50, -35)) == ["accepted"] * 3
    assert unused(field) == [("null_island", -60)]
    assert [one[:2] for one in field.told()] == [(-50, None)]


def test_what_cannot_be_used_at_all_is_answered_with_its_reason_and_kept_as_it_came(field):
    field.wearer()
    too_far_ahead = ping(3 * 86_400, INSIDE)
    answer = field.send(too_far_ahead, ping(-60, (95.0, 5.0)), ping(-50, OUTSIDE), ping(-40, (96.0, 5.0)))
    assert answer == ["rejected", "rejected", "accepted", "rejected"]
    kept = field.rows(select(RejectedPing).order_by(RejectedPing.code))
    assert [(row.code, row.pointer) for row in kept] == [
        ("position_out_of_range", "/pings/1/lat"),
        ("time_in_future", "/pings/0/fixTime"),
    ]
    assert "95.0" in kept[0].content and "96.0" in kept[0].content and "95.0" not in kept[1].content


def test_a_jump_that_no_person_makes_calls_a_human_once_and_hides_no_breach(field):
    field.wearer()
    field.send(ping(-300, (51.5, 5.0)), *stay(INSIDE, *range(-285, -120, 15)), ping(-120, (51.5, 5.0)))
    field.send(*stay(OUTSIDE, -200, -60, device="EB-noise"))
    assert kinds(field) == ["implausible"]
    assert ("device_implausible", 2, True) in alerts(field)
    assert field.count(Breach) == 1
    field.restart()
    field.send(ping(-120, (51.5, 5.0)), ping(-105, INSIDE))
    assert kinds(field) == ["implausible"]


def test_a_train_a_cell_fix_and_a_silence_are_no_jumps(field):
    field.wearer(begins=NOW - timedelta(hours=4))
    train = [ping(-3000 + 15 * step, (51.9 + 0.011 * step, 5.3)) for step in range(10)]
    field.send(*train, ping(-2000, (52.0, 5.3)), ping(-1985, (52.09, 5.3), accuracyM=5000.0))
    field.send(ping(-1900, (52.0, 5.3)), ping(-100, (51.0, 5.9)))
    assert kinds(field) == []


def test_one_place_told_again_and_again_while_the_receiver_says_that_it_moves_is_implausible(field):
    field.wearer()
    for at_s in range(-200, -140, 15):
        field.send(ping(at_s, OUTSIDE, speedMps=12.0))
    assert kinds(field) == []
    field.send(ping(-140, OUTSIDE, speedMps=12.0))
    assert kinds(field) == ["implausible"]


def test_who_lies_still_tells_one_place_again_and_again_too(field):
    field.wearer()
    field.send(*stay(OUTSIDE, *range(-600, 0, 15), speedMps=0.0))
    assert kinds(field) == []


def test_a_jump_told_too_late_for_anybody_to_act_is_told_quietly(field):
    field.wearer()
    field.send(ping(-5000, (51.5, 5.0)), ping(-4985, OUTSIDE))
    assert alerts(field) == [("device_implausible_late", 3, True)]


def test_a_backlog_of_a_week_proves_a_breach_found_late_and_raises_no_siren(field):
    field.wearer(begins=NOW - timedelta(days=8))
    field.send(*stay(OUTSIDE, -60, -45))
    backlog = [*visit(-WEEK_S), *stay(OUTSIDE, *range(-WEEK_S + 600, -WEEK_S + 9_000, 60))]
    assert set(field.send(*backlog)) == {"accepted"}
    assert alerts(field) == [("zone_breach_late", 3, True)]
    [breach] = field.rows(select(Breach))
    assert breach.occurred_from == NOW - timedelta(seconds=WEEK_S)
    assert set(field.send(*backlog)) == {"duplicate"}
    assert field.count(Breach) == 1


@settings(max_examples=12)
@given(st.integers(3, 20), st.randoms(use_true_random=False))
def test_dirt_among_a_track_in_any_order_leaves_the_episodes_of_the_clean_track(field, many, dice):
    field.made += 1
    device = f"EB-{field.made}"
    wearer = field.wearer(device, *AREAS)
    begins_s, track = -6000, {}
    for number in range(many):
        east_deg = dice.choice((0.0, 0.004, 0.006, 0.02))
        track[begins_s + number * 15] = ((INSIDE[0], round(INSIDE[1] + east_deg, 6)), 8.0)
    clean = [ping(at_s, place, device, accuracyM=accuracy_m) for at_s, (place, accuracy_m) in track.items()]
    dirt = [
        *dice.sample(clean, 2),
        ping(begins_s + 7, (0.0, 0.0), device),
        ping(3600 + many, INSIDE, device),
        ping(3 * 86_400, INSIDE, device),
        ping(begins_s + 22, (95.0, 5.0), device),
        {"device": device, "messageTime": format_instant(NOW), "kind": "status"},
    ]
    arriving = [*clean, *dirt]
    dice.shuffle(arriving)
    while arriving:
        size = dice.randint(1, len(arriving))
        field.submit(*arriving[:size])
        arriving = arriving[size:]
        if dice.random() < 0.2:
            field.restart()
    assert stood(live(field, UUID(wearer["personId"]))) == expected(field, UUID(wearer["personId"]), track)
    assert field.count(UnusedPosition, UnusedPosition.at_ms > NOW_MS) >= 1


def test_nobody_is_suspected_by_positions_whose_receiver_says_that_it_has_no_fix(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -300, -285))
    field.send(*(ping(at_s, INSIDE, **told) for at_s in (-120, -105, -90) for told in ({"hdop": 999},)))
    field.send(*(ping(at_s, INSIDE, accuracyM=1e9) for at_s in (-75, -60, -45)))
    assert (field.told(), field.count(Breach)) == ([], 0)
    field.send(*(ping(at_s, INSIDE, accuracyM=0) for at_s in (-30, -15)))
    assert [told[2] for told in field.told()] == ["entered"]
