"""The programs that together are the service, started and stopped as one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import urllib3

STOP_WITHIN_S = 14.0
# What ends by itself is started again: at once the first time, later and later when it ends again within a minute.
_LOOK_EVERY_S = 0.2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_RUNS_WELL_AFTER_S = 60.0
WEB = (sys.executable, "-m", "gunicorn", "--config", "python:registry.gunicorn_settings", "wsgi:app")
WORKER = (sys.executable, "-m", "flask", "--app", "wsgi", "worker")


def own_environ() -> dict[str, str]:
    """The environment of this process for one that it starts, which finds the same code wherever it was started."""
    root = str(Path(__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}


class NotStarted(Exception):
    """The service did not come to answer; the text says what was seen."""


class _Running:
    """One program, with how often it ended soon after its start."""

    def __init__(self, program: Sequence[str], process: subprocess.Popen[bytes]) -> None:
        self.program = program
        self.failures = 0
        self.ended_at_s: float | None = None
        self.began(process)

    def began(self, process: subprocess.Popen[bytes]) -> None:
        """Note that it runs, as this process."""
        self.process = process
        self.started_at_s = time.monotonic()
        self.ended_at_s = None

    def is_due(self) -> bool:
        """Whether it has ended, and long enough ago to be started again."""
        if self.process.poll() is None:
            return False
        now_s = time.monotonic()
        if self.ended_at_s is None:
            self.ended_at_s = now_s
            self.failures = 0 if now_s - self.started_at_s > _RUNS_WELL_AFTER_S else self.failures + 1
        pause_s = min(_FIRST_PAUSE_S * 2 ** min(self.failures, 10), _LONGEST_PAUSE_S)
        return bool(now_s - self.ended_at_s >= pause_s)


class Programs:
    """Programs that run until all are stopped; one that ends by itself is started again and costs no other its life."""

    def __init__(self, environ: Mapping[str, str], errors_to: IO[bytes] | None = None) -> None:
        self._environ = dict(environ)
        self._errors_to = errors_to
        self._running: list[_Running] = []

    def start(self, program: Sequence[str]) -> None:
        """Start one more, in a session of its own, for a Ctrl-C is meant for who supervises; it ends with this thread.

        A supervisor that is killed cannot stop anything, and half a service would keep the port and the locks.
        """
        self._running.append(_Running(program, self._begin(program)))

    def _begin(self, program: Sequence[str]) -> subprocess.Popen[bytes]:
        tied = (sys.executable, "-m", "registry.tied", str(os.getpid()), *program)
        return subprocess.Popen(tied, env=self._environ, stderr=self._errors_to, start_new_session=True)

    def all_run(self) -> bool:
        """Say whether none of them has ended."""
        return all(each.process.poll() is None for each in self._running)

    def wait_until_healthy(
        self, url: str, within_s: float = 60.0, stopping: Callable[[], bool] = lambda: False
    ) -> bool:
        """Return True once the service answers, False when it is to stop; raises NotStarted when it will not answer."""
        pool = urllib3.PoolManager(timeout=2.0, retries=False)
        until_s = time.monotonic() + within_s
        while not stopping():
            if not self.all_run():
                raise NotStarted("One of its programs ended while starting; the lines above say why.")
            if time.monotonic() > until_s:
                raise NotStarted(f"It did not answer within {within_s:.0f} s.")
            try:
                if pool.request("GET", f"{url}/healthz").status == 200:
                    return True
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.1)
        return False

    def supervise(self, stopping: Callable[[], bool], ended: Callable[[str, int], None]) -> None:
        """Return when the service is to stop; until then start again whichever of the programs has ended.

        `ended` is told which one that was, and with what status.
        """
        while not stopping():
            for each in self._running:
                if each.is_due():
                    ended(" ".join(each.program[1:4]), each.process.returncode)
                    each.began(self._begin(each.program))
            time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """Ask each to end, and end what does not do so in time."""
        processes = [each.process for each in self._running]
        for process in processes:
            process.terminate()
        until_s = time.monotonic() + STOP_WITHIN_S
        for process in processes:
            try:
                process.wait(max(0.1, until_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
