"""The processes that answer lookups, so that no dispatcher waits for the judging of pings or for anything else.

Python runs one thing at a time in a process. The web process takes a question in and audits the answer; finding the
orders and telling how they stand is done beside it. What a process cannot answer, or owes when it is lost, is answered
here.
"""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

from registry import logs
from registry.dispatch.answering import answer, law_hash
from registry.dispatch.inquiries import Answered, Inquiry
from registry.frames import Pipe, receive, send
from registry.http import Runtime
from registry.programs import own_environ

_log = logs.get(__name__)

PROGRAM = (sys.executable, "-m", "registry.answerer")
_FAILED = (EOFError, OSError, ValueError, pickle.UnpicklingError)
_ANSWER_WITHIN_S, _START_WITHIN_S = 30.0, 120.0
_LOOK_EVERY_S, _AGAIN_AFTER_S = 0.5, 5.0


class Desks:
    """The processes that answer, and this one while there are none."""

    def __init__(self, shared: Runtime) -> None:
        self._shared = shared
        self._desks: list[_Desk] = []
        self._choosing = threading.Lock()
        self._stop = threading.Event()
        self._keeping: threading.Thread | None = None

    def open(self) -> None:
        """Start the processes, and see from now on that they run; returns at once."""
        self._desks = [_Desk(self._shared) for _ in range(self._shared.settings.lookup_processes)]
        if self._desks:
            self._keeping = threading.Thread(target=self._keep, name="desks", daemon=True)
            self._keeping.start()

    def wait(self) -> bool:
        """Wait until each of them can answer or has failed; says whether there is one that can."""
        for each in self._desks:
            each.greeted.wait(_START_WITHIN_S)
        return any(each.is_open for each in self._desks)

    def ask(self, inquiry: Inquiry) -> Answered:
        """Have a question answered; raises Invalid when nothing of it is usable."""
        with self._choosing:
            able = [each for each in self._desks if each.is_open and each.lines]
            desk = max(able, key=lambda each: len(each.lines), default=None)
            line = desk.lines.pop() if desk else None
        told = desk.ask(line, inquiry) if desk and line else None
        return told or answer(self._shared, inquiry)

    def close(self) -> None:
        """End them."""
        self._stop.set()
        if self._keeping is not None:
            self._keeping.join()
        for each in self._desks:
            each.close()

    def _keep(self) -> None:
        """Replace each that was lost, though not one that was started only just."""
        while not self._stop.wait(_LOOK_EVERY_S):
            for place, each in enumerate(self._desks):
                if each.is_lost and time.monotonic() - each.started_at_s > _AGAIN_AFTER_S:
                    each.close()
                    self._desks[place] = _Desk(self._shared)


class _Desk:
    """One process, with a line to it for each question that can be asked at once."""

    def __init__(self, shared: Runtime) -> None:
        self.started_at_s = time.monotonic()
        self.greeted = threading.Event()
        self._is_open = False
        pairs = [socket.socketpair() for _ in range(shared.settings.web_threads)]
        descriptors = [theirs.fileno() for _, theirs in pairs]
        self._process = subprocess.Popen(
            [*PROGRAM, *map(str, descriptors)],
            stdin=subprocess.DEVNULL,
            env=own_environ(),
            pass_fds=descriptors,
            start_new_session=True,
        )
        self._sockets = [ours for ours, _ in pairs]
        for _, theirs in pairs:
            theirs.close()
        self.lines = [_file(ours) for ours in self._sockets]
        settings = pickle.dumps(shared.settings)
        threading.Thread(target=self._greet, args=(settings,), daemon=True).start()

    @property
    def is_open(self) -> bool:
        """Whether it answers, by the same law as this process."""
        return self._is_open

    @property
    def is_lost(self) -> bool:
        """Whether it will not answer any more."""
        return self.greeted.is_set() and not (self._is_open and self._process.poll() is None)

    def ask(self, line: Pipe, inquiry: Inquiry) -> Answered | None:
        """Ask it; None when it has no answer. A line on which something went wrong is not used again."""
        try:
            send(line, pickle.dumps(inquiry, pickle.HIGHEST_PROTOCOL))
            told: Answered | None = pickle.loads(receive(line))
        except _FAILED as error:
            if self._is_open:
                _log.error("desk_lost", exc_info=error)
            self._is_open = False
            return None
        self.lines.append(line)
        return told

    def _greet(self, settings: bytes) -> None:
        line = self.lines[0]
        try:
            send(line, settings)
            self._is_open = receive(line) == law_hash()
        except _FAILED:
            self._is_open = False
        for each in self._sockets:
            with suppress(OSError):
                each.settimeout(_ANSWER_WITHIN_S)
        self.greeted.set()
        if not self._is_open:
            _log.error("desk_not_opened")

    def close(self) -> None:
        """End it; whoever still waits for it is answered here."""
        self._is_open = False
        self._process.terminate()
        self._process.wait()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _file(one: socket.socket) -> Pipe:
    return one.makefile("rwb")
