from datetime import timedelta
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.monitoring.engine.blindness import gaps
from registry.monitoring.models import BlindSpell
from registry.monitoring.rules import BLIND_AFTER_MS
from tests.monitoring.wearers import FAR, INSIDE, NOW_MS, OUTSIDE, ping, seconds, stay
from tests.world import NOW

_devices = count()
TODAY = "from=2026-11-23&until=2026-11-23"


def spells(field, person_id):
    rows = field.rows(select(BlindSpell).where(BlindSpell.person_id == UUID(person_id)).order_by(BlindSpell.from_ms))
    return [(seconds(row.from_ms), seconds(row.until_ms)) for row in rows]


def blind(field, wearer, period=TODAY, caller=None):
    return (caller or field.supervisor).get(f"/v1/wearers/{wearer['personId']}/blind-time?{period}")


def test_time_without_a_position_is_counted_by_day_and_apart_near_a_forbidden_area(field):
    wearer = field.wearer(begins=NOW - timedelta(hours=2))
    field.send(*stay(OUTSIDE, -7140, -6900, -6000), *stay(FAR, -3000, -2760, -60))
    field.send(*stay(OUTSIDE, -7140, -100, device="EB-noise"))
    shown = blind(field, wearer).json
    assert shown["days"] == [{"day": "2026-11-23", "wornS": 7200, "blindS": 6600, "nearZoneS": 3900}]
    assert [(one["startedAt"], one["nearZone"]) for one in shown["spells"]] == [
        ("2026-11-23T10:05:00Z", True),
        ("2026-11-23T10:20:00Z", True),
        ("2026-11-23T11:14:00Z", False),
    ]
    assert shown["spells"][0]["nearestM"] == 1121
    assert "geen bewijs" in shown["statement"]


def test_he_is_out_of_sight_from_the_coupling_on_and_until_now(field):
    wearer = field.wearer(begins=NOW - timedelta(hours=1))
    shown = blind(field, wearer).json
    assert (shown["days"][0]["wornS"], shown["days"][0]["blindS"], shown["days"][0]["nearZoneS"]) == (3600, 3600, 0)
    field.send(ping(-1800, OUTSIDE))
    field.world.clock.forward(seconds=6)
    field.judge.tick()
    assert [one["nearZone"] for one in blind(field, wearer).json["spells"]] == [True, True]
    assert blind(field, wearer).json["days"][0]["blindS"] == 3606


def test_a_night_out_of_sight_is_split_at_local_midnight_and_time_without_a_device_is_not_counted(field):
    wearer = field.wearer(begins=NOW - timedelta(days=2), until=NOW - timedelta(hours=2))
    field.send(*stay(OUTSIDE, -172_740, -172_700), *stay(OUTSIDE, -7260))
    days = blind(field, wearer, "from=2026-11-20&until=2026-11-23").json["days"]
    assert [day["blindS"] for day in days] == [0, 39_500, 86_400, 39_540]
    assert [day["wornS"] for day in days] == [0, 39_600, 86_400, 39_600]


def test_positions_that_come_late_let_him_be_seen_after_all(field):
    wearer = field.wearer(begins=NOW - timedelta(seconds=7000))
    field.send(ping(-7000, OUTSIDE), ping(-1000, OUTSIDE))
    assert spells(field, wearer["personId"]) == [(-7000, -1000)]
    field.send(*stay(OUTSIDE, *range(-6000, -3000, 200)))
    assert spells(field, wearer["personId"]) == [(-7000, -6000), (-3200, -1000)]


def test_a_coupling_learnt_later_brings_its_blind_time_with_it_and_one_that_ended_earlier_takes_it_away(field):
    field.send(*stay(OUTSIDE, -7000, -5000, -1000, device="EB-1"))
    wearer = field.wearer(begins=NOW - timedelta(seconds=7000))
    field.judge.tick()
    assert spells(field, wearer["personId"]) == [(-7000, -5000), (-5000, -1000)]
    field.supervisor.post(f"/v1/couplings/{wearer['id']}/end", {"until": "2026-11-23T11:00:00Z"})
    field.judge.tick()
    assert spells(field, wearer["personId"]) == [(-7000, -5000)]


def test_only_who_supervises_him_sees_it_and_at_most_a_month_together(field):
    wearer = field.wearer()
    stranger = field.world.caller("RN-X", OrganisationKind.PROBATION)
    assert blind(field, wearer, caller=stranger).status_code == 404
    assert blind(field, wearer, caller=field.provider).status_code == 404
    assert len(blind(field, wearer, "").json["days"]) == 7
    for period in ("from=2026-11-23&until=2026-11-22", "from=2026-01-01&until=2026-11-22"):
        assert blind(field, wearer, period).status_code == 400


def test_days_to_come_are_refused_and_the_first_days_of_the_calendar_are_answered(field):
    wearer = field.wearer()
    for period in ("from=2026-11-23&until=2026-11-24", "from=9999-12-30&until=9999-12-31", "until=9999-12-31"):
        refused = blind(field, wearer, period)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "#/until")
    assert {day["wornS"] for day in blind(field, wearer, "until=0001-01-03").json["days"]} == {0}


@settings(max_examples=12)
@given(st.lists(st.integers(0, 120), min_size=1, max_size=15, unique=True), st.randoms(use_true_random=False))
def test_any_order_of_arrival_any_batches_and_restarts_leave_the_same_blind_time(field, minutes, dice):
    field.made += 1
    device, arriving = f"EB-{field.made}", [minute * 60 - 7200 for minute in minutes]
    wearer = field.wearer(device)
    while arriving:
        many = dice.randint(1, len(arriving))
        batch, arriving = arriving[:many], arriving[many:]
        field.submit(*stay(OUTSIDE, *batch, device=device))
        if dice.random() < 0.3:
            field.restart()
    times_ms = sorted(NOW_MS + (minute * 60 - 7200) * 1000 for minute in minutes)
    expected = gaps([NOW_MS - 7_200_000, *times_ms], BLIND_AFTER_MS)
    assert spells(field, wearer["personId"]) == [(seconds(a), seconds(b)) for a, b in expected]


def test_a_restart_between_two_checkpoints_forgets_no_position(field):
    wearer = field.wearer(begins=NOW - timedelta(seconds=7000))
    field.submit(*stay(OUTSIDE, -7000))
    field.submit(*stay(OUTSIDE, -6000))
    field.restart()
    field.submit(*stay(OUTSIDE, -5000))
    assert spells(field, wearer["personId"]) == [(-7000, -6000), (-6000, -5000)]


def test_positions_too_vague_to_judge_are_no_sight_and_count_as_near_where_he_can_have_been(field):
    wearer = field.wearer(begins=NOW - timedelta(hours=2))
    field.send(*stay(FAR, -7200, -6960, -6700), *stay(INSIDE, *range(-6640, -5000, 60), accuracyM=5000))
    assert field.supervisor.get("/v1/episodes").json["episodes"] == []
    field.world.clock.forward(seconds=6)
    field.send(*stay(FAR, -4900, *range(-4660, 0, 240), -1))
    (spell,) = blind(field, wearer).json["spells"]
    assert (spell["nearZone"], spell["nearestM"], spell["vaguePositions"]) == (True, 0, 28)
    assert spells(field, wearer["personId"]) == [(-6700, -4900)]
    assert blind(field, wearer).json["days"][0]["nearZoneS"] == 1800


def test_while_only_vague_positions_come_he_is_out_of_sight_also_after_a_restart(field):
    wearer = field.wearer(begins=NOW - timedelta(hours=1))
    field.send(*stay(OUTSIDE, -3600, -3400), *stay(INSIDE, -3300, -3000, -1200, accuracyM=5000))
    field.world.clock.forward(seconds=6)
    field.judge.tick()
    (spell,) = blind(field, wearer).json["spells"]
    assert (spell["startedAt"], spell["vaguePositions"]) == ("2026-11-23T11:03:20Z", 3)
    field.restart()
    field.send(*stay(INSIDE, -900, accuracyM=5000), *stay(OUTSIDE, -600))
    assert spells(field, wearer["personId"])[0] == (-3400, -600)


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_vague_positions_in_any_order_leave_the_same_blind_time(field, random):
    device = f"EB-vague-{next(_devices)}"
    wearer = field.wearer(device, begins=NOW - timedelta(hours=2))
    pings = stay(OUTSIDE, -7200, -7000, -5000, -4900, device=device)
    pings += stay(INSIDE, -6900, -6500, -4950, device=device, accuracyM=3000)
    field.send(*random.sample(pings, len(pings)))
    assert spells(field, wearer["personId"]) == [(-7000, -5000)]
