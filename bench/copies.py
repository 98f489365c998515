"""How long the first copy for an outage takes, and what memory, in a process that does nothing else."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import data, delivery
from bench.instance import Instance
from bench.report import Options, Reporter, each_database, options, say
from registry.app import build_runtime
from registry.config import Settings
from registry.dispatch.standby.keeping import keep_standby
from registry.dispatch.standby.store import FILE_NAME
from registry.http import Runtime

Work = Callable[[Runtime], object]
_MIB = 1 << 20


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=100_000), measure)


def measure(instance: Instance, told: Options) -> None:
    """Fill one instance, stop it, and copy it from the beginning."""
    reporter = Reporter(instance, {"orders": told.orders})
    instance.start()
    delivery.add_organisations(instance)
    say(f"{instance.database}: taking in {told.orders} orders")
    delivery.take_in(instance, (data.render(each) for each in data.orders(told.orders, told.seed)), told.orders)
    instance.stop()
    for file in instance.state_dir.glob(f"{FILE_NAME}*"):
        file.unlink()
    report(reporter, "first_copy", keep_standby, instance.state_dir / FILE_NAME)


def report(reporter: Reporter, name: str, work: Work, made: Path) -> None:
    """Do something in a process of its own, and print its time, its highest memory and the size of what it made."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        took_s, idle_mib, most_mib = pool.apply(_spent, (reporter.instance.environ, work))
    reporter.figure(f"{name}_s", took_s, "s")
    reporter.figure(f"{name}_rss_mib", most_mib, "MiB", before_mib=round(idle_mib, 1))
    reporter.figure(f"{name}_mib", made.stat().st_size / _MIB, "MiB", file=made.name)


def _spent(environ: Mapping[str, str], work: Work) -> tuple[float, float, float]:
    shared = build_runtime(Settings.from_env(environ))
    try:
        before_mib, started_s = _rss_mib(), time.perf_counter()
        work(shared)
        return time.perf_counter() - started_s, before_mib, _rss_mib()
    finally:
        shared.close()


def _rss_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
