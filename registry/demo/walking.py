"""The simulator: six wearers walk, and the provider passes on where they are, as a real one would, over HTTP."""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import datetime
from typing import Any

from registry import logs
from registry.clock import Clock
from registry.demo.caller import Caller, Unreachable
from registry.demo.wearers import WEARERS
from registry.http.fields import format_instant

EVERY_S = 2.0
_MOST_KEPT = 6 * 900
_MOST_AT_ONCE = 120
_BETWEEN_BATCHES_S = 0.2
_log = logs.get(__name__)

Ping = dict[str, Any]


def pings_at(elapsed_s: float, at: datetime) -> list[Ping]:
    """Return what the six devices say at an instant, so long after they set out."""
    found = []
    for wearer in WEARERS:
        lat_deg, lon_deg = wearer.place_at(elapsed_s)
        found.append(
            {
                "device": wearer.device,
                "fixTime": format_instant(at),
                "lat": lat_deg,
                "lon": lon_deg,
                "accuracyM": 5.0,
                "speedMps": wearer.speed_mps,
            }
        )
    return found


class Walk:
    """What was seen and not yet passed on: kept while the service is away, and sent in its order, bit by bit."""

    def __init__(self, provider: Caller) -> None:
        self._provider = provider
        self._kept: deque[Ping] = deque(maxlen=_MOST_KEPT)

    @property
    def kept(self) -> int:
        """How many pings wait."""
        return len(self._kept)

    def see(self, elapsed_s: float, at: datetime) -> None:
        """Take in where everybody is now."""
        self._kept.extend(pings_at(elapsed_s, at))

    def pass_on(self, stop: threading.Event) -> None:
        """Send what waits, until nothing does or the service is away."""
        while self._kept and not stop.is_set():
            batch = [self._kept[place] for place in range(min(_MOST_AT_ONCE, len(self._kept)))]
            if not self._send(batch):
                return
            for _ in batch:
                self._kept.popleft()
            if self._kept:
                stop.wait(_BETWEEN_BATCHES_S)

    def _send(self, batch: list[Ping]) -> bool:
        try:
            reply = self._provider.post("/v1/pings", {"pings": batch})
        except Unreachable:
            _log.info("simulator_waits", kept=self.kept)
            return False
        if reply.status != 200:
            _log.warning("simulator_refused", status=reply.status, kept=self.kept)
        # What is refused for good is dropped; a service that is starting or busy is tried again.
        return reply.status < 500


def walk(provider: Caller, stop: threading.Event, clock: Clock) -> None:
    """Walk until told to stop."""
    walking = Walk(provider)
    began_s = time.monotonic()
    step = 0
    while not stop.is_set():
        walking.see(step * EVERY_S, clock.now())
        walking.pass_on(stop)
        step = max(step + 1, int((time.monotonic() - began_s) / EVERY_S))
        stop.wait(max(0.0, began_s + step * EVERY_S - time.monotonic()))
