"""How soon an alert is written after its ping came in: 3,000 wearers who send 1,000 pings a second over HTTP.

One wearer in ten waits just outside a banned area, and goes in at some point of the run. A ping counts as received at
the instant that the service notes when its request begins, to the millisecond below; an alert as written when another
connection first sees it, which is some two milliseconds after its commit at most. Both the first, quiet alert of an
episode and the siren that it becomes count. The pings come when they are due, whether or not the service keeps up.
"""

import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from bench import data, equal, fleet, pings
from bench.instance import Instance
from bench.limit import Driver, inside
from bench.load import Load, LoadError, Outcome, percentile, request, run
from bench.people import Place
from bench.report import Options, Reporter, each_database, options, progress, say
from bench.starting import ping_until_answered

_PER_S, _DEVICES, _CONNECTIONS = 1_000, 3_000, 32
_BATCHES = (1, 10)
_EVERY_S, _GOES_IN = 15, 10  # by the times of the fixes: a wearer rides at 13 m/s
_WAITS_M, _CROSSES_M, _STAYS_M = 400.0, 200.0, 50.0  # from the middle of an area whose edge lies some 300 m off
_LOOK_EVERY_S = 0.002
_NEWEST = "SELECT subject_ref, alert_class, raised_at FROM alert WHERE raised_at >= ?"
_STEP_OF = {"zone_suspected": "suspected", "zone_breach": "confirmed"}
_EPISODES = "SELECT id, person_id, reasons FROM episode"
_RECEIPTS = (
    "SELECT coupling.person_id, ping.at_ms, ping.received_at_ms FROM ping"
    " JOIN device ON device.number = ping.device_number JOIN coupling ON coupling.device_id = device.id"
)

Seen = dict[tuple[str, str], float]


def main() -> None:
    """Measure with each ping in a request of its own and with ten in one, each on every database in turn."""
    told = options(__doc__, orders=_DEVICES, devices=_DEVICES)
    for batch in _BATCHES:
        each_database(told, partial(measure, batch=batch))


def measure(instance: Instance, told: Options, batch: int) -> None:
    """Let a fleet of one instance send at the rate, and report how long its alerts took."""
    wearers = fleet.wearers(told.devices, told.seed)
    reporter = Reporter(instance, {"devices": told.devices, "zones": 3 * told.devices, "vertices": data.VERTICES})
    instance.start()
    headers = pings.set_up(instance, wearers, told.seed)
    ping_until_answered(instance, headers, wearers[0])
    walk = _Walk(wearers, max(2, round(told.seconds * _PER_S / told.devices)), random.Random(told.seed))

    def send(steps: range, size: int, per_s: float | None) -> Outcome:
        sent = [ping for step in steps for ping in walk.step(step)]
        bodies = (",".join(sent[start : start + size]).encode() for start in range(0, len(sent), size))
        requests = [request("POST", "/v1/pings", headers, b'{"pings":[%s]}' % body) for body in bodies]
        seconds = 10 * told.seconds if per_s is None else len(requests) / per_s
        with progress(f"{instance.database}: batches of {size}", len(requests)) as bar:
            return run(Load(instance.address, requests, _CONNECTIONS if per_s else 1, seconds, per_s), bar)

    send(range(-2, 0), 1_000, None)
    with _looking(instance) as seen:
        asked = send(range(walk.steps), batch, _PER_S / batch)
        time.sleep(1.0)
    with inside(instance) as driver:
        waits_ms = waits(seen, _causes(driver))
    _report(reporter, asked, waits_ms, {"batch": batch, "due_per_s": _PER_S, "went_in": len(walk.enters)})
    instance.stop()


def _report(reporter: Reporter, asked: Outcome, waits_ms: list[float], varied: Mapping[str, Any]) -> None:
    if not waits_ms:
        raise LoadError(f"no alert was seen; {asked.refusals()}")
    told = {**varied, "alerts": len(waits_ms), "refused": asked.refused}
    for percent in (50, 99, 100):
        name = f"ping_to_alert_p{percent}_ms" if percent < 100 else "ping_to_alert_longest_ms"
        reporter.figure(name, percentile(waits_ms, percent), "ms", **told)
    reporter.figure("ping_p99_ms", asked.percentile_ms(99), "ms", counted="from when it was due", **told)
    if asked.refused:
        say(asked.refusals())


class _Walk:
    """Where everybody is at each step, and when he said so: the last step lies in the present."""

    def __init__(self, wearers: list[fleet.Wearer], steps: int, dice: random.Random) -> None:
        self.steps, self._wearers, self._dice = steps, wearers, dice
        self._begin = datetime.now(UTC) - timedelta(seconds=_EVERY_S * steps)
        self.enters = {one.number: dice.randrange(steps) for one in wearers if one.number % _GOES_IN == 0}

    def step(self, step: int) -> Iterator[str]:
        """Yield the pings of a step; those below 0 come before the run."""
        at = (self._begin + timedelta(seconds=_EVERY_S * step)).strftime("%Y-%m-%dT%H:%M:%S")
        for wearer in self._wearers:
            place = self._place(wearer, step)
            yield (
                f'{{"device":"{wearer.device}","fixTime":"{at}.{wearer.number % 1000:03d}Z","accuracyM":8,'
                f'"lat":{place.lat_deg:.7f},"lon":{place.lon_deg:.7f}}}'
            )

    def _place(self, wearer: fleet.Wearer, step: int) -> Place:
        enters = self.enters.get(wearer.number)
        if enters is None:
            return wearer.home.moved(self._dice.gauss(0, 5.0), self._dice.gauss(0, 5.0))
        short_m = _WAITS_M if step < enters else _CROSSES_M if step == enters else _STAYS_M
        home_m, turn = fleet.DISTANCE_M - short_m, float(wearer.number)
        north_m, east_m = (home_m * part + self._dice.gauss(0, 3.0) for part in (math.sin(turn), math.cos(turn)))
        return wearer.home.moved(north_m, east_m)


@contextmanager
def _looking(instance: Instance) -> Iterator[Seen]:
    """Note when each alert of an episode is first seen under each class (epoch s)."""
    seen, stop = Seen(), threading.Event()
    with ThreadPoolExecutor(1) as apart:
        looking = apart.submit(_look, instance, seen, stop.is_set)
        try:
            yield seen
        finally:
            stop.set()
        looking.result()


def _look(instance: Instance, seen: Seen, is_over: Callable[[], bool]) -> None:
    with inside(instance) as driver:
        newest: Any = 0 if driver.is_sqlite else datetime(2000, 1, 1, tzinfo=UTC)
        while not is_over():
            rows = driver.execute(_NEWEST, (newest,))
            at_s = time.time()
            for subject_ref, alert_class, raised_at in rows:
                seen.setdefault((subject_ref.removeprefix("episode:"), alert_class), at_s)
                newest = max(newest, raised_at)
            time.sleep(_LOOK_EVERY_S)


def _causes(driver: Driver) -> dict[tuple[str, str], int]:
    """When the ping behind each step of each episode was received (epoch ms)."""
    receipts = {(equal.text(person), at_ms): received for person, at_ms, received in driver.execute(_RECEIPTS)}
    found = {}
    for episode_id, person_id, reasons in driver.execute(_EPISODES):
        for one in orjson.loads(reasons) if isinstance(reasons, str) else reasons:
            found[equal.text(episode_id), one["step"]] = receipts[equal.text(person_id), one["at_ms"]]
    return found


def waits(seen: Seen, received_ms: Mapping[tuple[str, str], int]) -> list[float]:
    """Return how long (ms) each alert took, from when it was seen (epoch s) and when its ping was received.

    >>> waits({("A", "zone_suspected"): 1.25, ("B", "zone_near"): 9.0}, {("A", "suspected"): 1_200})
    [50.0]
    """
    return [
        at_s * 1000.0 - received_ms[episode_id, _STEP_OF[alert_class]]
        for (episode_id, alert_class), at_s in seen.items()
        if alert_class in _STEP_OF
    ]


if __name__ == "__main__":
    main()
