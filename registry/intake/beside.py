"""Reading rows in processes beside the one that writes, so that both cores of a small machine have work.

Reading is all of Python's own and takes as long as writing. A thread a process sends what is asked of it and takes what
it answers, so that it always has work and nobody waits for a full pipe; the process ends when its input does, that is
with its starter. Small deliveries, and whatever a process cannot do, are read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue

from registry import lasting, logs
from registry.config import Settings
from registry.frames import receive, send
from registry.intake.crossing import packed, unpacked
from registry.intake.judging import ReadRow
from registry.intake.reading import Answer, Reading, Request
from registry.orders.force.standing import measures
from registry.programs import own_environ

_log = logs.get(__name__)

PROGRAM = (sys.executable, "-m", "registry.reader")
_FAILED = (EOFError, OSError, ValueError, pickle.UnpicklingError)
_NICER = 5
_IDLE_S = 60.0
# One that is read, one that waits to be, and one whose answer waits to be taken.
_AHEAD_EACH = 3


class Readers:
    """The processes that read, and this one until they can; to be used by one thread at a time."""

    def __init__(self, settings: Settings, here: Reading) -> None:
        self._settings = settings
        self._here = here
        self._beside: list[_Process] = []
        self._turn = 0
        self._last_asked_s = 0.0

    @property
    def ahead(self) -> int:
        """How many requests are worth making before the first answer is needed."""
        return max(1, _AHEAD_EACH * len(self._beside))

    @property
    def are_running(self) -> bool:
        """Whether there are any."""
        return bool(self._beside)

    def start(self) -> None:
        """Start the processes, if they are not running; they take a second, and rows are read here meanwhile."""
        self._beside = [each for each in self._beside if each.is_running]
        while len(self._beside) < self._settings.intake_readers:
            self._beside.append(_Process(self._settings))

    def ask(self, request: Request) -> Answer:
        """Have rows read."""
        self._last_asked_s = time.monotonic()
        ready = [each for each in self._beside if each.is_ready()]
        if not ready:
            return self._here.ask(request)
        self._turn += 1
        return ready[self._turn % len(ready)].ask(request, self._here)

    def rest(self) -> None:
        """End processes that had nothing to do for a while."""
        if self._beside and time.monotonic() - self._last_asked_s > _IDLE_S:
            self.close()

    def close(self) -> None:
        """End the processes."""
        for each in self._beside:
            each.close()
        self._beside = []


class _Process:
    """One process that reads, and the thread that talks to it."""

    def __init__(self, settings: Settings) -> None:
        self._process = subprocess.Popen(
            PROGRAM,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=own_environ(),
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a process with pipes has pipes")
        self._into, self._from = self._process.stdin, self._process.stdout
        self._greeted: bool | None = None
        self._asked: SimpleQueue[tuple[bytes, Future[bytes]] | None] = SimpleQueue()
        self._talking = threading.Thread(target=self._talk, args=(pickle.dumps(settings),), daemon=True)
        self._talking.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None and self._greeted is not False

    def is_ready(self) -> bool:
        """Whether it has started, and judges by the same law as this process."""
        return self._greeted is True and self.is_running

    def ask(self, request: Request, instead: Reading) -> Answer:
        """Send a request; one that cannot be answered is read here instead."""
        answer: Future[bytes] = Future()
        self._asked.put((pickle.dumps(request, pickle.HIGHEST_PROTOCOL), answer))
        return _Asked(answer, request, instead)

    def _talk(self, settings: bytes) -> None:
        try:
            send(self._into, settings)
            self._greeted = receive(self._from).decode() == measures().law.hash
        except _FAILED:
            self._greeted = False
        if not self._greeted:
            _log.error("reader_not_used")
        while (asked := self._asked.get()) is not None:
            request, answer = asked
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                send(self._into, request)
                answer.set_result(receive(self._from))
            except _FAILED as error:
                if self._greeted:
                    _log.error("reader_lost", exc_info=error)
                self._greeted = False
                answer.set_exception(error)

    def close(self) -> None:
        """End it; whatever it still owes is read here."""
        self._asked.put(None)
        self._process.terminate()
        self._process.wait()
        self._talking.join()
        for pipe in (self._into, self._from):
            with suppress(OSError):
                pipe.close()


class _Asked:
    """One request to a process."""

    def __init__(self, answer: Future[bytes], request: Request, instead: Reading) -> None:
        self._answer, self._request, self._instead = answer, request, instead
        self._read_here: list[ReadRow] | None = None

    def is_ready(self) -> bool:
        """Whether the rows are there."""
        return self._answer.done()

    def take_over(self) -> None:
        """Read the rows in this process, unless the other has begun to."""
        if self._read_here is None and self._answer.cancel():
            self._read_here = self._instead.read(self._request)

    def rows(self) -> list[ReadRow]:
        """Return the rows, once they are there."""
        if self._read_here is not None:
            return self._read_here
        try:
            return unpacked(self._answer.result(), self._instead.parsing(self._request))
        except _FAILED:
            return self._instead.read(self._request)


def serve(equip: Callable[[Settings], None]) -> None:
    """Be a process that reads: take the settings, then answer requests until there are no more."""
    # What else writes to the standard output must not come between the answers.
    into, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(_NICER)
    with suppress(EOFError, BrokenPipeError):
        settings: Settings = pickle.loads(receive(into))
        logs.configure(settings.log_level)
        equip(settings)
        reading = Reading(settings.geocoder_url)
        lasting.keep()
        send(answers, measures().law.hash.encode())
        while True:
            send(answers, packed(reading.read(pickle.loads(receive(into)))))
