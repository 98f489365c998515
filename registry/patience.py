"""What keeps a sender that is slow, or gone, from keeping the others waiting."""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

LONGEST_SILENCE_S = 5.0
SLOWEST_BYTES_PER_S = 1024
_SHORTEST_WAIT_S = 0.001

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ImpatientSocket(socket.socket):
    """A connection on which nothing is waited for longer than it takes an honest sender.

    Each wait uses up patience and each byte gives some back, never more than one long silence is worth: to send nothing
    and to send a byte now and then come to the same.
    """

    _patience_s = LONGEST_SILENCE_S

    def begin(self) -> None:
        """Have all patience again: the next request begins."""
        self._patience_s = LONGEST_SILENCE_S

    def setblocking(self, flag: bool) -> None:
        """Wait for a while where the web server would wait for ever; on a connection that is closed, nothing."""
        if self.fileno() >= 0:
            self.settimeout(LONGEST_SILENCE_S if flag else 0.0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return what comes next; raises TimeoutError when it does not come in time."""
        limit_s = self.gettimeout() or 0.0
        self.settimeout(min(limit_s, max(_SHORTEST_WAIT_S, self._patience_s)))
        begun_s = time.monotonic()
        try:
            came = super().recv(size, flags)
        finally:
            self.settimeout(limit_s)
        left_s = self._patience_s - (time.monotonic() - begun_s) + len(came) / SLOWEST_BYTES_PER_S
        self._patience_s = min(LONGEST_SILENCE_S, left_s)
        return came


class Turnstile:
    """Lets only so many requests be worked on at once, and none while it waits for its sender.

    Threads beyond the seats cost little as long as they wait for the network; working, they would only take turns.
    """

    def __init__(self, app: Application, seats: int) -> None:
        self._app = app
        self._seats = threading.BoundedSemaphore(seats)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; the answer is sent without a seat."""
        with self._seats:
            return self._app(environ | {"wsgi.input": _Body(environ["wsgi.input"], self._seats)}, start_response)


class _Body:
    """A request's body that gives the seat away while it is read."""

    def __init__(self, body: Any, seats: threading.BoundedSemaphore) -> None:
        self._body = body
        self._seats = seats

    def read(self, size: int = -1) -> bytes:
        """Return what comes next, at most so much."""
        self._seats.release()
        try:
            came: bytes = self._body.read(size) if size >= 0 else self._body.read()
        finally:
            self._seats.acquire()
        return came
