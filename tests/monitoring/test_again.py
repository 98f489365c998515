from datetime import timedelta

from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.models import Breach
from registry.monitoring.models import EpisodeRecord, EpisodeRevision, TrackMark
from tests.monitoring.test_engine import alerts, episode_ids, events, judged
from tests.monitoring.wearers import FAR, INSIDE, OUTSIDE, circle, ping, stay, visit
from tests.world import NOW

CHANGED_AN_HOUR_AGO = {"version": 2, "kind": "change", "effective_at": NOW - timedelta(hours=1)}


def test_late_fixes_inside_are_found_and_those_far_from_any_zone_change_nothing(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), ping(-30, OUTSIDE))
    assert field.send(*stay(INSIDE, -180, -165)) == ["accepted"] * 2
    assert field.told() == [(-180, -30, "entered", "closed")]
    field.send(ping(-20, FAR), ping(-290, OUTSIDE))
    assert field.told() == [(-180, -30, "entered", "closed")]
    assert len(alerts(field)) == 1


def test_a_late_fix_on_the_other_side_of_a_zone_tells_that_he_went_through(field):
    field.wearer("EB-1", circle(*INSIDE, radius_m=100))
    west, east, south_east = (52.0907, 5.1170), (52.0907, 5.1258), (52.0871, 5.1272)  # 200, 200 and 465 m outside
    field.send(ping(-420, (52.0907, 5.1030)), ping(-300, west), ping(-60, south_east))
    assert field.told() == []
    field.send(ping(-180, east))
    [episode] = field.rows(select(EpisodeRecord))
    assert (episode.cause, episode.verdict, episode.status) == ("crossed", "passed", "closed")
    assert field.count(Breach) == 0


def test_late_fixes_outside_split_what_was_told_and_its_id_stays_with_the_first_part(field):
    field.wearer()
    field.send(ping(-700, OUTSIDE), *stay(INSIDE, -580, -565, -100, -85, -70))
    before = episode_ids(field)
    assert field.send(*stay(OUTSIDE, -400, -385)) == ["accepted"] * 2
    assert field.live() == [(-580, -400, "entered", "closed"), (-100, None, "entered", "open")]
    assert episode_ids(field)[: len(before)] == before
    [second] = field.rows(select(EpisodeRecord).where(EpisodeRecord.end_ms.is_(None)))
    assert [second.split_from_id] == before
    assert (field.count(EpisodeRevision), events(field, "episode.revised")) == (1, 1)
    assert len(alerts(field)) == 2


def test_a_late_fix_outside_shortens_an_episode_that_had_ended(field):
    field.wearer()
    field.send(*visit(-580), ping(-10, FAR))
    field.send(ping(-480, OUTSIDE))
    assert field.told() == [(-580, -480, "entered", "closed")]
    [breach] = field.rows(select(Breach))
    assert breach.occurred_until == NOW - timedelta(seconds=480)


def test_a_late_fix_inside_makes_an_episode_longer_under_its_own_id(field):
    field.wearer()
    field.send(*visit(-580), *stay(INSIDE, -300, -285), ping(-150, OUTSIDE))
    before = episode_ids(field)
    field.send(ping(-595), ping(-310))
    assert field.told() == [(-595, -430, "entered", "closed"), (-310, -150, "entered", "closed")]
    assert episode_ids(field) == before
    assert events(field, "episode.revised") == 2
    assert len(alerts(field)) == 2


def test_a_stay_that_turns_out_to_be_a_passage_keeps_its_breach_and_what_was_told_loudly(field):
    field.wearer()
    field.send(ping(-300, OUTSIDE), *stay(INSIDE, -180, -60), ping(-20, OUTSIDE))
    assert field.verdicts() == ["confirmed"]
    field.send(*stay(OUTSIDE, -120))
    assert set(field.verdicts()) == {"passed"}
    assert (len(alerts(field)), field.count(Breach)) == (1, 1)


def test_a_zone_learnt_later_is_judged_from_its_legal_start_as_found_late(field):
    wearer = field.wearer("EB-1", circle(*FAR))
    field.send(*stay(INSIDE, -3700, -3590, -3000), ping(-2900, OUTSIDE), ping(-2, OUTSIDE))
    assert field.told() == []
    field.order(circle(*FAR), circle(*INSIDE), number="CJIB-2026-000002", **CHANGED_AN_HOUR_AGO)
    field.judge.tick()
    assert field.told(wearer["personId"]) == [(-3600, -2900, "zone_began", "closed")]
    assert len(alerts(field, "zone_breach_late")) == 1
    assert alerts(field) == []


def test_a_zone_learnt_while_nobody_judged_is_judged_by_the_next_judge(field):
    field.wearer("EB-1", circle(*FAR))
    field.send(*stay(INSIDE, -180, -165), ping(-60, OUTSIDE), ping(-2, OUTSIDE))
    field.judge.close()
    field.order(circle(*FAR), circle(*INSIDE), number="CJIB-2026-000002", **CHANGED_AN_HOUR_AGO)
    field.restart()
    field.judge.tick()
    assert field.told() == [(-180, -60, "first_seen", "closed")]


def test_an_order_that_turns_out_to_have_ended_earlier_withdraws_what_came_after_and_deletes_nothing(field):
    field.wearer()
    field.send(*stay(INSIDE, -580, -565), ping(-430, OUTSIDE), *stay(INSIDE, -180, -165))
    ended_at = NOW - timedelta(seconds=500)
    field.order(version=2, kind="annulment", number="CJIB-2026-000002", effective_at=ended_at)
    field.judge.tick()
    assert field.told() == [(-580, -500, "first_seen", "closed"), (-180, None, "entered", "withdrawn")]
    field.send(ping(-5))
    assert field.live() == [(-580, -500, "first_seen", "closed")]
    assert (field.count(Alert), events(field, "episode.revised")) == (2, 2)
    first, second = field.rows(select(Alert).order_by(Alert.id))
    assert (first.closed_at, second.closed_at is None) == (None, False)
    assert first.title_nl.endswith("; het verbod geldt inmiddels niet meer")
    [breach] = field.rows(select(Breach))
    shown = field.supervisor.get(f"/v1/breaches/{breach.id}").json
    assert [one["withdrawnAt"] is None for one in shown["sources"]] == [True, False]
    assert (shown["status"], shown["occurredUntil"]) == ("suspected", "2026-11-23T11:57:00Z")


def test_a_zone_that_ends_closes_its_episode_without_waiting_for_a_fix(field, clock):
    field.wearer()
    field.send(*stay(INSIDE, -45, -30))
    field.order(version=2, kind="end", number="CJIB-2026-000002")
    clock.forward(seconds=20)
    field.judge.tick()
    [(start_s, end_s, _, status)] = field.told()
    assert (start_s, status) == (-45, "closed")
    assert end_s is not None and 0 <= end_s <= 20


def test_fixes_that_come_after_their_zone_was_closed_by_the_clock_are_still_judged(field, clock):
    field.wearer()
    field.send(*stay(INSIDE, -180, -165))
    field.order(version=2, kind="end", number="CJIB-2026-000002")
    clock.forward(seconds=20)
    field.judge.tick()
    field.restart()
    field.send(ping(-30, OUTSIDE))
    assert field.told() == [(-180, -30, "first_seen", "closed")]


def test_a_coupling_learnt_later_judges_the_stored_fixes(field):
    number = field.order()
    assert field.send(*visit()) == ["accepted"] * 5
    assert judged(field) == [False] * 5
    field.couple("EB-1", number, begins=NOW - timedelta(seconds=185))
    field.judge.tick()
    assert field.told() == [(-180, -30, "first_seen", "closed")]
    assert judged(field) == [False, True, True, True, True]


def test_a_coupling_that_turns_out_to_have_ended_takes_back_what_came_after(field):
    wearer = field.wearer()
    field.send(*visit(-900), *visit(-400))
    ended = field.supervisor.post(f"/v1/couplings/{wearer['id']}/end", {"until": "2026-11-23T11:50:00Z"})
    assert ended.status_code == 200, ended.text
    field.judge.tick()
    assert field.live() == [(-900, -750, "entered", "closed")]
    assert judged(field) == [True] * 5 + [False] * 5


def test_where_he_was_is_never_in_clear_in_what_the_judge_keeps_to_go_on_from(field):
    field.wearer()
    field.send(ping(-4000, OUTSIDE), *stay((52.0907, 5.1250), -3900, -3885, -200, -185))
    kinds = [mark.kind for mark in field.rows(select(TrackMark).order_by(TrackMark.at_ms))]
    assert kinds[:1] == ["begun"] and "held" in kinds
    for mark in field.rows(select(TrackMark).where(TrackMark.state_sealed.is_not(None))):
        assert b"5.125" not in mark.state_sealed
