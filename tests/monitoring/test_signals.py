import uuid
from datetime import timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.models import Device
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.rules import Mark, spells
from registry.outbox.models import Event
from tests.monitoring.wearers import NOW_MS, OUTSIDE, ping, seconds, stay
from tests.world import NOW


def alerts(field):
    rows = field.rows(select(Alert).order_by(Alert.alert_class, Alert.id))
    return [(row.alert_class, row.priority, row.closed_at is None) for row in rows]


def signals(field):
    rows = field.rows(select(DeviceSignal).order_by(DeviceSignal.from_ms, DeviceSignal.kind))
    return [(row.kind, seconds(row.from_ms), seconds(row.until_ms)) for row in rows]


def status(at_s, alarm=None, device="EB-1", **more):
    at = format_instant(NOW + timedelta(seconds=at_s))
    named = {} if alarm is None else {"alarm": alarm}
    return {"device": device, "messageTime": at, "kind": "status"} | named | more


def clear(at_s, alarm, **more):
    return status(at_s, alarm, kind="all_clear", **more)


def raised(field):
    return field.count(Event, Event.type == "nl.beschermingsbevel.alert.raised.v1")


def test_each_part_of_a_device_has_its_own_class_and_the_right_priority(field):
    field.wearer()
    words = ("strap", "case", "sos", "jamming", "lowBattery", "batteryEmpty,battery_empty", "powerCut", "overheated")
    field.send(*[status(-60 + place, word) for place, word in enumerate(words)])
    assert alerts(field) == [
        ("device_battery_empty", 2, True),
        ("device_battery_low", 3, True),
        ("device_case", 1, True),
        ("device_charger", 3, True),
        ("device_emergency", 1, True),
        ("device_jamming", 2, True),
        ("device_other", 2, True),
        ("device_strap", 1, True),
    ]


def test_a_strap_that_is_said_open_in_every_message_calls_once_also_twice_delivered_and_after_a_restart(field):
    field.wearer()
    said = [status(at_s, "strap") for at_s in range(-120, 0, 15)]
    field.send(*said[:4])
    field.restart()
    assert field.send(*said[2:6]) == ["duplicate", "duplicate", "accepted", "accepted"]
    field.restart()
    field.send(*said)
    assert (alerts(field), raised(field)) == ([("device_strap", 1, True)], 1)
    assert signals(field) == [("strap", -120, None)]


def test_the_all_clear_stops_the_clock_and_a_strap_that_nobody_looked_at_stays_open_for_a_human(field):
    field.wearer()
    field.send(status(-60, "strap"), status(-50, "jamming"))
    field.send(clear(-30, "strap"))
    assert signals(field) == [("strap", -60, -30), ("jamming", -50, None)]
    assert alerts(field) == [("device_jamming", 2, True), ("device_strap", 1, True)]


def test_the_all_clear_closes_what_somebody_took_already(field):
    field.wearer()
    field.send(status(-60, "strap"))
    [alert_id] = field.rows(select(Alert.id))
    assert field.supervisor.post(f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Belt hem."}).status_code == 200
    field.send(clear(-30, "strap"))
    assert alerts(field) == [("device_strap", 1, False)]
    field.send(status(-10, "strap"))
    assert alerts(field) == [("device_strap", 1, False), ("device_strap", 1, True)]


def test_an_all_clear_must_name_what_is_over(field):
    answer = field.provider.post("/v1/pings", {"pings": [status(-60, kind="all_clear")]}).json
    assert [(one["code"], one["pointer"]) for one in answer["results"]] == [("alarm_missing", "#/pings/0/alarm")]


def test_battery_levels_call_when_low_and_when_empty_and_close_by_themselves_well_above_the_level(field):
    field.wearer()
    for at_s, level in ((-90, 21), (-80, 19), (-70, 4), (-60, 9), (-50, 16), (-40, 29), (-30, 31)):
        field.send(status(at_s, batteryPct=level))
    assert signals(field) == [("battery_low", -80, -30), ("battery_empty", -70, -50)]
    assert alerts(field) == [("device_battery_empty", 2, False), ("device_battery_low", 3, False)]
    assert raised(field) == 2


def test_a_level_from_an_older_message_says_nothing_of_now(field):
    field.wearer()
    field.send(status(-30, batteryPct=80), status(-900, batteryPct=3))
    field.send(status(-600, "lowBattery"))
    assert (signals(field), alerts(field)) == ([], [])


def test_a_battery_that_is_low_before_a_restart_is_neither_repeated_nor_forgotten(field):
    field.wearer()
    field.send(status(-60, batteryPct=10))
    field.restart()
    field.send(status(-45, batteryPct=9))
    assert raised(field) == 1
    field.send(status(-30, "powerRestored", batteryPct=60))
    assert alerts(field) == [("device_battery_low", 3, False)]


def test_what_a_device_told_too_late_is_told_quietly_and_sounds_when_it_turns_out_to_go_on(field):
    field.wearer()
    field.send(status(-4000, "removing"))
    assert alerts(field) == [("device_strap_late", 3, True)]
    field.send(status(-10, "removing"))
    assert alerts(field) == [("device_strap", 1, True)]
    assert signals(field) == [("strap", -4000, None)]


def test_what_was_over_before_anybody_could_act_stays_a_quiet_call(field):
    field.wearer()
    field.send(status(-4000, "strap"), clear(-3900, "strap"), *stay(OUTSIDE, -20, -5))
    assert alerts(field) == [("device_strap_late", 3, True)]
    assert signals(field) == [("strap", -4000, -3900)]


def test_a_strap_that_breaks_where_its_wearer_is_placed_no_more_sounds_by_when_that_was_said(field):
    field.wearer()
    # In foil, or indoors, a tracker repeats its last position for as long as it has no other.
    field.send(ping(-3000, OUTSIDE, alarm="strap", messageTime=format_instant(NOW)))
    assert alerts(field) == [("device_strap", 1, True)]
    field.send(ping(-3600, OUTSIDE, alarm="jamming", messageTime=format_instant(NOW - timedelta(minutes=50))))
    assert alerts(field) == [("device_jamming_late", 3, True), ("device_strap", 1, True)]


def test_a_strap_that_breaks_is_of_who_wears_it_then_and_not_of_who_wore_it_at_its_last_position(field):
    first = field.wearer(until=NOW - timedelta(minutes=40))
    second = field.wearer(begins=NOW - timedelta(minutes=20))
    field.send(ping(-3000, OUTSIDE, alarm="strap", messageTime=format_instant(NOW)))
    assert field.rows(select(DeviceSignal.coupling_id)) == [uuid.UUID(second["id"])]
    assert first["personId"] != second["personId"] and alerts(field) == [("device_strap", 1, True)]


def test_a_strap_that_speaks_again_after_an_hour_sounds_anew_when_somebody_had_taken_it(field):
    field.wearer()
    field.send(status(-60, "strap"))
    [alert_id] = field.rows(select(Alert.id))
    field.supervisor.post(f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Gezien."})
    field.world.clock.forward(hours=2)
    field.send(status(7100, "strap"))
    assert (alerts(field), raised(field)) == ([("device_strap", 1, True)], 2)
    [alert] = field.rows(select(Alert))
    assert alert.acknowledged_at is None


def test_a_clock_that_runs_ahead_does_not_silence_the_strap_nor_the_battery(field):
    field.wearer()
    field.send(ping(70_000, OUTSIDE))
    field.send(status(60_000, "strap"), status(-5, batteryPct=10))
    assert signals(field) == [("battery_low", -5, None), ("clock", 0, None), ("strap", 0, None)]
    calls = [("device_battery_low", 3, True), ("device_clock", 3, True), ("device_strap", 1, True)]
    assert alerts(field) == calls


def test_a_device_on_nobody_calls_nobody_until_its_coupling_is_known(field):
    field.send(status(-60, "strap", "EB-9"), status(-50, "lowBattery", "EB-9"))
    assert (alerts(field), len(signals(field))) == ([], 2)
    field.wearer("EB-9")
    field.judge.tick()
    assert alerts(field) == [("device_battery_low", 3, True), ("device_strap", 1, True)]
    assert set(field.rows(select(Alert.supervising_org_id))) == {field.supervisor.organisation_id}


def test_a_late_all_clear_in_the_middle_splits_a_stretch_and_the_alert_stays_one(field):
    field.wearer()
    field.send(*[status(at_s, "case") for at_s in (-100, -80, -60, -40)])
    field.send(clear(-70, "case"))
    assert signals(field) == [("case", -100, -70), ("case", -60, None)]
    assert [priority for _, priority, _ in alerts(field)] == [1, 1]


def test_marks_make_the_same_stretches_in_any_order():
    marks = [Mark(10, 0, True), Mark(20, 0, True), Mark(30, 0, False), Mark(40, 0, False), Mark(50, 0, True)]
    assert len({tuple(spells(order)) for order in permutations(marks)}) == 1


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from(("strap", "jamming")), st.booleans()), max_size=12),
    st.randoms(use_true_random=False),
)
def test_any_order_of_arrival_gives_the_same_stretches(field, said, dice):
    field.made += 1
    device, told = f"EB-{field.made}", {(at, word): on for at, word, on in said}
    field.wearer(device)
    arriving = list(told.items())
    dice.shuffle(arriving)
    while arriving:
        many = dice.randint(1, len(arriving))
        batch, arriving = arriving[:many], arriving[many:]
        field.submit(
            *[
                status(at * 60 - 7000, word, device, sequence=len(word), kind="alarm" if on else "all_clear")
                for (at, word), on in batch
            ]
        )
        if dice.random() < 0.3:
            field.restart()
    expected = {
        (word, spell.from_ms, spell.until_ms)
        for word in ("strap", "jamming")
        for spell in spells(
            Mark(NOW_MS + (at * 60 - 7000) * 1000, len(word), on) for (at, one), on in told.items() if one == word
        )
    }
    of_device = select(DeviceSignal).join(Device, Device.id == DeviceSignal.device_id).where(Device.name == device)
    assert {(row.kind, row.from_ms, row.until_ms) for row in field.rows(of_device)} == expected


def test_what_devices_said_is_listed_for_who_supervises_and_for_nobody_else(field):
    wearer = field.wearer()
    field.send(status(-60, "strap"), status(-50, "lowBattery"), clear(-40, "strap"), status(-30, "case", "EB-noise"))
    of_device = f"/v1/device-signals?deviceId={wearer['deviceId']}"
    shown = field.supervisor.get(of_device).json["signals"]
    assert {(one["kind"], one["personId"]) for one in shown} == {
        ("battery_low", wearer["personId"]),
        ("strap", wearer["personId"]),
    }
    going_on = field.supervisor.get(of_device + "&goesOn=true").json["signals"]
    assert [(one["kind"], one["endedAt"]) for one in going_on] == [("battery_low", None)]
    ended = field.supervisor.get(of_device + "&goesOn=false&kind=strap").json["signals"]
    assert [one["endedAt"] for one in ended] == ["2026-11-23T11:59:20Z"]
    stranger = field.world.caller("RN-X", OrganisationKind.PROBATION)
    assert stranger.get(of_device).json == {"signals": [], "next": None}
