import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.db.sealing import seal
from registry.http import Runtime
from registry.intake import beside, processing
from registry.intake.beside import Readers
from registry.intake.crossing import packed, unpacked
from registry.intake.delivery import Body, receive
from registry.intake.processing import Judge
from registry.intake.reading import Reading, Request
from registry.orders.force.standing import measures
from tests.intake.conftest import many
from tests.intake.messages import ABSENT, row
from tests.intake.register_dump import dump, empty, entries
from tests.world import Caller, some_id

ON = date(2026, 11, 23)
ROWS = [
    row(),
    row({"order/regime": "XX"}),
    row(kind="end", version=2, order=ABSENT),
    row(kind="change", version=3),
    b'{"orderNumber": 7',
]


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """One kind of database is enough: the readers know none."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'registry.db')}"


def parse(raw: bytes) -> Any:
    return Reading(None).parsing(request_of([]))(raw)


def request_of(rows: list[bytes]) -> Request:
    place = f"intake_raw.raw_sealed.{some_id()}"
    return Request(some_id(), [(number, seal(raw, f"{place}.{number}")) for number, raw in enumerate(rows, 1)], ON)


@pytest.fixture
def readers(shared: Runtime) -> Iterator[Readers]:
    started = Readers(replace(shared.settings, intake_readers=1), Reading(None))
    started.start()
    yield started
    started.close()


def until_ready(readers: Readers, process: Any = None) -> Any:
    process = process or readers._beside[0]
    until_s = time.monotonic() + 20
    while not process.is_ready() and process.is_running and time.monotonic() < until_s:
        time.sleep(0.02)
    return process


def told(rows: list[Any]) -> list[Any]:
    """What rows say, without the ids, nonces and seals of their drafts."""
    return [(one.row_number, one.raw, whole(one.parsed), one.draft is None) for one in rows]


def whole(parsed: Any) -> Any:
    message = parsed.message
    if message is None:
        return parsed.findings, parsed.order_number, parsed.subject
    fields = [getattr(message, name) for name in ("message_id", "order_number", "version", "kind", "digest", "raw")]
    content = message.content and (message.content.facts, message.content.subject, message.content.raw)
    conditions = message.content and [(one.reference, one.raw) for one in message.content.conditions]
    return parsed.findings, parsed.order_number, parsed.subject, fields, content, conditions


def test_what_another_process_read_says_the_same_as_what_is_read_here(shared: Runtime) -> None:
    here = Reading(None).read(request_of(ROWS))
    assert told(unpacked(packed(here), parse)) == told(here)


def test_of_a_row_that_came_over_a_change_of_its_findings_keeps_the_rest(shared: Runtime) -> None:
    (came,) = unpacked(packed(Reading(None).read(request_of(ROWS[:1]))), parse)
    changed = replace(came.parsed, findings=())
    assert (changed.findings, changed.subject) == ((), came.parsed.subject)
    assert replace(came.parsed.message, version=9).content.conditions == came.parsed.message.content.conditions


def test_a_process_beside_this_one_reads_rows(readers: Readers) -> None:
    until_ready(readers)
    asked = [readers.ask(request_of(ROWS)), readers.ask(request_of(many(3)))]
    here = [Reading(None).read(request_of(ROWS)), Reading(None).read(request_of(many(3)))]
    assert [told(answer.rows()) for answer in asked] == [told(each) for each in here]


def test_until_it_has_started_rows_are_read_here(readers: Readers) -> None:
    assert told(readers.ask(request_of(ROWS)).rows()) == told(Reading(None).read(request_of(ROWS)))


def test_what_a_process_that_was_killed_owed_is_read_here(readers: Readers, capsys: pytest.CaptureFixture[str]) -> None:
    process = until_ready(readers)
    owed = readers.ask(request_of(ROWS))
    process._process.kill()
    process._process.wait()
    assert [len(owed.rows()), len(readers.ask(request_of(ROWS)).rows())] == [len(ROWS)] * 2
    assert readers.ask(request_of(ROWS))
    assert "Berg" not in "".join(capsys.readouterr())


def test_rows_that_nobody_has_begun_to_read_are_read_here_rather_than_waited_for(readers: Readers) -> None:
    process = until_ready(readers)
    process._process.send_signal(signal.SIGSTOP)
    try:
        begun, waiting = readers.ask(request_of(many(3))), readers.ask(request_of(ROWS))
        while not begun._answer.running():
            time.sleep(0.01)
        for answer in (begun, waiting):
            answer.take_over()
        assert told(waiting.rows()) == told(Reading(None).read(request_of(ROWS)))
        assert not begun.is_ready()
    finally:
        process._process.send_signal(signal.SIGCONT)
    assert told(begun.rows()) == told(Reading(None).read(request_of(many(3))))
    assert told(readers.ask(request_of(ROWS)).rows()) == told(waiting.rows())


def test_a_process_that_judges_by_another_law_is_not_used(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(measures(), law=replace(measures().law, hash="another"))
    monkeypatch.setattr(beside, "measures", lambda: other)
    assert not until_ready(readers).is_running
    assert told(readers.ask(request_of(ROWS)).rows()) == told(Reading(None).read(request_of(ROWS)))


def test_processes_end_with_nothing_to_do_and_with_their_starter(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = until_ready(readers)
    readers.ask(request_of(ROWS)).rows()
    readers.rest()
    assert process.is_running
    monkeypatch.setattr(beside, "_IDLE_S", -1.0)
    readers.rest()
    assert not process.is_running
    readers.start()
    (another,) = readers._beside
    # Whatever ends the starter closes the pipe.
    another._into.close()
    assert another._process.wait(timeout=20) == 0


def test_a_large_delivery_is_read_beside_and_comes_out_as_if_read_here(
    cjib: Caller, shared: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = Actor(None, cjib.organisation_id, OrganisationKind.CJIB, frozenset(), "one", "unit", "role", Purpose.INTAKE)
    monkeypatch.setattr(processing, "_READ_BESIDE", 100)
    rows = [*many(200), *many(50, sentAt="2026-11-21T09:00:00Z"), *many(50, kind="end")]
    seen, asked = [], Readers.ask
    monkeypatch.setattr(Readers, "ask", lambda self, request: seen.append(request) or asked(self, request))
    for number in (0, 2):
        readers = Readers(replace(shared.settings, intake_readers=number), Reading(None))
        readers.start()
        shared.add(readers)
        for process in readers._beside:
            until_ready(readers, process)
        audited = entries(shared)
        body = Body("application/x-ndjson", iter(rows), lambda: "")
        delivery_id = receive(shared.database, shared.clock, by, body).delivery_id
        Judge(shared, announce=True).go_on(delivery_id, lambda: False)
        seen.append(dump(shared, audited))
        empty(shared)
        readers.close()
    here, beside_here = (each for each in seen if isinstance(each, dict))
    assert here == beside_here
    assert len(here["orders"]) == 200
