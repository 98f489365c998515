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
WEB = (sys.executable, "-m", "gunicorn", "--config", "python:registry.gunicorn_settings", "wsgi:app")
WORKER = (sys.executable, "-m", "flask", "--app", "wsgi", "worker")


def own_environ() -> dict[str, str]:
    """The environment of this process for one that it starts, which finds the same code wherever it was started."""
    root = str(Path(__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}


class NotStarted(Exception):
    """The service did not come to answer; the text says what was seen."""


class Programs:
    """Programs that run until all are stopped: half a service would look like a whole one."""

    def __init__(self, environ: Mapping[str, str], errors_to: IO[bytes] | None = None) -> None:
        self._environ = dict(environ)
        self._errors_to = errors_to
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, program: Sequence[str]) -> None:
        """Start one more, in a session of its own, for a Ctrl-C is meant for who supervises; it ends with this thread.

        A supervisor that is killed cannot stop anything, and half a service would keep the port and the locks.
        """
        tied = (sys.executable, "-m", "registry.tied", str(os.getpid()), *program)
        started = subprocess.Popen(tied, env=self._environ, stderr=self._errors_to, start_new_session=True)
        self._running.append(started)

    def all_run(self) -> bool:
        """Say whether none of them has ended."""
        return all(process.poll() is None for process in self._running)

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

    def supervise(self, stopping: Callable[[], bool]) -> None:
        """Return when the service is to stop, or when one of the programs has ended."""
        while not stopping() and self.all_run():
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask each to end, and end what does not do so in time."""
        for process in self._running:
            process.terminate()
        until_s = time.monotonic() + STOP_WITHIN_S
        for process in self._running:
            try:
                process.wait(max(0.1, until_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
