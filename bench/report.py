"""What a measurement prints: a figure as one JSON line on standard output, progress on standard error."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import psycopg
from pysqlite3 import dbapi2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import registry
from bench.instance import DATABASES, Instance, fresh, servers

console = Console(stderr=True)
_LOOPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was told."""

    databases: tuple[str, ...]
    orders: int
    devices: int
    seconds: float
    seed: int
    kills: int = 0


def options(about: str, orders: int, devices: int = 10_000, seconds: float = 60, kills: int = 0) -> Options:
    """Read the command line; --quick is a tenth of the size and of the time, for a look while working."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--orders", type=int, help=f"how many orders (default {orders})")
    parser.add_argument("--devices", type=int, help=f"how many devices (default {devices})")
    parser.add_argument("--seconds", type=float, help=f"how long each figure is measured (default {seconds:g})")
    parser.add_argument("--seed", type=int, default=1)
    if kills:
        parser.add_argument("--kills", type=int, help=f"how often it is killed (default {kills})")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size and of the time")
    told = parser.parse_args()
    share = 10 if told.quick else 1
    return Options(
        DATABASES if told.database == "both" else (told.database,),
        told.orders or orders // share,
        told.devices or devices // share,
        told.seconds or seconds / share,
        told.seed,
        (told.kills or max(1, kills // share)) if kills else 0,
    )


def each_database(told: Options, measure: Callable[[Instance, Options], None]) -> None:
    """Measure each database that was asked for, in turn, on an instance of its own."""
    with servers():
        for database in told.databases:
            with fresh(database) as instance:
                measure(instance, told)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Prints the figures of one instance, with the size of its data, the versions, and the machine's load and pace."""

    instance: Instance
    size: dict[str, int]

    def figure(self, name: str, value: float, unit: str, **varied: object) -> None:
        """Print a figure with what was varied."""
        line = {
            "name": name,
            "value": round(value, 3) if abs(value) < 100 else round(value, 1),
            "unit": unit,
            "database": self.instance.database,
            **varied,
            "size": self.size,
            "load_1m": round(os.getloadavg()[0], 1),
            "loop_ms": loop_ms(),
            "versions": versions(self.instance.database, self.instance.url),
        }
        print(json.dumps(line), flush=True)

    def memory(self, **varied: object) -> None:
        """Print the highest resident memory so far of the web process and of the worker."""
        for process, mib in self.instance.rss_mib().items():
            self.figure("rss_mib", mib, "MiB", process=process, **varied)


def loop_ms() -> float:
    """Return how long a fixed piece of Python takes here and now, the best of three.

    By it two machines compare, and two moments of one: a virtual machine can be half as fast a minute later.
    """
    return round(min(_looped_ms() for _ in range(3)), 1)


def _looped_ms() -> float:
    begun_s, found = time.perf_counter(), 0
    for number in range(_LOOPS):
        found += number * number % 7
    return 1000 * (time.perf_counter() - begun_s)


@cache
def versions(database: str, url: str) -> dict[str, str]:
    """Return the versions on which a figure depends."""
    found = {"registry": registry.__version__, "python": platform.python_version(), "gunicorn": version("gunicorn")}
    if database == "sqlite":
        return found | {"sqlite": dbapi2.sqlite_version, "cores": str(os.cpu_count())}
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        server = connection.execute("SHOW server_version").fetchone()
    return found | {"postgresql": server[0] if server else "?", "cores": str(os.cpu_count())}


def say(text: str) -> None:
    """Tell a person how far the run is."""
    console.print(text, highlight=False)


@contextmanager
def progress(title: str, total: float | None) -> Iterator["Bar"]:
    """Show how far a step is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, refresh_per_second=2, disable=not sys.stderr.isatty()) as shown:
        yield Bar(shown, shown.add_task(title, total=total))


@dataclass(frozen=True, slots=True)
class Bar:
    """A step's bar."""

    shown: Progress
    task: "object"

    def __call__(self, done: int) -> None:
        self.shown.update(self.task, completed=done)  # type: ignore[arg-type]
