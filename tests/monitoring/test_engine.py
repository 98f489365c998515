from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registry.alerts.models import Alert
from registry.enforcement.models import Breach
from registry.monitoring.engine import judge as judge_module
from registry.monitoring.models import EpisodeRecord, EpisodeRevision, PingConflict, PingRow
from registry.outbox.models import Event
from tests.monitoring.wearers import FAR, INSIDE, OUTSIDE, circle, ping
from tests.world import NOW

CHANGED_AN_HOUR_AGO = {"version": 2, "kind": "change", "effective_at": NOW - timedelta(hours=1)}


def alerts(field, alert_class="zone_breach"):
    return field.rows(select(Alert).where(Alert.alert_class == alert_class).order_by(Alert.id))


def events(field, kind):
    return field.count(Event, Event.type == f"nl.beschermingsbevel.episode.{kind}.v1")


def judged(field, device="EB-1"):
    query = text(
        "SELECT p.judged FROM ping p JOIN device d ON d.number = p.device_number WHERE d.name = :name ORDER BY p.at_ms"
    )
    with field.shared.database.reading() as session:
        return [bool(row[0]) for row in session.execute(query, {"name": device})]


def test_going_in_opens_an_episode_a_breach_and_an_alert_and_going_out_closes_the_episode(field):
    wearer = field.wearer()
    assert field.send(ping(-60, OUTSIDE), ping(-45), ping(-30), ping(-40, (51.9, 4.5), "EB-2")) == ["accepted"] * 4
    assert field.told() == [(-45, None, "entered", "open")]
    assert field.send(ping(-15, OUTSIDE)) == ["accepted"]
    assert field.told(wearer["personId"]) == [(-45, -15, "entered", "closed")]
    [alert] = alerts(field)
    assert (alert.priority, alert.title_nl) == (1, "Drager is een verboden gebied in gegaan")
    assert alert.supervising_org_id == field.supervisor.organisation_id
    assert (field.count(Breach), events(field, "opened"), events(field, "closed")) == (1, 1, 1)
    [breach] = field.rows(select(Breach))
    assert (breach.occurred_from, breach.occurred_until) == (NOW - timedelta(seconds=45), NOW - timedelta(seconds=15))


def test_the_noise_of_another_wearer_and_of_a_device_on_nobody_changes_nothing(field):
    field.wearer()
    field.send(ping(-60, OUTSIDE), ping(-50, INSIDE, "EB-nobody"), ping(-40, OUTSIDE, "EB-noise"))
    assert field.told() == []
    assert (field.count(Breach), field.count(Alert)) == (0, 0)
    assert judged(field, "EB-nobody") == [False]
    assert judged(field) == [True]


def test_the_same_ping_again_is_a_duplicate_in_one_batch_and_over_batches_and_after_a_restart(field):
    field.wearer()
    assert field.send(ping(-60), ping(-60), ping(-50)) == ["accepted", "duplicate", "accepted"]
    assert field.send(ping(-50), ping(-40)) == ["duplicate", "accepted"]
    field.restart()
    assert field.send(ping(-60), ping(-40)) == ["duplicate", "duplicate"]
    assert field.count(PingRow) == 3
    assert len(field.told()) == len(alerts(field)) == 1


def test_other_content_under_the_same_key_is_a_conflict_kept_once_and_not_judged(field):
    field.wearer()
    assert field.send(ping(-60, OUTSIDE), ping(-60, INSIDE)) == ["accepted", "conflict"]
    assert field.send(ping(-60, INSIDE), ping(-60, OUTSIDE)) == ["conflict", "duplicate"]
    assert (field.count(PingRow), field.count(PingConflict)) == (1, 1)
    assert field.told() == []


def test_two_kinds_and_two_sequences_at_one_time_are_different_pings(field):
    field.wearer()
    same_time = [ping(-60, sequence=1), ping(-60, sequence=2), ping(-60, None, kind="status")]
    assert field.send(*same_time) == ["accepted"] * 3


def test_a_late_fix_inside_is_found_and_one_far_from_any_zone_changes_nothing(field):
    field.wearer()
    field.send(ping(-100, OUTSIDE), ping(-50, OUTSIDE))
    assert field.send(ping(-70)) == ["accepted"]
    assert field.told() == [(-70, -50, "entered", "closed")]
    assert field.send(ping(-40, FAR), ping(-90, FAR)) == ["accepted", "accepted"]
    assert field.told() == [(-70, -50, "entered", "closed")]
    assert len(alerts(field)) == 1


def test_a_late_fix_outside_splits_what_was_told_and_its_id_stays_with_the_first_part(field):
    field.wearer()
    field.send(ping(-100, OUTSIDE), ping(-90), ping(-60), ping(-30))
    before = episode_ids(field)
    assert field.send(ping(-75, OUTSIDE)) == ["accepted"]
    assert field.live() == [(-90, -75, "entered", "closed"), (-60, None, "entered", "open")]
    assert episode_ids(field)[: len(before)] == before
    [second] = field.rows(select(EpisodeRecord).where(EpisodeRecord.end_ms.is_(None)))
    assert [second.split_from_id] == before
    assert (field.count(EpisodeRevision), events(field, "revised")) == (1, 1)
    assert len(alerts(field)) == 2


def test_a_late_fix_outside_shortens_an_episode_that_had_ended(field):
    field.wearer()
    field.send(ping(-100, OUTSIDE), ping(-90), ping(-30, OUTSIDE), ping(-10, FAR))
    assert field.send(ping(-75, OUTSIDE)) == ["accepted"]
    assert field.told() == [(-90, -75, "entered", "closed")]
    [breach] = field.rows(select(Breach))
    assert breach.occurred_until == NOW - timedelta(seconds=75)


def episode_ids(field):
    return field.rows(select(EpisodeRecord.id).order_by(EpisodeRecord.id))


def test_a_late_fix_inside_makes_an_episode_longer_under_its_own_id(field):
    field.wearer()
    field.send(ping(-100), ping(-80, OUTSIDE), ping(-60), ping(-40, OUTSIDE))
    before = episode_ids(field)
    field.send(ping(-110, OUTSIDE), ping(-70))
    assert field.told() == [(-100, -80, "entered", "closed"), (-70, -40, "entered", "closed")]
    assert episode_ids(field) == before
    assert events(field, "revised") == 2
    assert len(alerts(field)) == 2


def test_a_breach_that_was_over_before_the_live_limit_is_found_late_without_a_siren(field):
    field.wearer()
    field.send(ping(-3600, OUTSIDE), ping(-3500), ping(-3400, OUTSIDE))
    assert [row.alert_class for row in alerts(field)] == []
    assert [(row.priority, row.title_nl) for row in alerts(field, "zone_breach_late")] == [
        (3, "Drager is een verboden gebied in gegaan (achteraf gevonden)")
    ]
    assert field.count(Breach) == 1


def test_an_episode_found_late_that_turns_out_to_go_on_gets_its_siren(field):
    field.wearer()
    field.send(ping(-3600, OUTSIDE), ping(-3500))
    assert alerts(field) == []
    field.restart()
    field.send(ping(-2, INSIDE))
    assert [row.subject_ref for row in alerts(field)] == [row.subject_ref for row in alerts(field, "zone_breach_late")]


def test_a_device_is_judged_for_whoever_wore_it_then(field):
    first = field.wearer("EB-1", begins=NOW - timedelta(hours=2), until=NOW - timedelta(minutes=5))
    second = field.wearer("EB-1", circle(*OUTSIDE), begins=NOW - timedelta(minutes=5))
    field.send(ping(-400, INSIDE), ping(-350, OUTSIDE), ping(-250, INSIDE), ping(-200, OUTSIDE))
    assert field.told(first["personId"]) == [(-400, -350, "inside_at_start", "closed")]
    assert field.told(second["personId"]) == [(-200, None, "entered", "open")]


def test_a_zone_learnt_later_is_judged_from_its_legal_start_as_found_late(field):
    wearer = field.wearer("EB-1", circle(*FAR))
    field.send(ping(-3000, INSIDE), ping(-2900, OUTSIDE), ping(-2, OUTSIDE))
    assert field.told() == []
    field.order(circle(*FAR), circle(*INSIDE), number="CJIB-2026-000002", **CHANGED_AN_HOUR_AGO)
    field.judge.tick()
    assert field.told(wearer["personId"]) == [(-3000, -2900, "inside_at_start", "closed")]
    assert len(alerts(field, "zone_breach_late")) == 1
    assert alerts(field) == []


def test_a_zone_learnt_while_nobody_judged_is_judged_by_the_next_judge(field):
    field.wearer("EB-1", circle(*FAR))
    field.send(ping(-30, INSIDE), ping(-20, OUTSIDE), ping(-2, OUTSIDE))
    field.judge.close()
    field.order(circle(*FAR), circle(*INSIDE), number="CJIB-2026-000002", **CHANGED_AN_HOUR_AGO)
    field.restart()
    field.judge.tick()
    assert field.told() == [(-30, -20, "inside_at_start", "closed")]


def test_an_order_that_turns_out_to_have_ended_earlier_withdraws_what_came_after_and_deletes_nothing(field):
    field.wearer()
    field.send(ping(-30), ping(-20, OUTSIDE), ping(-10))
    ended_at = NOW - timedelta(seconds=25)
    field.order(version=2, kind="annulment", number="CJIB-2026-000002", effective_at=ended_at)
    field.judge.tick()
    assert field.told() == [(-30, -25, "inside_at_start", "closed"), (-10, None, "entered", "withdrawn")]
    field.send(ping(-5))
    assert field.live() == [(-30, -25, "inside_at_start", "closed")]
    assert (len(alerts(field)), events(field, "revised")) == (2, 2)


def test_a_zone_that_ends_closes_its_episode_without_waiting_for_a_fix(field, clock):
    field.wearer()
    field.send(ping(-30))
    field.order(version=2, kind="end", number="CJIB-2026-000002")
    clock.forward(seconds=20)
    field.judge.tick()
    [(start_s, end_s, _, status)] = field.told()
    assert (start_s, status) == (-30, "closed")
    assert end_s is not None and 0 <= end_s <= 20


def test_a_fix_that_comes_after_its_zone_was_closed_by_the_clock_is_still_judged(field, clock):
    field.wearer()
    field.send(ping(-30))
    field.order(version=2, kind="end", number="CJIB-2026-000002")
    clock.forward(seconds=20)
    field.judge.tick()
    field.send(ping(-10, OUTSIDE))
    assert field.told() == [(-30, -10, "inside_at_start", "closed")]


def test_a_coupling_learnt_later_judges_the_stored_fixes(field):
    number = field.order()
    assert field.send(ping(-100, OUTSIDE), ping(-90), ping(-50, OUTSIDE)) == ["accepted"] * 3
    assert judged(field) == [False] * 3
    field.couple("EB-1", number, begins=NOW - timedelta(seconds=95))
    field.judge.tick()
    assert field.told() == [(-90, -50, "inside_at_start", "closed")]
    assert judged(field) == [False, True, True]


def test_a_coupling_that_turns_out_to_have_ended_takes_back_what_came_after(field):
    wearer = field.wearer()
    field.send(ping(-100, OUTSIDE), ping(-90), ping(-80, OUTSIDE), ping(-50), ping(-40, OUTSIDE))
    ended = field.supervisor.post(f"/v1/couplings/{wearer['id']}/end", {"until": "2026-11-23T11:59:00Z"})
    assert ended.status_code == 200, ended.text
    field.judge.tick()
    assert field.live() == [(-90, -80, "entered", "closed")]
    assert judged(field) == [True, True, True, False, False]


def test_alarms_of_the_strap_call_at_once_and_others_quietly_and_old_ones_never_loudly(field):
    field.wearer()
    field.send(
        ping(-60, OUTSIDE, alarm="removing"),
        ping(-50, None, alarm="lowBattery", messageTime="2026-11-23T11:59:10Z"),
        ping(-40, OUTSIDE, alarm="removing"),
        ping(-4000, OUTSIDE, alarm="tampering"),
    )
    assert sorted(alert.priority for alert in alerts(field, "device_alarm")) == [1, 2, 3]
    field.send(ping(-60, OUTSIDE, alarm="removing"))
    assert len(alerts(field, "device_alarm")) == 3


def test_a_batch_that_rolls_back_leaves_the_memory_as_it_was(field, monkeypatch):
    field.wearer()
    field.send(ping(-60, OUTSIDE))
    real = judge_module._keep_account

    def fail(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(judge_module, "_keep_account", fail)
    with pytest.raises(RuntimeError, match="disk"):
        field.submit(ping(-50), ping(-45, device="EB-new"))
    monkeypatch.setattr(judge_module, "_keep_account", real)
    assert field.told() == []
    again = field.send(ping(-50), ping(-45, device="EB-new"), ping(-60, OUTSIDE))
    assert again == ["accepted", "accepted", "duplicate"]
    assert field.told() == [(-50, None, "entered", "open")]


def test_a_restart_in_the_middle_of_a_stay_goes_on_with_the_same_episode(field):
    field.wearer()
    field.send(ping(-60, OUTSIDE), ping(-50))
    before = episode_ids(field)
    for at_s in (-40, -30, -20):
        field.restart()
        field.send(ping(at_s))
    field.restart()
    field.send(ping(-10, OUTSIDE))
    assert episode_ids(field) == before
    assert field.told() == [(-50, -10, "entered", "closed")]
    assert len(alerts(field)) == 1


@pytest.mark.parametrize("seconds_on", [0, 10])
def test_the_judge_takes_up_what_was_stored_after_the_last_checkpoint(field, clock, seconds_on):
    field.wearer()
    field.send(ping(-60, OUTSIDE))
    clock.forward(seconds=1)
    field.send(ping(-55, OUTSIDE))
    clock.forward(seconds=seconds_on)
    field.send(ping(-50, OUTSIDE))
    field.restart()
    field.send(ping(-52))
    assert field.told() == [(-52, -50, "entered", "closed")]
