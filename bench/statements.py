"""How quickly a full statement is compared with the register, from its first byte until its report is done.

The orders are written into the tables directly: what is measured is the comparison, not their intake.
"""

import hashlib
import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bench import data
from bench.beside import small_commits
from bench.instance import Instance
from bench.load import LoadError, percentile
from bench.report import Options, Reporter, each_database, options, progress, say
from registry.access.models import Organisation
from registry.access.rules import OrganisationKind, Scope
from registry.db import Database, new_id
from registry.orders.models import Order, OrderVersion
from registry.orders.rows import add_rows

_SENDER = "CJIB"
_ROWS_PER_COMMIT = 5_000
_SEALED_BYTES = 900
_ASK_EVERY_S = 0.2
# One order in so many is missing on one side, or differs in version or content.
_ONE_DIFFERS_IN = 1_000
_DIFFERENCES = ("missingHere", "missingThere", "versionLower", "versionHigher", "contentDiffers")


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=100_000), measure)


def measure(instance: Instance, told: Options) -> None:
    """Send one instance a statement of all its orders, and the same of the next day."""
    reporter = Reporter(instance, {"lines": told.orders})
    headers = instance.add_client(_SENDER, OrganisationKind.CJIB, Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ)
    with instance.runtime() as shared, progress(f"{instance.database}: orders", told.orders) as bar:
        made_at = datetime.now(UTC) - timedelta(hours=2)
        for done in _fill(shared.database, told.orders, made_at - timedelta(days=1)):
            bar(done)
    instance.start()
    for nth, name in enumerate(("first", "next")):
        say(f"{instance.database}: comparing a statement of {told.orders} lines, the {name} one")
        with small_commits(instance, _SENDER) as waits_ms:
            stored_s, done_s, report = _send(instance, headers, told.orders, made_at + nth * timedelta(hours=1))
        _check(report, told.orders, is_first=nth == 0)
        counts = {each: number for each, number in report["counts"].items() if number}
        reporter.figure("statement_s", done_s, "s", statement=name, counts=counts)
        reporter.figure("statement_stored_s", stored_s, "s", statement=name)
        reporter.figure("statement_lines_per_s", told.orders / done_s, "1/s", statement=name)
        for percent in (50, 99, 100):
            reporter.figure("writer_wait_ms", percentile(waits_ms, percent), "ms", statement=name, percentile=percent)
        reporter.memory(statement=name)


def _fill(database: Database, count: int, at: datetime) -> Iterator[int]:
    """Write the orders and their one version; yields how many there are so far."""
    with database.reading() as session:
        sender_id = session.scalar(select(Organisation.id).where(Organisation.code == _SENDER))
    for start in range(0, count, _ROWS_PER_COMMIT):
        numbers = range(start, min(start + _ROWS_PER_COMMIT, count))
        pairs = [_order(number, sender_id, at) for number in numbers if not _is(number, "missingHere")]
        with database.transaction() as session:
            add_rows(session, Order, [order for order, _ in pairs])
            add_rows(session, OrderVersion, [version for _, version in pairs])
        yield numbers[-1] + 1


def _order(number: int, sender_id: object, at: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    order_id, version_id = new_id(), new_id()
    order = {
        "id": order_id,
        "number": data.order_number(number),
        "regime": "VV",
        "current_version_id": version_id,
        "created_at": at,
        "last_recorded_at": at,
        "last_confirmed_at": at,
        "sending_org_id": sender_id,
    }
    version = {
        "id": version_id,
        "order_id": order_id,
        "version": 2,
        "version_given": True,
        "kind": "new",
        "recorded_at": at,
        "has_content": True,
        "regime": "VV",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2100, 1, 1),
        "immediately_enforceable": True,
        "imposed_in_presence": True,
        "time_zone": "Europe/Amsterdam",
        "content_hash": bytes(32),
        "order_digest": _digest(number).digest(),
        "law_hash": "bench",
        "content_sealed": bytes(_SEALED_BYTES),
    }
    return order, version


def _digest(number: int) -> Any:
    return hashlib.sha256(data.order_number(number).encode())


def _is(number: int, difference: str) -> bool:
    """Whether an order is one of those that differ so."""
    return number % _ONE_DIFFERS_IN == _DIFFERENCES.index(difference)


def _line(number: int) -> bytes:
    version = 2 + _is(number, "versionLower") - _is(number, "versionHigher")
    checksum = "0" * 64 if _is(number, "contentDiffers") else _digest(number).hexdigest()
    said = {"orderNumber": data.order_number(number), "version": version, "checksum": checksum}
    return json.dumps(said).encode()


def _send(
    instance: Instance, headers: dict[str, str], count: int, made_at: datetime
) -> tuple[float, float, dict[str, Any]]:
    """Send the statement and wait for its report; returns the seconds until it was stored, and until it was done."""
    connection = http.client.HTTPConnection(*instance.address, timeout=3600)
    listed = [number for number in range(count) if not _is(number, "missingThere")]
    with tempfile.TemporaryFile(dir=instance.state_dir) as file:
        file.write(json.dumps({"madeAt": made_at.isoformat(), "count": len(listed)}).encode() + b"\n")
        file.writelines(_line(number) + b"\n" for number in listed)
        sent = {"Content-Type": "application/x-ndjson", "Content-Length": str(file.tell())}
        file.seek(0)
        begun_s = time.perf_counter()
        connection.request("POST", "/v1/statements", file, headers | sent)
        report = _answer(connection)
    stored_s = time.perf_counter() - begun_s
    while report["status"] != "done":
        time.sleep(_ASK_EVERY_S)
        connection.request("GET", f"/v1/statements/{report['id']}?limit=1", headers=headers)
        report = _answer(connection)
    return stored_s, time.perf_counter() - begun_s, report


def _answer(connection: http.client.HTTPConnection) -> dict[str, Any]:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 202):
        raise LoadError(f"{answer.status}: {body[:500].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(body)
    return found


def _check(report: dict[str, Any], count: int, *, is_first: bool) -> None:
    """Hold the report against what the statement was made to say."""
    expected = {name: sum(_is(number, name) for number in range(count)) for name in _DIFFERENCES}
    expected |= {"confirmed": count - sum(expected.values()), "opened": sum(expected.values()) if is_first else 0}
    wrong = {name: report["counts"][name] for name, number in expected.items() if report["counts"][name] != number}
    if wrong or not report["whole"]:
        raise LoadError(f"the report says {wrong} where {expected} differ")


if __name__ == "__main__":
    main()
