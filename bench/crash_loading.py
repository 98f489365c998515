"""Kill `flask intake load` ten times at random moments, and hold the register against that of an undisturbed load.

The file holds orders, later versions of some before and after the first, corrections that leave a number out, ends,
people with more than one order, and rows that are rejected. It is loaded once undisturbed; then, into another database
under the same keys, it is killed with -9 again and again and run anew until it ends. What both registers hold is told
without ids and instants, table by table, and hashed.

--kills says how often; every figure says it too.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench import data, delivery
from bench.instance import ROOT, Instance, fresh, servers
from bench.limit import Driver, inside
from bench.report import Options, Reporter, options, say
from registry.access.rules import OrganisationKind
from registry.config import SECRETS_FILE_NAME
from tests.intake.register_dump import dump

_KILLS, _ORDERS = 10, 3_000
_PIECES = 4
_LOOK_S = 0.005
_DONE = "SELECT (SELECT count(*) FROM intake_raw) + (SELECT coalesce(sum(judged_until), 0) FROM intake_delivery)"
_ENDED = (0, 1)
Told = dict[str, Counter[str]]


def main() -> None:
    """Load into each database in turn; exit with 1 when the two registers differ."""
    told = options(__doc__, orders=_ORDERS, kills=_KILLS)
    differing = 0
    with servers():
        for database in told.databases:
            with fresh(database) as undisturbed:
                file = _written(undisturbed, told)
                _load(undisturbed, file, told).wait()
                there = _told(undisturbed)
                secrets = (undisturbed.state_dir / SECRETS_FILE_NAME).read_bytes()
                with fresh(database) as killed:
                    # Under the same keys what is found by a number is equal too.
                    (killed.state_dir / SECRETS_FILE_NAME).write_bytes(secrets)
                    differing += crash(killed, file, told, there)
    raise SystemExit(1 if differing else 0)


def crash(instance: Instance, file: Path, told: Options, there: Told) -> int:
    """Load and kill, load and kill; return in how many rows the register differs from the other one."""
    _add_sender(instance)
    rows = sum(1 for _ in file.open("rb"))
    dice = random.Random(told.seed)
    killed_at = []
    for number, moment in enumerate(sorted(dice.sample(range(1, 2 * rows), told.kills)), 1):
        killed_at.append(_killed(instance, _load(instance, file, told), moment))
        say(f"{instance.database}: kill {number} of {told.kills} at {killed_at[-1]} of {2 * rows}")
    if (code := _load(instance, file, told).wait()) not in _ENDED:
        raise RuntimeError(f"the last load ended with {code}")
    here = _told(instance)
    reporter = Reporter(instance, {"orders": told.orders, "rows": rows, "kills": told.kills})
    reporter.figure("crash_loading_killed_while_storing", sum(at < rows for at in killed_at), "count")
    reporter.figure("crash_loading_killed_while_judging", sum(at >= rows for at in killed_at), "count")
    for kind, own in here.items():
        only = {"only_killed": (own - there[kind]).total(), "only_undisturbed": (there[kind] - own).total()}
        reporter.figure(f"crash_loading_{kind}_differing", sum(only.values()), "count", both=own.total(), **only)
        for example in [*(own - there[kind]), *(there[kind] - own)][:2]:
            say(f"{kind}: {example[:400]}")
    equal = checksum(here) == checksum(there)
    reporter.figure("crash_loading_equal_checksum", equal, "bool", sha256=checksum(here), undisturbed=checksum(there))
    return int(not equal)


def checksum(told: Told) -> str:
    """Return one hash of all that a register holds."""
    return hashlib.sha256(orjson.dumps({kind: sorted(rows.items()) for kind, rows in sorted(told.items())})).hexdigest()


def _written(instance: Instance, told: Options) -> Path:
    _add_sender(instance)
    rows = [row for number in range(told.orders) for row in _rows(number, told.seed)]
    random.Random(told.seed).shuffle(rows)
    file = instance.state_dir / "orders.ndjson"
    file.write_bytes(b"\n".join(rows) + b"\n")
    say(f"{instance.database}: a file of {len(rows)} rows")
    return file


def _add_sender(instance: Instance) -> None:
    delivery.add_organisations(instance)
    instance.command("organisation", "add", delivery.SENDER, "Organisatie CJIB", OrganisationKind.CJIB.value)


def _rows(number: int, seed: int) -> Iterator[bytes]:
    """The messages of one order."""
    told = data.order(number, seed)
    subject = data.order(number - 1, seed)["subject"] if number % 9 == 8 else told["subject"]
    yield _row(number, seed, 1, "new", subject=subject)
    if number % 5 == 0:
        yield _row(number, seed, 2, "change", subject=subject, court="Rechtbank Limburg")
    if number % 7 == 0:
        yield _row(number, seed, 3, "correction", subject=subject | {"bsn": None})
    if number % 11 == 0:
        yield _row(number, seed, 4, "end", subject=subject)
    if number % 13 == 0:
        yield _row(number, seed, 9, "change", regime=None)


def _row(number: int, seed: int, version: int, kind: str, **changed: Any) -> bytes:
    told = data.order(number, seed)
    envelope = {name: told.pop(name) for name in ("messageId", "orderNumber", "sentAt")}
    envelope |= {"messageId": f"{envelope['messageId']}-{version}", "version": version, "kind": kind}
    return orjson.dumps(envelope | {"order": told | changed})


def _load(instance: Instance, file: Path, told: Options) -> "subprocess.Popen[bytes]":
    """Start the command as the operator would."""
    words = ["intake", "load", str(file), "--sender", delivery.SENDER, "--rows-a-delivery", str(told.orders // _PIECES)]
    with (instance.state_dir / "load.log").open("ab") as log:
        program = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.Popen(program, env=instance.environ, cwd=ROOT, stdout=log, stderr=log, process_group=0)


def _killed(instance: Instance, load: "subprocess.Popen[bytes]", moment: int) -> int:
    """Kill a load once so much was stored and judged, and some of it by itself; return how much that was."""
    with inside(instance) as driver:
        moment = max(moment, _done(driver) + 1)
        while (done := _done(driver)) < moment and load.poll() is None:
            time.sleep(_LOOK_S)
    if load.poll() is not None:
        raise RuntimeError(f"a load ended by itself, with {load.returncode}:\n{instance.log_tail()}")
    os.killpg(load.pid, signal.SIGKILL)
    load.wait()
    return done


def _done(driver: Driver) -> int:
    return int(driver.execute(_DONE)[0][0])


def _told(instance: Instance) -> Told:
    """All that the register holds; of the news only of what it tells, for it names organisations and instants."""
    with instance.runtime() as shared:
        told = dump(shared, set())
    told["events"] = [(kind, order) for kind, _, order, _ in told["events"]]
    told["places"] = [told["places"]]
    return {kind: Counter(map(str, rows)) for kind, rows in told.items()}


if __name__ == "__main__":
    main()
