"""What others notice while much is written: small commits, lookups, pings, and orders that come one at a time.

Each asks again and again, a few times a second, so that it hardly adds to the load; what counts is how long it waits.
"""

import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bench import data
from bench.client import Client
from bench.instance import Instance
from bench.load import percentile
from bench.report import Reporter
from registry.access.models import Organisation
from registry.access.rules import OrganisationKind, Scope
from registry.http import Runtime

_EVERY_S, _VISIBLE_EVERY_S, _ASK_AGAIN_S = 0.05, 1.0, 0.005
_FIRST_NUMBER = 2_400_000
_NEVER_S = 30.0
_DEVICE, _PROVIDER = "BENCH-BESIDE", "DVO-BESIDE"

Waits = dict[str, list[float]]
Probe = Callable[[], float]


@contextmanager
def small_commits(instance: Instance, organisation: str) -> Iterator[list[float]]:
    """Write something small again and again, and measure how long each takes (ms) while others write too."""
    with instance.runtime() as shared, probing({"commit": (_EVERY_S, _commit(shared, organisation))}) as waits:
        yield waits["commit"]


@contextmanager
def everybody(instance: Instance, sender: str, sender_headers: dict[str, str]) -> Iterator[Waits]:
    """Measure (ms) small commits, lookups and pings, and how soon a single order of the sender is found."""
    dispatcher = instance.add_client("POL-BESIDE", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    monitor = instance.add_client(_PROVIDER, OrganisationKind.DEVICE_PROVIDER, Scope.PINGS_WRITE)
    supervisor = instance.add_client(data.SUPERVISION, OrganisationKind.PROBATION, Scope.COUPLINGS_WRITE)
    with Client(instance.address, supervisor) as registering:
        device = {"name": _DEVICE, "provider": _PROVIDER}
        registering.ask("POST", "/v1/devices", json.dumps(device).encode()).checked()
    with (
        instance.runtime() as shared,
        Client(instance.address, dispatcher) as asking,
        Client(instance.address, dispatcher) as looking,
        Client(instance.address, monitor) as wearing,
        Client(instance.address, sender_headers) as sending,
    ):
        probes = {
            "commit": (_EVERY_S, _commit(shared, sender)),
            "lookup": (_EVERY_S, _lookup(asking)),
            "ping": (_EVERY_S, _ping(wearing)),
            "visible": (_VISIBLE_EVERY_S, _visible(sending, looking)),
        }
        with probing(probes) as waits:
            yield waits


def report(reporter: Reporter, waits: Waits, **varied: object) -> None:
    """Print the percentiles of what others waited."""
    for name, waited_ms in sorted(waits.items()):
        for percent in (50, 99, 100):
            about = {"percentile": percent, "measured": len(waited_ms), **varied}
            reporter.figure(f"{name}_beside_ms", percentile(waited_ms, percent), "ms", **about)


@contextmanager
def probing(probes: dict[str, tuple[float, Probe]]) -> Iterator[Waits]:
    """Run each probe every so many seconds on a thread of its own; what one raises is raised at the end."""
    waits: Waits = defaultdict(list)
    stop, failures = threading.Event(), list[BaseException]()

    def run(name: str, every_s: float, probe: Probe) -> None:
        try:
            while not stop.wait(every_s):
                waits[name].append(probe() * 1000)
        except BaseException as error:  # raised again by the thread that waits for this one
            failures.append(error)

    threads = [threading.Thread(target=run, args=(name, *probes[name])) for name in probes]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def _timed(act: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    act()
    return time.perf_counter() - begun_s


def _commit(shared: Runtime, organisation: str) -> Probe:
    numbers = itertools.count()

    def write() -> None:
        with shared.database.transaction() as session:
            found = session.scalars(select(Organisation).where(Organisation.code == organisation)).one()
            found.name = f"Organisatie {organisation} {next(numbers)}"

    return lambda: _timed(write)


def _lookup(client: Client) -> Probe:
    numbers = itertools.count()

    def probe() -> float:
        body = _question(data.service_number(next(numbers)))
        return _timed(lambda: client.ask("POST", "/v1/lookups", body).checked())

    return probe


def _question(bsn: str) -> bytes:
    return json.dumps({"purpose": "acute_call", "incidentNumber": "B-1", "bsn": bsn}).encode()


def _ping(client: Client) -> Probe:
    def probe() -> float:
        ping: dict[str, Any] = {
            "device": _DEVICE,
            "fixTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "lat": 52.09,
            "lon": 5.12,
            "accuracyM": 10,
        }
        body = json.dumps({"pings": [ping]}).encode()
        return _timed(lambda: client.ask("POST", "/v1/pings", body).checked())

    return probe


def _visible(sender: Client, dispatcher: Client) -> Probe:
    """From the 2xx for a single order until a lookup finds it."""
    numbers = itertools.count(_FIRST_NUMBER)

    def probe() -> float:
        order = data.order(next(numbers), seed=1)
        body = _question(order["subject"]["bsn"])
        sender.ask("POST", "/v1/deliveries", data.render(order)).checked()
        begun_s = time.perf_counter()
        while not dispatcher.ask("POST", "/v1/lookups", body).checked().document["hits"]:
            if time.perf_counter() - begun_s > _NEVER_S:
                raise TimeoutError("a single order was not found")
            time.sleep(_ASK_AGAIN_S)
        return time.perf_counter() - begun_s

    return probe
