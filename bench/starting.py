"""How soon the engine judges after a start: 33,334 wearers with three banned areas of 64 vertices.

`zones_learned_s` is the rebuilding of the engine's memory alone, cold, in a process that has read no zone before;
`first_ping_answered_s` is what a device notices, from the start of the processes until its ping is answered.
"""

import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from bench import data, delivery, fleet
from bench.client import Client
from bench.coupling import couple_all
from bench.instance import Instance
from bench.load import LoadError
from bench.report import Options, Reporter, each_database, options, say
from registry.access.rules import OrganisationKind, Scope
from registry.app import build_runtime
from registry.config import Settings
from registry.monitoring.engine.recalling import rebuild

_WEARERS = 33_334
_STARTING, _PATIENCE_S, _ASK_EVERY_S = 503, 300, 0.02
_WORN_FOR = timedelta(days=2)


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=_WEARERS, devices=_WEARERS), measure)


def measure(instance: Instance, told: Options) -> None:
    """Set up a fleet in one instance, let it be heard of once, and start it anew."""
    wearers = fleet.wearers(told.devices, told.seed)
    instance.start()
    delivery.add_organisations(instance)
    say(f"{instance.database}: setting up {len(wearers)} wearers")
    lines = (data.render(fleet.order(wearer, told.seed)) for wearer in wearers)
    delivery.take_in(instance, lines, len(wearers))
    headers = instance.add_client(fleet.PROVIDER, OrganisationKind.DEVICE_PROVIDER, Scope.PINGS_WRITE)
    couple_all(instance, wearers, _WORN_FOR)
    ping_until_answered(instance, headers, wearers[0])
    instance.stop()
    zones = fleet.ZONES * len(wearers)
    reporter = Reporter(instance, {"wearers": len(wearers), "zones": zones, "vertices": data.VERTICES})
    learned_s, learned = _learned(instance)
    if learned != zones:
        raise LoadError(f"{learned} zones were learned, and there are {zones}")
    reporter.figure("zones_learned_s", learned_s, "s")
    begun_s = time.perf_counter()
    instance.start()
    ping_until_answered(instance, headers, wearers[1])
    reporter.figure("first_ping_answered_s", time.perf_counter() - begun_s, "s")
    reporter.memory()
    instance.stop()


def _learned(instance: Instance) -> tuple[float, int]:
    """Rebuild the memory in a process of its own; return how long it took, and how many zones it holds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_learn, args=(instance.environ, there))
    process.start()
    there.close()
    try:
        learned: tuple[float, int] = here.recv()
    except EOFError:
        raise LoadError("the process that learns the zones has failed") from None
    finally:
        process.join()
    return learned


def _learn(environ: dict[str, str], answer: Connection) -> None:
    shared = build_runtime(Settings.from_env(environ))
    begun_s = time.perf_counter()
    with shared.database.reading() as session:
        memory = rebuild(session)
    taken_s = time.perf_counter() - begun_s
    slots = range(len(memory.couplings.persons))
    answer.send((taken_s, sum(len(memory.zones.of_slot(slot)) for slot in slots)))
    shared.close()


def ping_until_answered(instance: Instance, headers: dict[str, str], wearer: fleet.Wearer) -> None:
    """Send one ping until it is on disk: while the engine learns, the answer is to come again."""
    place, until_s = wearer.home, time.monotonic() + _PATIENCE_S
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = f'{{"device":"{wearer.device}","fixTime":"{at}","lat":{place.lat_deg},"lon":{place.lon_deg}}}'
    with Client(instance.address, headers) as client:
        while True:
            answer = client.ask("POST", "/v1/pings", b'{"pings":[%s]}' % told.encode())
            if answer.status != _STARTING or time.monotonic() > until_s:
                answer.checked()
                return
            time.sleep(_ASK_EVERY_S)


if __name__ == "__main__":
    main()
