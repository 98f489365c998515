"""A load generator for HTTP/1.1 that costs little: rendered requests, kept connections, one thread, no library.

Closed loop: each connection sends its next request when the last is answered. Open loop: requests are due at a constant
rate whether or not the service keeps up, and latency counts from the moment a request was due, so a stall is felt by
all that came due during it.
"""

import gc
import math
import multiprocessing
import select
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_CHUNK_BYTES = 1 << 18
_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_WAIT_S = 0.25
_REPORT_EVERY_S = 0.5
NEVER_BEGUN = 0

T = TypeVar("T")
Progress = Callable[[int], None]


class LoadError(RuntimeError):
    """The service did not answer, or not in a way this generator reads."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to send, over how many connections, for how long, and how fast; without `per_s`, as fast as possible."""

    address: tuple[str, int]
    requests: Sequence[bytes]
    connections: int
    seconds: float
    per_s: float | None = None


@dataclass(slots=True)
class Outcome:
    """What came back: the latency of each answer, the answers by status, and how long it all took."""

    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    elapsed_s: float = 0.0
    first_refusal: bytes = b""
    first_answer: bytes = b""

    @property
    def per_s(self) -> float:
        """Answers a second, whatever they say."""
        return self.sent / self.elapsed_s if self.elapsed_s else 0.0

    @property
    def refused(self) -> int:
        """How many requests were not answered 2xx, those that were due and never begun among them."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def refusals(self) -> str:
        """Return the statuses and the first refusal, for a person."""
        return f"answers by status {dict(self.statuses)}; first refusal: {self.first_refusal.decode(errors='replace')}"

    def percentile_ms(self, percent: float) -> float:
        """The latency that so many percent of the answers stayed within."""
        return percentile(self.latencies_ms, percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least so many percent of the values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("there are no values")
    rank = max(1, math.ceil(round(percent * len(values) / 100, 9)))
    return sorted(values)[rank - 1]


def due_s(number: int, per_s: float) -> float:
    """Return when the request with this number, counted from 0, is due, in seconds after the start."""
    return number / per_s


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Render a request; the headers hold the credentials."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body


def parse_answer(received: bytes) -> tuple[int, int, int] | None:
    """Return an answer's status, where its body starts and where it ends; None while its head is incomplete."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = received[:end].lower()
    place = head.find(b"\r\ncontent-length:")
    if place < 0:
        raise LoadError("an answer without Content-Length cannot be read by this generator")
    length = int(head[place + 17 :].split(b"\r\n", 1)[0])
    return int(head[9:12]), end + 4, end + 4 + length


class _Connection:
    """One kept connection with at most one request under way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.unsent = memoryview(b"")
        self.received = b""
        self.counted_from_s = 0.0

    def fileno(self) -> int:
        return self.socket.fileno()

    def begin(self, message: bytes, counted_from_s: float) -> None:
        self.unsent, self.received, self.counted_from_s = memoryview(message), b"", counted_from_s
        self.write()

    def write(self) -> None:
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            return

    def read(self) -> tuple[int, bytes] | None:
        """Take what has arrived; return status and body once the answer is whole."""
        chunk = self.socket.recv(_CHUNK_BYTES)
        if not chunk:
            raise LoadError("the service closed a connection before it answered")
        self.received += chunk
        found = parse_answer(self.received)
        if found is None or len(self.received) < found[2]:
            return None
        return found[0], self.received[found[1] : found[2]]


class _Run:
    def __init__(self, load: Load, progress: Progress) -> None:
        self.load = load
        self.outcome = Outcome()
        self.idle = deque(_Connection(load.address) for _ in range(load.connections))
        self.busy: set[_Connection] = set()
        self.progress = progress
        self.started_s = self.reported_s = time.perf_counter()

    def run(self) -> Outcome:
        stop_s = self.started_s + self.load.seconds
        while True:
            more = self._begin_what_is_due(time.perf_counter(), stop_s)
            if not more and not self.busy:
                break
            self._exchange(self._wait_s(stop_s) if more else _LONGEST_WAIT_S)
        self.outcome.elapsed_s = time.perf_counter() - self.started_s
        self._count_what_was_never_begun()
        for connection in self.idle:
            connection.socket.close()
        return self.outcome

    def _begin_what_is_due(self, now_s: float, stop_s: float) -> bool:
        """Begin requests on idle connections; say whether any remain to be begun."""
        load, outcome = self.load, self.outcome
        while outcome.sent < len(load.requests):
            due_at_s = now_s if load.per_s is None else self.started_s + due_s(outcome.sent, load.per_s)
            if due_at_s >= stop_s or now_s > stop_s + self.load.seconds:
                return False
            if due_at_s > now_s or not self.idle:
                return True
            connection = self.idle.popleft()
            self.busy.add(connection)
            connection.begin(load.requests[outcome.sent], due_at_s)
            outcome.sent += 1
        return False

    def _count_what_was_never_begun(self) -> None:
        """Count a request that came due and found no free connection with the time it had waited, as unanswered."""
        load = self.load
        if load.per_s is None:
            return
        for number in range(self.outcome.sent, len(load.requests)):
            waited_s = self.outcome.elapsed_s - due_s(number, load.per_s)
            if due_s(number, load.per_s) >= load.seconds:
                break
            self.outcome.latencies_ms.append(waited_s * 1000)
            self.outcome.statuses[NEVER_BEGUN] += 1

    def _wait_s(self, stop_s: float) -> float:
        now_s = time.perf_counter()
        until_s = stop_s
        if self.load.per_s is not None and self.idle:
            until_s = self.started_s + due_s(self.outcome.sent, self.load.per_s)
        return min(max(0.0, until_s - now_s), _LONGEST_WAIT_S)

    def _exchange(self, wait_s: float) -> None:
        # select() keeps microseconds where epoll rounds a wait up to a whole millisecond.
        writing = [connection for connection in self.busy if connection.unsent]
        readable, writable, _ = select.select(self.busy, writing, (), wait_s)
        for connection in writable:
            connection.write()
        for connection in readable:
            answer = connection.read()
            if answer is not None:
                self._finish(connection, *answer)

    def _finish(self, connection: _Connection, status: int, body: bytes) -> None:
        now_s, outcome = time.perf_counter(), self.outcome
        outcome.latencies_ms.append((now_s - connection.counted_from_s) * 1000)
        outcome.statuses[status] += 1
        if not 200 <= status < 300:
            outcome.first_refusal = outcome.first_refusal or body[:2000]
        elif not outcome.first_answer:
            outcome.first_answer = body[:2000]
        self.busy.remove(connection)
        self.idle.append(connection)
        if now_s - self.reported_s > _REPORT_EVERY_S:
            self.reported_s = now_s
            self.progress(len(outcome.latencies_ms))


def run(load: Load, progress: Progress = lambda answered: None) -> Outcome:
    """Put the load on the service, in a process of its own, and return what came back.

    `progress` is told now and then how many requests have been answered.
    """
    forked = multiprocessing.get_context("fork")
    receiver, sender = forked.Pipe(duplex=False)
    child = forked.Process(target=_run_apart, args=(load, sender), daemon=True)
    child.start()
    sender.close()
    try:
        while not isinstance(told := receiver.recv(), Outcome | BaseException):
            progress(told)
    except EOFError:
        raise LoadError("the load generator died") from None
    finally:
        child.join(_REPORT_EVERY_S)
        child.kill()
        receiver.close()
    if isinstance(told, BaseException):
        raise told
    return told


def _run_apart(load: Load, sender: "multiprocessing.connection.Connection") -> None:
    gc.freeze()
    gc.disable()
    try:
        sender.send(_Run(load, sender.send).run())
    except (OSError, LoadError) as error:
        sender.send(LoadError(f"{type(error).__name__}: {error}"))
