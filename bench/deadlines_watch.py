"""How long the watch takes to look through running deadlines, and how it goes about it, on both databases.

One deadline of a hundred reached a stage, as after an hour or more in which the worker was away; of the rest none is
due. What is timed is the job of the worker: looking, and telling with alert, event and audit. Then some are computed
again.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, text, update
from sqlalchemy.orm import Session

from bench.instance import DATABASES, empty_database, servers
from bench.report import progress
from registry.access.models import Organisation
from registry.access.service import system_actor
from registry.app import build_runtime
from registry.clock import Clock
from registry.config import Settings
from registry.db import new_id
from registry.enforcement import warning
from registry.enforcement.models import Breach, Deadline, Proceeding, ProceedingEvent
from registry.enforcement.recomputing.running import Run
from registry.enforcement.watch import watch_deadlines
from registry.http import Runtime
from registry.law import load
from registry.orders.models import Order
from registry.schema import migrate
from tests.world import secrets_environ

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
# The terms that an arrest and a report of probation start, so that they can be computed again.
_TERMS = ("T04", "T40", "T41", "T41-M")
_AGAIN = 20_000
_DUE_OF = 100
_CHUNK = 2_000
Told = Callable[[str, float, str, Mapping[str, object]], None]


class _StillClock(Clock):
    def now(self) -> datetime:
        return NOW


def measure(number: int, tell: Told) -> None:
    """Tell how long the watch takes over so many deadlines: with nothing due, and with a hundredth part due."""
    with servers():
        for database in DATABASES:
            with tempfile.TemporaryDirectory() as folder, empty_database(database, Path(folder)) as url:
                _measure(database, url, Path(folder), number, tell)


def _measure(database: str, url: str, folder: Path, number: int, tell: Told) -> None:
    environ = secrets_environ() | {"DATABASE_URL": url, "STATE_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    shared = build_runtime(Settings.from_env(environ), _StillClock())
    try:
        migrate(shared.database)
        _fill(shared, number)
        quiet_s = _spent_s(lambda: _look(shared, NOW - timedelta(days=400)))
        plans = _plans(shared)
        told = {"database": database, "deadlines": number, "plans": plans}
        tell("watch_quiet_s", quiet_s, "s", told)
        busy_s = _spent_s(lambda: watch_deadlines(shared))
        tell("watch_busy_s", busy_s, "s", {"database": database, "deadlines": number, "due": number // _DUE_OF})
        again_s = _spent_s(lambda: watch_deadlines(shared))
        tell("watch_again_s", again_s, "s", {"database": database, "deadlines": number, "due": 0})
        moving, still = {"target_at": NOW, "due_at": None}, dict[str, Any]()
        for ends in (moving, still):
            moved, again_s = _again(shared, ends)
            tell("recomputed_per_s", _AGAIN / again_s, "deadlines/s", {"database": database, "moved": moved})
    finally:
        shared.close()


def _again(shared: Runtime, ends: Mapping[str, Any]) -> tuple[int, float]:
    """Compute some again as if another table of law had given them, with these ends; returns how many moved."""
    with shared.database.transaction() as session:
        some = select(Proceeding.id).order_by(Proceeding.id).limit(_AGAIN // len(_TERMS))
        moved = update(Deadline).where(Deadline.proceeding_id.in_(some))
        session.execute(moved.values(law_hash="former", **ends))
        owner = session.scalars(select(Organisation.id)).first()
    assert owner is not None
    run = Run(shared, system_actor(owner, "bench"))
    spent_s = _spent_s(lambda: run.go(lambda _: None))
    return run.done.moved, spent_s


def _spent_s(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


def _look(shared: Runtime, now: datetime) -> bool:
    with shared.database.reading() as session:
        return warning.needs_watch(session, now)


def _plans(shared: Runtime) -> list[str]:
    """The indexes by which the database answers what the watch asks, or the words that say it reads the table."""
    asked: list[tuple[str, Any]] = []
    with shared.database.transaction() as session:
        connection = session.connection()

        def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        warning.needs_watch(session, NOW - timedelta(days=400))
        event.remove(connection, "before_cursor_execute", note)
        prefix = "EXPLAIN QUERY PLAN " if shared.database.is_sqlite else "EXPLAIN "
        found = [connection.exec_driver_sql(prefix + statement, values).all() for statement, values in asked]
    return [_how(rows) for rows in found]


def _how(rows: Any) -> str:
    words = str(rows)
    named = [name for name in ("ix_deadline_unmissed", "ix_deadline_warning") if name in words]
    return named[0] if named else "reads the table"


def _fill(shared: Runtime, number: int) -> None:
    law_hash, proceedings = load().hash, number // len(_TERMS)
    with shared.database.transaction() as session:
        owner = Organisation(id=new_id(), code="OM-BENCH", name="OM", kind="prosecution")
        order = Order(id=new_id(), number="CJIB-BENCH", regime="VV", **_received(owner))
        session.add_all([owner, order])
        session.flush()
        keys = {"owner": owner.id, "order": order.id}
    with progress("deadlines", number) as bar:
        for first in range(0, proceedings, _CHUNK // len(_TERMS)):
            with shared.database.transaction() as session:
                last = min(first + _CHUNK // len(_TERMS), proceedings)
                _add(session, keys, range(first, last), law_hash)
            bar(last * len(_TERMS))
    if not shared.database.is_sqlite:
        with shared.database.transaction() as session:
            session.execute(text("ANALYZE deadline"))


def _add(session: Session, keys: Mapping[str, Any], numbers: range, law_hash: str) -> None:
    rows: dict[type, list[dict[str, Any]]] = {Breach: [], Proceeding: [], ProceedingEvent: [], Deadline: []}
    for number in numbers:
        for kind, row in _proceeding(number, keys, law_hash):
            rows[kind].append(row)
    for kind, listed in rows.items():
        session.execute(insert(kind), listed)


def _proceeding(number: int, keys: Mapping[str, Any], law_hash: str) -> Iterator[tuple[type, dict[str, Any]]]:
    at = NOW - timedelta(minutes=number % 1440)
    breach_id, proceeding_id, event_id = new_id(), new_id(), new_id()
    mine = {"order_id": keys["order"], "prosecuting_org_id": keys["owner"]}
    told = {"occurred_from": at, "recorded_at": at, "revision": 1}
    yield Breach, mine | told | {"id": breach_id, "origin": "police", "status": "suspected"}
    started = {"started_at": at, "started_by": event_id, "breach_on": date(2026, 11, 20), "monitored": False}
    yield Proceeding, mine | started | {"id": proceeding_id, "breach_id": breach_id, "regime": "VV"}
    recorded = {"occurred_at": at, "recorded_at": at, "recorded_by": "bench", "unit": "bench", "details": {}}
    of = {"proceeding_id": proceeding_id, "organisation_id": keys["owner"]}
    yield ProceedingEvent, recorded | of | {"id": event_id, "idempotency_key": "1", "kind": "arrest"}
    report = {"id": new_id(), "idempotency_key": "2", "kind": "probation_report"}
    yield ProceedingEvent, recorded | of | report
    for place, term_id in enumerate(_TERMS):
        is_due = (number * len(_TERMS) + place) % _DUE_OF == 0
        warn_at = NOW - timedelta(minutes=1) if is_due else NOW + timedelta(days=1, minutes=number % 40_000)
        due_at = warn_at + timedelta(days=2)
        yield (
            Deadline,
            mine
            | {
                "id": new_id(), "proceeding_id": proceeding_id, "breach_id": breach_id, "term_id": term_id,
                "start_event_id": report["id"] if term_id == "T40" else event_id, "title_nl": "termijn",
                "source": "art.", "nature": "H", "state": "open",
                "due_at": due_at, "soonest_at": due_at, "warn_at": warn_at, "steps": [], "law_hash": law_hash,
                "stages": [["quarter", warn_at.isoformat()]], "owner_org_id": keys["owner"], "computed_at": at,
            },
        )  # fmt: skip


def _received(owner: Organisation) -> dict[str, Any]:
    seen = {"created_at": NOW, "last_recorded_at": NOW, "last_confirmed_at": NOW}
    return {"sending_org_id": owner.id, "prosecuting_org_id": owner.id} | seen
