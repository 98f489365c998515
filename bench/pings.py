"""How many pings a second are stored and judged: 10,000 wearers with three banned areas of 64 vertices each.

The fleet is set up by one delivery of orders, then one coupling a device. A run then sends what the
stream of `bench.fleet` says, as fast as it is answered; a figure counts pings answered 2xx, duplicates among them.
"""

import time
from datetime import timedelta

from bench import data, delivery, fleet, limit
from bench.coupling import couple_all
from bench.instance import Instance
from bench.load import Load, Outcome, request, run
from bench.report import Options, Reporter, each_database, options, progress, say
from bench.starting import ping_until_answered
from registry.access.rules import OrganisationKind, Scope

_BATCHES = ((1_000, 4, 60_000), (1, 8, 3_000))
_PINGS_COMPARED = 1_000_000
_ARRIVAL = "SELECT * FROM ping ORDER BY at_ms, device_number"
_COUNTED = ("ping", "episode", "breach", "alert")


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=10_000, devices=10_000), measure)


def measure(instance: Instance, told: Options) -> None:
    """Set up a fleet in one instance and let it report."""
    wearers = fleet.wearers(told.devices, told.seed)
    reporter = Reporter(instance, {"devices": told.devices, "zones": 3 * told.devices, "vertices": data.VERTICES})
    instance.start()
    headers = set_up(instance, wearers, told.seed)
    begun_s = time.perf_counter()
    ping_until_answered(instance, headers, wearers[0])
    reporter.figure("first_ping_answered_s", time.perf_counter() - begun_s, "s", after="the wearers were coupled")
    say(f"{instance.database}: waiting until the work that the set-up left in the background is done")
    reporter.figure("settled_after_s", instance.settle(), "s", after="the wearers were coupled")
    first_step = 0
    for batch, clients, most_per_s in _BATCHES:
        rounds = max(1, int(told.seconds * most_per_s / told.devices))
        bodies = fleet.Stream(wearers, rounds, told.seed, first_step).batches(batch)
        requests = [request("POST", "/v1/pings", headers, body) for body in bodies]
        before_s = instance.cpu_s()
        with progress(f"{instance.database}: batches of {batch}", len(requests)) as bar:
            asked = run(Load(instance.address, requests, clients, told.seconds), bar)
        first_step += rounds
        cpu_us = 1e6 * instance.cpu_since_s(before_s) / max(1, asked.sent * batch)
        reporter.figure("cpu_us_per_ping", cpu_us, "us", batch=batch, processes="web and worker")
        _report(reporter, asked, batch, clients)
    reporter.memory()
    instance.stop()
    _measure_limit(instance, reporter, told)


def set_up(
    instance: Instance, wearers: list[fleet.Wearer], seed: int, worn_for: timedelta = timedelta(days=2)
) -> dict[str, str]:
    """Deliver the wearers' orders and couple their devices; return the headers of the provider's calls."""
    delivery.add_organisations(instance)
    say(f"{instance.database}: setting up {len(wearers)} wearers")
    lines = (data.render(fleet.order(wearer, seed)) for wearer in wearers)
    delivery.take_in(instance, lines, len(wearers))
    provider = instance.add_client(fleet.PROVIDER, OrganisationKind.DEVICE_PROVIDER, Scope.PINGS_WRITE)
    couple_all(instance, wearers, worn_for)
    return provider


def _report(reporter: Reporter, asked: Outcome, batch: int, clients: int) -> None:
    with limit.inside(reporter.instance) as driver:
        held = {table: driver.execute(f"SELECT count(*) FROM {table}")[0][0] for table in _COUNTED}
    varied = {"batch": batch, "clients": clients}
    shares = {"near_or_inside": 0.02, "late": 0.01, "duplicate": 0.01, "refused": asked.refused, "rows": held}
    reporter.figure("pings_per_s", asked.per_s * batch, "1/s", **varied, **shares)
    for name, percent in (("ping_p50_ms", 50), ("ping_p99_ms", 99)):
        reporter.figure(name, asked.percentile_ms(percent), "ms", **varied)
    if asked.refused:
        say(f"batches of {batch}: {asked.refusals()}")


def _measure_limit(instance: Instance, reporter: Reporter, told: Options) -> None:
    """Insert the same rows with the bare driver, first under the same key, then under none."""
    with limit.inside(instance) as driver:
        rows = driver.execute(f"{_ARRIVAL} LIMIT {_PINGS_COMPARED}")
    with limit.beside(instance) as empty:
        for keys, table in (("the same", "ping"), ("none", empty.make_without_keys("ping"))):
            for rows_per_commit, _, _ in _BATCHES:
                empty.execute(f"DELETE FROM {table}")
                done, taken_s = empty.insert(table, rows, rows_per_commit, told.seconds)
                said = {"limit": "executemany by the bare driver", "keys": keys, "batch": rows_per_commit}
                reporter.figure("driver_pings_per_s", done / taken_s, "1/s", clients=1, **said)
    reporter.figure("sync_ms", limit.sync_ms(instance.state_dir), "ms", limit="a page written and synced")


if __name__ == "__main__":
    main()
