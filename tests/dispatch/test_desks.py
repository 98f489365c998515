"""Lookups answered by a process of their own: the real process, on the real database."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.dispatch import desks as module
from registry.dispatch.desks import Desks
from registry.http import Runtime
from registry.privacy.models import LookupQuestion
from tests.world import Caller

Open = Callable[[], Desks]


@pytest.fixture
def open_desks(shared: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open one desk with two lines, and answer by it what the application is asked."""
    opened: list[Desks] = []
    usual, settings = shared.get(Desks), shared.settings
    monkeypatch.setattr(shared, "settings", replace(settings, lookup_processes=1, web_threads=2))

    def start() -> Desks:
        desks = Desks(shared)
        shared.add(desks)
        opened.append(desks)
        desks.open()
        return desks

    yield start
    for each in opened:
        each.close()
    shared.add(usual)


@pytest.fixture
def answered_here(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each question that this process answered itself."""
    seen: list[object] = []
    usual = module.answer
    monkeypatch.setattr(module, "answer", lambda shared, inquiry: seen.append(inquiry) or usual(shared, inquiry))
    return seen


def told(answer):
    """An answer without what differs each time."""
    return {name: value for name, value in answer.items() if name not in ("lookupId", "askedAt")}


def test_a_desk_says_the_same_as_this_process_and_its_answer_is_audited_before_it_leaves(
    register, noise, ask, shared, open_desks, answered_here
):
    order_id = register()
    questions = [{"bsn": "999990019"}, {"name": "Jan van den Berg"}, {"bsn": "900000016", "name": "Oosterhuis"}]
    here = [told(ask(**each)) for each in questions]
    assert here[0]["hits"] and here[1]["hits"] and not here[2]["hits"]
    assert open_desks().wait()
    answered_here.clear()
    beside = [ask(**each) for each in questions]
    assert [told(each) for each in beside] == here
    assert not answered_here
    with shared.database.reading() as session:
        refs = {one.object_ref: one for one in session.scalars(select(AuditEntry))}
        assert refs[f"lookup:{beside[0]['lookupId']}"].details["orders"] == [str(order_id)]
        assert {f"lookup:{each['lookupId']}" for each in beside} <= set(refs)
        kept = {str(each) for each in session.scalars(select(LookupQuestion.lookup_id))}
        assert {each["lookupId"] for each in beside} <= kept


def test_what_is_registered_after_a_desk_opened_is_found_by_it(register, ask, open_desks, answered_here):
    assert open_desks().wait()
    assert not ask(name="Jan van den Berg", birthDate="1985-03-12")["hits"]
    register()
    assert ask(name="Jan van den Berg", birthDate="1985-03-12")["hits"]
    assert ask(bsn="999990019")["hits"]
    assert not answered_here


def test_a_question_with_nothing_usable_is_refused_as_without_a_desk(room, open_desks):
    assert open_desks().wait()
    answer = room.post("/v1/lookups", {"purpose": "acute_call", "bsn": "123"})
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"] == "#/bsn"


def test_until_a_desk_has_opened_this_process_answers(register, ask, open_desks, answered_here):
    register()
    open_desks()
    assert ask(bsn="999990019")["hits"]
    assert len(answered_here) == 1


def test_what_a_desk_that_was_killed_owed_is_answered_here_and_another_takes_its_place(
    register, ask, open_desks, answered_here, monkeypatch, caplog, capfd
):
    register()
    monkeypatch.setattr(module, "_AGAIN_AFTER_S", 0.0)
    desks = open_desks()
    assert desks.wait()
    lost = desks._desks[0]
    lost._process.kill()
    lost._process.wait()
    with caplog.at_level(logging.DEBUG):
        assert ask(bsn="999990019")["hits"]
    assert len(answered_here) == 1
    until_s = time.monotonic() + 120
    while (desks._desks[0] is lost or not desks._desks[0].is_open) and time.monotonic() < until_s:
        time.sleep(0.05)
    assert ask(bsn="999990019")["hits"]
    assert len(answered_here) == 1
    written = caplog.text + "".join(capfd.readouterr())
    assert "999990019" not in written and "Berg" not in written


def test_a_desk_that_answers_by_another_law_is_not_used(register, ask, open_desks, answered_here, monkeypatch):
    register()
    monkeypatch.setattr(module, "law_hash", lambda: b"another")
    assert not open_desks().wait()
    assert ask(bsn="999990019")["hits"]
    assert len(answered_here) == 1


def test_a_desk_ends_with_its_starter(open_desks):
    desks = open_desks()
    assert desks.wait()
    (desk,) = desks._desks
    # Whatever ends the starter closes its ends of the lines.
    for line, own in zip(desk.lines, desk._sockets, strict=True):
        line.close()
        own.close()
    assert desk._process.wait(timeout=20) == 0


def test_a_read_that_recorded_nothing_is_no_answer(shared, room: Caller, monkeypatch):
    monkeypatch.setattr("registry.dispatch.service.record", lambda *_, **__: None)
    answer = room.app.test_client().post(
        "/v1/lookups", json={"purpose": "report", "bsn": "999990019"}, headers=room.headers
    )
    assert answer.status_code == 500
