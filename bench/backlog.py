"""How quickly an hour of a week ago, of 2,000 wearers at a fix a minute, is worked off, and how long news waits then.

Every wearer has been heard since, so each of the 120,000 fixes lies before what was judged. A live ping is sent twenty
times a second all the while; what counts is how long the slowest of them waits.
"""

import itertools
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import beside, fleet, pings
from bench.client import Client
from bench.instance import Instance
from bench.load import Load, LoadError, request, run
from bench.report import Options, Reporter, each_database, options, progress, say

_FIXES, _EVERY_S, _AGO = 60, 60, timedelta(days=7)
_BATCH, _CONNECTIONS, _LONGEST_S = 1_000, 4, 120
_LIVE_EVERY_S = 0.05
_WARM_UP_S = 1.0


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=2_000, devices=2_000), measure)


def measure(instance: Instance, told: Options) -> None:
    """Let a fleet be heard, then send what it was silent about."""
    wearers = fleet.wearers(told.devices + 1, told.seed)
    instance.start()
    headers = pings.set_up(instance, wearers, told.seed, timedelta(days=8))
    path, dice = "/v1/pings", random.Random(told.seed)
    news = [_ping(wearer, 0, datetime.now(UTC), dice) for wearer in wearers]
    asked = run(Load(instance.address, [request("POST", path, headers, body) for body in _bodies(news)], 1, _LONGEST_S))
    begin = datetime.now(UTC) - _AGO
    late = [
        _ping(wearer, step, begin + timedelta(seconds=step * _EVERY_S), dice)
        for wearer in wearers[:-1]
        for step in range(_FIXES)
    ]
    requests = [request("POST", path, headers, body) for body in _bodies(late)]
    with (
        Client(instance.address, headers) as client,
        beside.probing({"ping": (_LIVE_EVERY_S, _live(client, wearers[-1]))}) as waits,
        progress(f"{instance.database}: backlog", len(requests)) as bar,
    ):
        time.sleep(_WARM_UP_S)
        asked = run(Load(instance.address, requests, _CONNECTIONS, _LONGEST_S), bar)
    if asked.refused:
        raise LoadError(asked.refusals())
    reporter = Reporter(instance, {"devices": told.devices, "pings": len(late)})
    reporter.figure("backlog_s", asked.elapsed_s, "s", batch=_BATCH, clients=_CONNECTIONS)
    beside.report(reporter, waits, during="the backlog")
    say(f"{instance.database}: {len(late)} late pings in {asked.elapsed_s:.1f} s")
    instance.stop()


def _live(client: Client, wearer: fleet.Wearer) -> beside.Probe:
    dice, steps = random.Random(0), itertools.count()

    def send() -> float:
        [body] = _bodies([_ping(wearer, next(steps), datetime.now(UTC), dice)])
        begun_s = time.perf_counter()
        client.ask("POST", "/v1/pings", body).checked()
        return time.perf_counter() - begun_s

    return send


def _ping(wearer: fleet.Wearer, step: int, at: datetime, dice: random.Random) -> str:
    return fleet.ping(wearer, step, at.strftime("%Y-%m-%dT%H:%M:%S"), dice)


def _bodies(told: list[str]) -> Iterator[bytes]:
    pieces = (told[start : start + _BATCH] for start in range(0, len(told), _BATCH))
    return (b'{"pings":[%s]}' % ",".join(piece).encode() for piece in pieces)


if __name__ == "__main__":
    main()
