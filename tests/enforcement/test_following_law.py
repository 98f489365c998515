"""After a release that changes the law, running deadlines follow it without anybody asking."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from uuid import UUID

from sqlalchemy import func, select, update

from registry.access.models import AuditEntry
from registry.alerts.models import Alert
from registry.enforcement.models import Deadline, DeadlineMove
from registry.enforcement.procedure import table
from registry.enforcement.recomputing import running, service
from registry.enforcement.recomputing.models import LawRun
from registry.enforcement.recomputing.watch import follow_law
from registry.outbox.models import Event
from tests.enforcement.conftest import refuse
from tests.enforcement.test_recomputing import ANOTHER, MONDAY, appeal, change_law, holiday, suspended
from tests.enforcement.test_recomputing_broken_off import (
    PATIENCE_S,
    a_former_table_of_law,
    counted,
    killed_in_the_middle,
    like,
)
from tests.world import secrets_environ

assert change_law
SOME = 60


def calls(caller, alert_class="deadlines_moved"):
    return [one["title"] for one in caller.get(f"/v1/alerts?class={alert_class}&status=open").json["alerts"]]


def audited(shared):
    with shared.database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == "deadlines")).all()
        return [(row.role, row.details) for row in rows]


def computed_at(shared, started):
    with shared.database.reading() as session:
        of_it = Deadline.proceeding_id == UUID(started["id"]), Deadline.state == "open"
        return session.scalar(select(func.max(Deadline.computed_at)).where(*of_it))


def test_the_worker_sees_that_the_law_changed_moves_what_ends_otherwise_and_calls_its_owner_once(
    chain, shared, change_law
):
    started = [suspended(chain, f"CJIB-2026-00070{number}") for number in range(2)]
    follow_law(shared)
    assert calls(chain.prosecution) == [] and {appeal(chain, one)["dueOn"] for one in started} == {"2026-12-07"}
    change_law(holiday(MONDAY))
    for _ in range(2):
        follow_law(shared)
    assert {appeal(chain, one)["dueOn"] for one in started} == {"2026-12-08"}
    assert len(chain.prosecution.get("/v1/deadlines/moves?cause=law").json["moves"]) == 2
    assert calls(chain.prosecution) == [
        "Door een wijziging van de wet, de normen of de feestdagen zijn 2 termijnen verschoven: "
        "lees de lijst van verschuivingen"
    ]
    assert calls(chain.police) == calls(chain.stranger) == calls(chain.partner) == []
    assert audited(shared)[-1] == ("law", {"proceedings": 2, "moved": 2, "law_hash": ANOTHER})
    with shared.database.reading() as session:
        told = select(func.count()).select_from(Event).where(Event.type.like("%.deadline.moved.v1"))
        assert session.scalar(told) == 2


def test_a_change_that_moves_nothing_calls_nobody_and_is_looked_for_no_more(chain, shared, change_law, monkeypatch):
    started = suspended(chain)
    change_law()
    follow_law(shared)
    assert appeal(chain, started)["lawHash"] == ANOTHER and calls(chain.prosecution) == []
    monkeypatch.setattr(running.Run, "go", None)
    follow_law(shared)


def test_another_table_of_procedures_is_another_law_too(chain, shared, clock, monkeypatch):
    follow_law(shared)
    started, ended = suspended(chain), suspended(chain, "CJIB-2026-000711")
    before = computed_at(shared, started)
    with shared.database.transaction() as session:
        of_it = update(Deadline).where(Deadline.proceeding_id == UUID(ended["id"]))
        session.execute(of_it.values(state="met"))
    clock.forward(hours=1)
    follow_law(shared)
    assert computed_at(shared, started) == before
    other = dataclasses.replace(table.load(), hash="e" * 64)
    monkeypatch.setattr(table, "load", lambda: other)
    for _ in range(2):
        follow_law(shared)
    assert computed_at(shared, started) == clock.at
    assert [told["proceedings"] for _, told in audited(shared)] == [1]


def test_what_stood_before_anybody_kept_by_which_tables_is_computed_again(chain, shared, clock):
    started = suspended(chain)
    clock.forward(hours=1)
    follow_law(shared)
    assert computed_at(shared, started) == clock.at
    with shared.database.reading() as session:
        (run,) = session.scalars(select(LawRun)).all()
        assert (run.proceedings, run.moved, run.settled_at) == (1, 0, clock.at)


def test_an_older_process_that_still_writes_is_followed_up_later(chain, shared, clock, change_law):
    follow_law(shared)
    change_law(holiday(MONDAY))
    follow_law(shared)
    late = suspended(chain)
    with shared.database.transaction() as session:
        a_former_table_of_law(session, "a" * 64)
    follow_law(shared)
    assert appeal(chain, late)["dueOn"] is None
    clock.forward(minutes=10)
    follow_law(shared)
    assert appeal(chain, late)["dueOn"] == "2026-12-08"
    (title,) = calls(chain.prosecution)
    assert "is 1 termijn verschoven" in title
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LawRun)) == 2


def test_what_cannot_be_computed_calls_who_goes_on_with_it_until_it_can(chain, shared, clock, change_law, monkeypatch):
    bad, good = suspended(chain, "CJIB-2026-000720"), suspended(chain, "CJIB-2026-000721")
    change_law(holiday(MONDAY))
    alone = service.recompute_alone
    refuse(monkeypatch, bad)
    for _ in range(2):
        follow_law(shared)
    assert (appeal(chain, bad)["dueOn"], appeal(chain, good)["dueOn"]) == ("2026-12-07", "2026-12-08")
    (title,) = calls(chain.prosecution, "deadlines_not_computed")
    assert title.startswith("Termijnen zijn na een wijziging van de wet niet opnieuw berekend")
    assert calls(chain.stranger, "deadlines_not_computed") == []
    monkeypatch.setattr(service, "recompute_alone", alone)
    clock.forward(minutes=10)
    follow_law(shared)
    assert appeal(chain, bad)["dueOn"] == "2026-12-08"
    assert calls(chain.prosecution, "deadlines_not_computed") == []


def test_the_job_leaves_it_to_whoever_computes_already(chain, shared, change_law):
    started = suspended(chain)
    change_law(holiday(MONDAY))
    lock = shared.database.lock(running.LOCK_NAME)
    assert lock.acquire()
    follow_law(shared)
    assert appeal(chain, started)["dueOn"] == "2026-12-07"
    lock.release()
    follow_law(shared)
    assert appeal(chain, started)["dueOn"] == "2026-12-08"


def worker(database_url, tmp_path):
    environ = secrets_environ() | {"DATABASE_URL": database_url, "STATE_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    program = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    return subprocess.Popen(program, env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_worker_that_is_killed_half_way_is_followed_by_two_of_which_one_does_what_is_left(
    chain, shared, database_url, tmp_path
):
    started = suspended(chain)
    with shared.database.transaction() as session:
        like(session, started, SOME - 1)
        a_former_table_of_law(session)
    _, all_of_them = counted(shared)
    assert killed_in_the_middle(shared, worker(database_url, tmp_path)) == -signal.SIGKILL
    assert 0 < counted(shared)[0] < all_of_them and calls(chain.prosecution) == []
    workers = [worker(database_url, tmp_path) for _ in range(2)]
    until = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < until and not calls(chain.prosecution):
        time.sleep(0.1)
    for one in workers:
        one.send_signal(signal.SIGTERM)
    assert [one.wait(timeout=PATIENCE_S) for one in workers] == [0, 0]
    for one in workers:
        one.communicate()
    assert counted(shared) == (all_of_them, 0)
    (title,) = calls(chain.prosecution)
    assert f"zijn {SOME} termijnen verschoven" in title
    assert [told["proceedings"] for role, told in audited(shared) if role == "law"] == [SOME]
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeadlineMove)) == SOME
        called = select(func.count()).select_from(Alert).where(Alert.alert_class == "deadlines_moved")
        assert session.scalar(called) == 1
