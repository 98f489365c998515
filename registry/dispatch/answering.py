"""Answering a question of a dispatch room, in this process or in one beside it that does nothing else."""

from __future__ import annotations

import pickle
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from registry import lasting, logs
from registry.config import Settings
from registry.db import is_unreachable
from registry.dispatch import service
from registry.dispatch.inquiries import Answered, Inquiry
from registry.dispatch.standby.answering import answer_from_copy
from registry.frames import Pipe, receive, send
from registry.http import Runtime, as_json
from registry.intake.overview import Expected
from registry.orders.force.standing import measures
from registry.orders.service import Follower

_log = logs.get(__name__)

# SQLite answers without waiting; a second question would only make the first one wait for its turn to run.
_SEATS_ON_SQLITE, _SEATS_ON_POSTGRESQL = 1, 4


def answer(shared: Runtime, inquiry: Inquiry) -> Answered:
    """Answer a question, from the copy on this machine while the database is away; raises Invalid or Unavailable."""
    for is_last in (False, True):
        try:
            return _answer(shared, inquiry)
        except Exception as error:
            if not is_unreachable(error):
                raise
            if is_last:
                _log.error("lookup_answered_from_copy", exc_info=error)
        # A connection from before the database went away is no sign that it still is.
        shared.database.renew()
    return answer_from_copy(shared, inquiry)


def _answer(shared: Runtime, inquiry: Inquiry) -> Answered:
    expected = Expected.by(shared.settings)
    with shared.database.reading() as session:
        told = service.ask(session, inquiry.actor, inquiry.now, inquiry.body, expected)
        audit, questions, items = (session.info.pop(each, ()) for each in ("audit", "questions", "items"))
        return Answered(as_json(told), audit, questions, items)


def law_hash() -> bytes:
    """By which law this process answers."""
    return measures().law.hash.encode()


def serve(open_runtime: Callable[[Settings], Runtime], descriptors: Sequence[int]) -> None:
    """Be a process that answers: over each line one question after another, until the other ends are closed."""
    lines = [socket.socket(fileno=each).makefile("rwb") for each in descriptors]
    with suppress(EOFError, OSError):
        settings: Settings = pickle.loads(receive(lines[0]))
        logs.configure(settings.log_level)
        shared = open_runtime(settings)
        shared.get(Follower).start()
        lasting.keep()
        send(lines[0], law_hash())
        seats = threading.BoundedSemaphore(_SEATS_ON_SQLITE if settings.is_sqlite else _SEATS_ON_POSTGRESQL)
        attending = [threading.Thread(target=_attend, args=(shared, line, seats), daemon=True) for line in lines]
        for each in attending:
            each.start()
        for each in attending:
            each.join()


def _attend(shared: Runtime, line: Pipe, seats: threading.BoundedSemaphore) -> None:
    with suppress(EOFError, OSError):
        while True:
            inquiry: Inquiry = pickle.loads(receive(line))
            with seats:
                told = _answered(shared, inquiry)
            send(line, pickle.dumps(told, pickle.HIGHEST_PROTOCOL))


def _answered(shared: Runtime, inquiry: Inquiry) -> Answered | None:
    """The answer; None of a question that has none, which is asked again where the error can be shown."""
    try:
        return answer(shared, inquiry)
    except Exception:
        return None
