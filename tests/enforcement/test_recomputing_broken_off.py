"""A run that is killed in the middle, by a process of its own, and one under a release that reads events otherwise."""

import signal
import subprocess
import sys
import time
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from registry.alerts.models import Alert
from registry.db import new_id
from registry.enforcement import arrests, following
from registry.enforcement.arrests import ARRESTED
from registry.enforcement.models import Breach, Deadline, DeadlineMove, Proceeding, ProceedingEvent
from registry.law import load
from registry.outbox.models import Event
from tests.enforcement.conftest import fact, instant
from tests.enforcement.test_recomputing import change_law, recompute, suspended
from tests.world import secrets_environ

assert change_law and recompute
FORMER = "f" * 64
MANY = 700
PATIENCE_S = 60


def like(session, started, times):
    """So many proceedings as one that was recorded, each with its events and deadlines."""
    kept = {
        kind: [dict(row) for row in session.execute(select(kind.__table__).where(column == of)).mappings()]
        for kind, column, of in (
            (Breach, Breach.id, UUID(started["breachId"])),
            (Proceeding, Proceeding.id, UUID(started["id"])),
            (ProceedingEvent, ProceedingEvent.proceeding_id, UUID(started["id"])),
            (Deadline, Deadline.proceeding_id, UUID(started["id"])),
        )
    }
    rows = {kind: [] for kind in kept}
    for _ in range(times):
        ids = {row["id"]: new_id() for listed in kept.values() for row in listed}
        for kind, listed in kept.items():
            rows[kind] += [
                {name: ids[value] if isinstance(value, UUID) and value in ids else value for name, value in row.items()}
                for row in listed
            ]
    for kind, listed in rows.items():
        session.execute(insert(kind.__table__), listed)


def a_former_table_of_law(session, law_hash=FORMER):
    """Let all deadlines come from another table, and the appeals end a day early by it."""
    session.execute(update(Deadline).values(law_hash=law_hash))
    appeals = update(Deadline).where(Deadline.term_id == "T13")
    session.execute(appeals.values(due_at=instant_before(session), due_on=None))


def instant_before(session):
    return session.scalar(select(func.min(Deadline.computed_at)))


def counted(shared):
    """How many running deadlines are of the present table, and how many of the former."""
    with shared.database.reading() as session:
        running = select(func.count()).select_from(Deadline).where(Deadline.state == "open")
        return (
            session.scalar(running.where(Deadline.law_hash == load().hash)),
            session.scalar(running.where(Deadline.law_hash == FORMER)),
        )


def command(database_url, tmp_path):
    environ = secrets_environ() | {"DATABASE_URL": database_url, "STATE_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    program = [sys.executable, "-m", "flask", "--app", "wsgi", "deadlines", "recompute", "--for", "CJIB"]
    return subprocess.Popen(program, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_in_the_middle(shared, process):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        if counted(shared)[0]:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    process.communicate(timeout=PATIENCE_S)
    return process.returncode


@pytest.mark.long
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_does_what_is_left_once(
    chain, shared, database_url, tmp_path
):
    started = suspended(chain)
    with shared.database.transaction() as session:
        like(session, started, MANY - 1)
        a_former_table_of_law(session)
    _, all_of_them = counted(shared)
    assert killed_in_the_middle(shared, command(database_url, tmp_path)) == -signal.SIGKILL
    done, left = counted(shared)
    assert 0 < done < all_of_them == done + left
    halves = select(Deadline.proceeding_id).where(Deadline.state == "open").group_by(Deadline.proceeding_id)
    with shared.database.reading() as session:
        assert session.scalars(halves.having(func.count(Deadline.law_hash.distinct()) > 1)).all() == []
        assert session.scalar(select(func.count()).select_from(DeadlineMove)) == done
    again = command(database_url, tmp_path)
    said, faults = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, faults
    assert said.splitlines()[0] == f"{left} proceedings computed again, {left} deadlines moved"
    assert counted(shared) == (all_of_them, 0)
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeadlineMove)) == MANY
        assert session.scalar(select(func.count(DeadlineMove.deadline_id.distinct()))) == MANY
        told = select(func.count()).select_from(Event).where(Event.type.like("%.deadline.moved.v1"))
        assert session.scalar(told) == MANY


def decided(chain, number):
    """The judge granted the demand, which proves nothing by the present rules."""
    started = suspended(chain, number)
    return chain.police.get(f"/v1/proceedings/{started['id']}").json


def status(chain, shown):
    return chain.police.get(f"/v1/breaches/{shown['breachId']}").json["status"]


def test_a_release_by_which_other_decisions_prove_a_breach_is_followed_and_told(
    chain, shared, recompute, change_law, monkeypatch
):
    granted = decided(chain, "CJIB-2026-000650")
    filed = chain.proceeding("VV", number="CJIB-2026-000651")
    chain.record(filed, fact("filing", instant(chain.clock.now()), demand="custody"))
    assert status(chain, granted) == status(chain, filed) == "suspected"
    monkeypatch.setattr(following, "establishes", lambda kind, _: kind == "examining_judge_decision")
    change_law()
    assert recompute()[1].splitlines()[0] == "2 proceedings computed again, 0 deadlines moved"
    assert (status(chain, granted), status(chain, filed)) == ("proven", "suspected")
    monkeypatch.setattr(following, "establishes", lambda *_: False)
    change_law(hash="d" * 64)
    recompute()
    assert (status(chain, granted), status(chain, filed)) == ("suspected", "suspected")
    with shared.database.reading() as session:
        told = session.scalars(select(Event.data).where(Event.type.like("%.breach.assessed.v1")).order_by(Event.id))
        assert [one["status"] for one in told] == ["proven", "suspected"]


def test_a_call_that_the_same_events_now_answer_is_taken_back_and_others_stay(
    chain, shared, recompute, change_law, monkeypatch
):
    answered, other = (chain.proceeding("VV", number=f"CJIB-2026-00066{number}") for number in range(2))
    change_law()
    monkeypatch.setattr(arrests, "is_answered", lambda events: str(list(events)[0].proceeding_id) == answered["id"])
    recompute()
    with shared.database.reading() as session:
        calls = session.execute(select(Alert.subject_ref, Alert.closed_at).where(Alert.alert_class == ARRESTED)).all()
    assert {ref: closed_at is None for ref, closed_at in calls} == {
        f"proceeding:{answered['id']}": False,
        f"proceeding:{other['id']}": True,
    }
