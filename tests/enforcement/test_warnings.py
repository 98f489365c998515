from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from registry.alerts.escalation import escalate
from registry.alerts.models import Alert
from registry.app import build_runtime
from registry.enforcement.models import Deadline
from registry.enforcement.warning import needs_watch
from registry.enforcement.watch import watch_deadlines
from registry.outbox.models import Event
from tests.enforcement.conftest import fact, instant


@pytest.fixture
def filed(chain, clock):
    """A demand on Monday at noon UTC; the judge has 72 hours, and everything else is done."""
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    for to in ("prosecution", "minister"):
        chain.record(started, fact("notification", instant(clock.at), to=to))
    shown = chain.record(started, fact("filing", instant(clock.at), demand="custody")).json
    return chain.police.get(f"/v1/deadlines/{on_id(chain, shown)}").json


def on_id(chain, event):
    listed = chain.prosecution.get("/v1/deadlines?nature=H").json["deadlines"]
    return next(one["id"] for one in listed if one["rule"] == "T01")


def told(shared):
    with shared.database.reading() as session:
        named = select(Event.type, Event.data).where(Event.type.like("%.deadline.%")).order_by(Event.id)
        return [data.get("stage") or kind.split(".")[3] for kind, data in session.execute(named)]


def calls(shared):
    with shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class.like("deadline%")).order_by(Alert.id))
        return [(one.alert_class, one.priority, one.closed_at is None) for one in rows]


def test_each_stage_is_told_once_and_gives_way_to_the_next(chain, shared, clock, filed):
    assert [(one["stage"], one["at"]) for one in filed["warnings"]] == [
        ("half", "2026-11-25T00:00:00Z"),
        ("quarter", "2026-11-25T18:00:00Z"),
        ("last_working_day", "2026-11-26T08:00:00Z"),
    ]
    for hours, expected in (
        (35.9, []),
        (0.1, ["half"]),
        (18, ["half", "quarter"]),
        (14, ["half", "quarter", "last_working_day"]),
        (4.1, ["half", "quarter", "last_working_day", "missed"]),
        (48, ["half", "quarter", "last_working_day", "missed"]),
    ):
        clock.forward(hours=hours)
        for _ in range(2):
            watch_deadlines(shared)
        assert told(shared) == expected
    assert calls(shared) == [
        ("deadline_half", 3, False),
        ("deadline_near", 2, False),
        ("deadline_urgent", 2, False),
        ("deadline_missed", 1, True),
    ]


def test_after_a_restart_nothing_is_told_again(chain, shared, clock, settings, filed):
    clock.forward(hours=37)
    watch_deadlines(shared)
    restarted = build_runtime(settings, clock)
    watch_deadlines(restarted)
    assert told(shared) == ["half"]
    clock.forward(hours=17)
    watch_deadlines(restarted)
    restarted.close()
    watch_deadlines(shared)
    assert told(shared) == ["half", "quarter"]


def test_a_worker_that_was_away_tells_of_the_furthest_stage_only(chain, shared, clock, filed):
    clock.forward(hours=69)
    watch_deadlines(shared)
    assert told(shared) == ["last_working_day"]


def test_a_stage_sounds_also_where_somebody_took_the_former(chain, shared, clock, filed):
    clock.forward(hours=37)
    watch_deadlines(shared)
    (half,) = chain.prosecution.get("/v1/alerts?class=deadline_half").json["alerts"]
    chain.prosecution.post(f"/v1/alerts/{half['id']}/acknowledgement", {"note": "Gezien."})
    clock.forward(hours=18)
    watch_deadlines(shared)
    (near,) = chain.prosecution.get("/v1/alerts?class=deadline_near").json["alerts"]
    assert (near["status"], near["title"]) == (
        "open",
        "Termijn loopt bijna af: beslissing rechter-commissaris op de vordering",
    )
    assert chain.prosecution.get(f"/v1/alerts/{half['id']}").json["status"] == "closed"


def test_half_way_calls_no_duty_and_the_last_working_day_does_within_an_hour(chain, shared, clock, filed):
    clock.forward(hours=37)
    watch_deadlines(shared)
    clock.forward(hours=16)
    escalate(shared)
    (half,) = chain.prosecution.get("/v1/alerts?class=deadline_half").json["alerts"]
    assert (half["level"], half["nextEscalationAt"]) == (0, None)
    clock.forward(hours=16)
    watch_deadlines(shared)
    (urgent,) = chain.prosecution.get("/v1/alerts?class=deadline_urgent").json["alerts"]
    assert urgent["nextEscalationAt"] == instant(clock.at + timedelta(hours=1))


def test_a_deadline_that_was_met_is_never_warned_of(chain, shared, clock, filed):
    chain.record({"id": filed["proceedingId"]}, fact("examining_judge_decision", instant(clock.at), decision="refused"))
    clock.forward(days=3)
    watch_deadlines(shared)
    assert filed["id"] not in str(
        [one["subject"] for one in chain.prosecution.get("/v1/alerts?limit=200").json["alerts"]]
    )


def test_another_event_of_the_proceeding_tells_no_stage_again(chain, shared, clock, filed):
    clock.forward(hours=37)
    watch_deadlines(shared)
    chain.record({"id": filed["proceedingId"]}, fact("probation_report", instant(clock.at)))
    watch_deadlines(shared)
    assert told(shared).count("half") == 1
    shown = chain.police.get(f"/v1/deadlines/{filed['id']}").json
    assert shown["warnedAt"] == "2026-11-25T01:00:00Z"
    clock.forward(hours=40)
    watch_deadlines(shared)
    chain.record({"id": filed["proceedingId"]}, fact("advice", instant(clock.at)))
    watch_deadlines(shared)
    assert told(shared).count("missed") == 1
    assert ("deadline_missed", 1, True) in calls(shared)


def test_what_the_watch_looks_for_lies_in_indexes_that_hold_only_what_was_not_told(chain, shared, clock, filed):
    plans = plans_of_watch(shared, clock.now())
    assert len(plans) == 2
    for plan, index in zip(plans, ("ix_deadline_unmissed", "ix_deadline_warning"), strict=True):
        assert "SCAN deadline" not in plan and "Seq Scan on deadline" not in plan
        # Of a handful of rows PostgreSQL takes the one index or the other, by what it last counted.
        assert index in plan or not shared.database.is_sqlite


def plans_of_watch(shared, now):
    """How the database goes about each statement of the watch."""
    statements = []

    def note(connection, cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    with shared.database.transaction() as session:
        connection = session.connection()
        prefix = "EXPLAIN QUERY PLAN "
        if not shared.database.is_sqlite:
            # With a handful of rows PostgreSQL would read the table, index or not.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            prefix = "EXPLAIN "
        event.listen(connection, "before_cursor_execute", note)
        assert not needs_watch(session, now)
        event.remove(connection, "before_cursor_execute", note)
        explained = [connection.exec_driver_sql(prefix + statement, values) for statement, values in statements]
        return ["\n".join(map(str, rows)) for rows in explained]


def test_a_deadline_computed_before_there_were_stages_keeps_its_one_warning(chain, shared, clock, filed):
    at = clock.at + timedelta(hours=1)
    with shared.database.transaction() as session:
        of = update(Deadline).where(Deadline.term_id == "T01")
        session.execute(of.values(stages=[["quarter", at.isoformat()]], warn_at=at))
    clock.forward(hours=2)
    watch_deadlines(shared)
    assert told(shared) == ["quarter"]
    clock.forward(hours=40)
    watch_deadlines(shared)
    assert told(shared) == ["quarter"]
