from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registry.access.rules import Scope
from registry.alerts.models import Alert
from registry.enforcement.models import Breach
from registry.monitoring.engine import judge as judge_module
from registry.monitoring.models import EpisodeRecord, PingConflict, PingRow
from registry.outbox.models import Event
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, ping, stay, visit
from tests.world import NOW


def alerts(field, alert_class="zone_breach"):
    return field.rows(select(Alert).where(Alert.alert_class == alert_class).order_by(Alert.id))


def events(field, kind):
    return field.count(Event, Event.type == f"nl.beschermingsbevel.{kind}.v1")


def judged(field, device="EB-1"):
    query = text(
        "SELECT p.judged FROM ping p JOIN device d ON d.number = p.device_number WHERE d.name = :name ORDER BY p.at_ms"
    )
    with field.shared.database.reading() as session:
        return [bool(row[0]) for row in session.execute(query, {"name": device})]


def episode_ids(field):
    return field.rows(select(EpisodeRecord.id).order_by(EpisodeRecord.id))


def test_a_first_fix_inside_calls_quietly_and_a_stay_makes_the_same_alert_the_siren_and_opens_a_breach(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(-180), ping(-170, (51.9, 4.5), "EB-2"))
    [quiet] = alerts(field, "zone_suspected")
    assert (quiet.priority, quiet.title_nl) == (3, "Drager is mogelijk in een verboden gebied")
    assert (field.count(Breach), field.verdicts()) == (0, ["suspected"])
    field.send(ping(-165))
    [siren] = alerts(field)
    assert (siren.id, siren.priority, siren.title_nl) == (quiet.id, 1, "Drager is een verboden gebied in gegaan")
    assert siren.supervising_org_id == field.supervisor.organisation_id
    [breach] = field.rows(select(Breach))
    assert (breach.occurred_from, breach.occurred_until) == (NOW - timedelta(seconds=180), None)
    assert (events(field, "alert.raised"), events(field, "episode.confirmed")) == (2, 1)


def test_going_out_closes_the_episode_and_its_breach_at_the_first_fix_outside(field):
    wearer = field.wearer()
    field.send(*visit())
    assert field.told(wearer["personId"]) == [(-180, -30, "entered", "closed")]
    assert [events(field, f"episode.{kind}") for kind in ("opened", "confirmed", "closed")] == [1, 1, 1]
    [breach] = field.rows(select(Breach))
    assert breach.occurred_until == NOW - timedelta(seconds=30)


def test_a_siren_that_somebody_took_while_it_was_quiet_sounds_anew(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(-180))
    [quiet] = alerts(field, "zone_suspected")
    taken = field.supervisor.post(f"/v1/alerts/{quiet.id}/acknowledgement", {"note": "Gezien."})
    assert taken.status_code == 200, taken.text
    field.send(ping(-165))
    [siren] = alerts(field)
    assert (siren.acknowledged_at, siren.level) == (None, 0)
    assert siren.next_escalation_at is not None


def test_who_turns_back_before_it_is_a_stay_has_passed_which_is_told_quietly_and_is_no_breach(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(-180), ping(-30, OUTSIDE))
    assert field.verdicts() == ["passed"]
    assert [alert.priority for alert in alerts(field, "zone_passed")] == [3]
    assert (field.count(Alert), field.count(Breach)) == (1, 0)


def test_a_suspicion_that_is_not_borne_out_is_withdrawn_and_its_alert_closed(field):
    field.wearer()
    edge, beyond = (52.0907, 5.1249), (52.0907, 5.1256)  # 11 m inside, 37 m outside
    field.send(*stay(beyond, -400, -385, -370, accuracyM=40.0))
    field.send(*stay(edge, -200, accuracyM=10.0), *stay(beyond, *range(-185, -60, 15), accuracyM=10.0))
    assert field.verdicts() == ["withdrawn"]
    [alert] = field.rows(select(Alert))
    assert alert.closed_at is not None
    assert field.count(Breach) == 0


def test_the_reasons_of_each_step_are_kept_in_numbers_and_shown(field):
    field.wearer()
    field.send(*visit())
    [episode_id] = episode_ids(field)
    shown = field.supervisor.get(f"/v1/episodes/{episode_id}").json
    assert [reason["step"] for reason in shown["reasons"]] == ["suspected", "confirmed", "left"]
    suspected, confirmed, left = shown["reasons"]
    assert suspected["chance"] > 0.95 and left["chance"] < 0.05
    assert (confirmed["sureFixes"], round(confirmed["distanceM"]), confirmed["sigmaM"]) == (2, -250, 10.0)
    assert shown["confirmedAt"] == confirmed["at"] == "2026-11-23T11:57:15Z"


def test_who_may_not_see_the_protected_reads_no_distance_to_the_edge_of_her_area(field, world):
    field.wearer()
    field.send(*visit())
    [episode_id] = episode_ids(field)
    reader = world.caller_of(field.supervisor, Scope.EPISODES_READ)
    for shown in (reader.get(f"/v1/episodes/{episode_id}").json, reader.get("/v1/episodes").json["episodes"][0]):
        hidden = [(one["distanceM"], one["estimateM"], one["sigmaM"]) for one in shown["reasons"]]
        assert hidden == [(None, None, None)] * 3
        assert shown["reasons"][0]["chance"] > 0.95


def test_the_noise_of_another_wearer_and_of_a_device_on_nobody_changes_nothing(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -60, -40), *stay(INSIDE, -60, -45, -30, device="EB-nobody"))
    field.send(*stay(OUTSIDE, -40, -25, device="EB-noise"))
    assert field.told() == []
    assert (field.count(Breach), field.count(Alert)) == (0, 0)
    assert judged(field, "EB-nobody") == [False] * 3
    assert judged(field) == [True] * 2


def test_the_same_ping_again_is_a_duplicate_in_one_batch_and_over_batches_and_after_a_restart(field):
    field.wearer()
    assert field.send(ping(-60), ping(-60), ping(-45)) == ["accepted", "duplicate", "accepted"]
    assert field.send(ping(-45), ping(-30)) == ["duplicate", "accepted"]
    field.restart()
    assert field.send(ping(-60), ping(-30)) == ["duplicate", "duplicate"]
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


def test_a_stay_that_was_over_before_the_live_limit_is_found_late_without_a_siren(field):
    field.wearer()
    field.send(*visit(-3600))
    assert alerts(field) == []
    assert [(row.priority, row.title_nl) for row in alerts(field, "zone_breach_late")] == [
        (3, "Drager is een verboden gebied in gegaan (achteraf gevonden)")
    ]
    assert field.count(Breach) == 1


def test_a_stay_in_a_backlog_that_reaches_until_now_is_found_late_when_it_was_over_long_ago(field):
    field.wearer()
    field.send(ping(-7_000, OUTSIDE))
    field.send(*visit(-3600), *stay(OUTSIDE, -1800, -60, -45, -30))
    assert (alerts(field), alerts(field, "zone_suspected")) == ([], [])
    assert [row.priority for row in alerts(field, "zone_breach_late")] == [3]
    assert field.rows(select(EpisodeRecord.found_late)) == [True]
    told = [event.data["found_late"] for event in field.rows(select(Event)) if "episode" in event.type]
    assert told == [True] * 3


def test_a_stay_found_late_that_turns_out_to_go_on_makes_the_same_alert_the_siren(field):
    field.wearer()
    field.send(ping(-3720, OUTSIDE), *stay(INSIDE, -3600, -3585, -3570))
    [late] = alerts(field, "zone_breach_late")
    field.restart()
    field.send(ping(-2, INSIDE))
    assert [row.id for row in alerts(field)] == [late.id]
    assert field.count(Alert) == 1


def test_a_device_is_judged_for_whoever_wore_it_then(field):
    first = field.wearer("EB-1", begins=NOW - timedelta(hours=2), until=NOW - timedelta(minutes=8))
    second = field.wearer("EB-1", circle(*OUTSIDE), begins=NOW - timedelta(minutes=8))
    field.send(*stay(INSIDE, -800, -785), *stay(OUTSIDE, -600, -590), *stay(INSIDE, -470), *stay(OUTSIDE, -300, -285))
    assert field.told(first["personId"]) == [(-800, -600, "first_seen", "closed")]
    assert field.told(second["personId"]) == [(-300, None, "entered", "open")]


def test_a_batch_that_rolls_back_leaves_the_memory_as_it_was(field, monkeypatch):
    field.wearer()
    field.send(ping(-300, OUTSIDE))
    real = judge_module._keep_account

    def fail(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(judge_module, "_keep_account", fail)
    with pytest.raises(RuntimeError, match="disk"):
        field.submit(*stay(INSIDE, -180, -165), ping(-45, device="EB-new"))
    monkeypatch.setattr(judge_module, "_keep_account", real)
    assert field.told() == []
    again = field.send(*stay(INSIDE, -180, -165), ping(-45, device="EB-new"), ping(-300, OUTSIDE))
    assert again == ["accepted", "accepted", "accepted", "duplicate"]
    assert field.told() == [(-180, None, "entered", "open")]


def test_a_restart_in_the_middle_of_a_stay_goes_on_with_the_same_episode(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(-180))
    before = episode_ids(field)
    for at_s in (-165, -150, -135):
        field.restart()
        field.send(ping(at_s))
    field.restart()
    field.send(ping(-10, OUTSIDE))
    assert episode_ids(field) == before
    assert field.told() == [(-180, -10, "entered", "closed")]
    assert len(alerts(field)) == field.count(Breach) == 1


@pytest.mark.parametrize("seconds_on", [0, 10])
def test_the_judge_takes_up_what_was_stored_after_the_last_checkpoint(field, clock, seconds_on):
    field.wearer()
    field.send(ping(-300, OUTSIDE))
    clock.forward(seconds=1)
    field.send(ping(-290, OUTSIDE))
    clock.forward(seconds=seconds_on)
    field.send(ping(-60, OUTSIDE))
    field.restart()
    field.send(*stay(INSIDE, -180, -165))
    assert field.told() == [(-180, -60, "entered", "closed")]
