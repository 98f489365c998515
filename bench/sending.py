"""Threads that send pings and orders until the service dies, and remember what it had answered 2xx by then."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice

from bench import data, fleet
from bench.client import Client, Gone
from bench.fleet import Wearer

_PING_SENDERS, _ORDER_SENDERS = 3, 2
_PINGS_A_BATCH = 100
# More than any run sends. Every position is too old for a siren, for whoever is sent the same later too.
_ROUNDS = 20_000
# A small delivery is answered when it has been worked off, a large one when its raw rows are on disk.
_SMALL, _LARGE, _LARGE_EVERY = 20, 1_200, 6


@dataclass(frozen=True, slots=True)
class Delivery:
    """Orders to send, with their numbers; `path` is where the report is, once it was answered."""

    body: bytes
    numbers: list[str]
    path: str = ""


@dataclass(slots=True)
class Feed:
    """What is sent, each thing once, by however many senders."""

    wearers: list[Wearer]
    seed: int
    pings_headers: Mapping[str, str]
    orders_headers: Mapping[str, str]
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _batches: Iterator[bytes] = field(init=False)
    _numbers: Iterator[int] = field(init=False)
    _deliveries: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._batches = fleet.Stream(self.wearers, _ROUNDS, self.seed).batches(_PINGS_A_BATCH)
        self._numbers = count(len(self.wearers))

    def next_batch(self) -> bytes:
        """Return the next batch of pings."""
        with self._turn:
            return next(self._batches)

    def next_delivery(self) -> Delivery:
        """Return the next delivery: every sixth is a large one."""
        with self._turn:
            size = _SMALL if next(self._deliveries) % _LARGE_EVERY else _LARGE
            numbers = list(islice(self._numbers, size))
        lines = [data.render(data.order(number, self.seed)) for number in numbers]
        return Delivery(b"\n".join(lines), [data.order_number(number) for number in numbers])


class Sender(threading.Thread):
    """Sends one kind of thing until the service is gone."""

    def __init__(self, address: tuple[str, int], feed: Feed, *, sends_orders: bool) -> None:
        super().__init__(daemon=True)
        headers = feed.orders_headers if sends_orders else feed.pings_headers
        self._client = Client(address, headers)
        self._feed = feed
        self._step = self._send_orders if sends_orders else self._send_pings
        self.batches: list[bytes] = []
        self.unanswered: list[bytes] = []
        self.deliveries: list[Delivery] = []
        self.refusals: list[str] = []

    def run(self) -> None:
        """Send until the service is gone."""
        with self._client:
            try:
                while True:
                    self._step()
            except Gone:
                return

    def _send_pings(self) -> None:
        batch = self._feed.next_batch()
        self.unanswered.append(batch)
        answer = self._client.ask("POST", "/v1/pings", batch)
        if answer.is_good:
            self.batches.append(self.unanswered.pop())
        else:
            self._note(answer.status, answer.body)

    def _send_orders(self) -> None:
        made = self._feed.next_delivery()
        answer = self._client.ask("POST", "/v1/deliveries", made.body)
        if answer.is_good:
            path = f"/v1/deliveries/{answer.document['id']}?limit=1"
            self.deliveries.append(Delivery(b"", made.numbers, path))
        else:
            self._note(answer.status, answer.body)

    def _note(self, status: int, body: bytes) -> None:
        self.refusals.append(f"{status}: {body[:300].decode(errors='replace')}")
        time.sleep(0.05)


def start_senders(address: tuple[str, int], feed: Feed) -> list[Sender]:
    """Start all senders at once."""
    kinds = [False] * _PING_SENDERS + [True] * _ORDER_SENDERS
    senders = [Sender(address, feed, sends_orders=kind) for kind in kinds]
    for sender in senders:
        sender.start()
    return senders
