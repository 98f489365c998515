"""Sending orders as the CJIB does, and waiting until each is in the register."""

import http.client
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench import data
from bench.instance import Instance
from bench.load import LoadError
from bench.report import progress
from registry.access.rules import OrganisationKind, Scope

SENDER = "CJIB"
_ASK_EVERY_S = 0.5
_GOOD = ("accepted", "acceptedWithWarnings")


@dataclass(frozen=True, slots=True)
class Taken:
    """How long a delivery took until its raw rows were on disk, and until each had been judged."""

    orders: int
    bytes_sent: int
    stored_s: float
    judged_s: float
    counts: dict[str, int]


def add_organisations(instance: Instance) -> None:
    """Add the organisations that the orders name."""
    for code, kind in (
        (data.SUPERVISION, OrganisationKind.PROBATION),
        (data.POLICE, OrganisationKind.POLICE),
        (data.PROSECUTION, OrganisationKind.PROSECUTION),
    ):
        instance.command("organisation", "add", code, f"Organisatie {code}", kind.value)


def sender(instance: Instance) -> dict[str, str]:
    """Return the headers of the CJIB's calls."""
    return instance.add_client(SENDER, OrganisationKind.CJIB, Scope.DELIVERIES_WRITE, Scope.DELIVERIES_READ)


def take_in(instance: Instance, lines: Iterable[bytes], count: int) -> Taken:
    """Send the lines as one delivery, and wait until every row has been judged; raises LoadError if one is refused."""
    headers = sender(instance)
    connection = http.client.HTTPConnection(*instance.address, timeout=3600)
    with tempfile.TemporaryFile(dir=instance.state_dir) as file:
        for line in lines:
            file.write(line + b"\n")
        size = file.tell()
        file.seek(0)
        begun_s = time.perf_counter()
        sent = {"Content-Type": "application/x-ndjson", "Content-Length": str(size)}
        connection.request("POST", "/v1/deliveries", file, headers | sent)
        report = _answer(connection)
    stored_s = time.perf_counter() - begun_s
    with progress(f"{instance.database}: orders", count) as bar:
        while (done := sum(report["counts"].values()) - report["counts"].get("pending", 0)) < count:
            bar(done)
            time.sleep(_ASK_EVERY_S)
            connection.request("GET", f"/v1/deliveries/{report['id']}?limit=1", headers=headers)
            report = _answer(connection)
    counts = {name: number for name, number in report["counts"].items() if number}
    if sum(counts.get(name, 0) for name in _GOOD) != count:
        raise LoadError(f"not every order was accepted: {counts}")
    return Taken(count, size, stored_s, time.perf_counter() - begun_s, counts)


def _answer(connection: http.client.HTTPConnection) -> dict[str, Any]:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 201, 202):
        raise LoadError(f"{answer.status}: {body[:500].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(body)
    return found
