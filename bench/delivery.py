"""Sending orders as the CJIB does, and waiting until each is in the register."""

import http.client
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from bench import data
from bench.instance import Instance
from bench.load import LoadError
from bench.report import progress
from registry.access.rules import OrganisationKind, Scope

SENDER = "CJIB"
_ASK_EVERY_S = 0.5
# A million orders are 5 GB, more than one body may have.
_MOST_ROWS, _CHUNK_BYTES = 200_000, 1 << 20
_GOOD = ("accepted", "acceptedWithWarnings")


@dataclass(slots=True)
class Part:
    """The body of one delivery: so many bytes of a file from a place on."""

    file: IO[bytes]
    start: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the body."""
        for at in range(self.start, self.start + self.size, _CHUNK_BYTES):
            yield os.pread(self.file.fileno(), min(_CHUNK_BYTES, self.start + self.size - at), at)


@dataclass(frozen=True, slots=True)
class Taken:
    """How long it took until all raw rows were on disk, and until each had been judged."""

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
    """Send the lines, and wait until every row has been judged; raises LoadError if one is refused."""
    with written(instance, lines) as parts:
        return send(instance, parts, count)


@contextmanager
def written(instance: Instance, lines: Iterable[bytes]) -> Iterator[list[Part]]:
    """Write the bodies of as many deliveries as the lines need; making them is no part of what is measured."""
    with tempfile.TemporaryFile(dir=instance.state_dir) as file:
        parts: list[Part] = []
        for number, line in enumerate(lines):
            if number % _MOST_ROWS == 0:
                parts.append(Part(file, file.tell(), 0))
            parts[-1].size += file.write(line + b"\n")
        file.flush()
        yield parts


def send(instance: Instance, parts: Sequence[Part], count: int) -> Taken:
    """Send the deliveries one after another, and wait until every row has been judged."""
    headers = sender(instance)
    connection = http.client.HTTPConnection(*instance.address, timeout=3600)
    begun_s = time.perf_counter()
    reports = []
    for part in parts:
        sent = {"Content-Type": "application/x-ndjson", "Content-Length": str(part.size)}
        connection.request("POST", "/v1/deliveries", part.chunks(), headers | sent)
        reports.append(_answer(connection))
    stored_s = time.perf_counter() - begun_s
    total: Counter[str] = Counter()
    with progress(f"{instance.database}: orders", count) as bar:
        for report in reports:
            while (done := sum(report["counts"].values()) - report["counts"].get("pending", 0)) < report["rows"]:
                bar(total.total() + done)
                time.sleep(_ASK_EVERY_S)
                connection.request("GET", f"/v1/deliveries/{report['id']}?limit=1", headers=headers)
                report = _answer(connection)
            total.update({name: number for name, number in report["counts"].items() if number})
    if sum(total[name] for name in _GOOD) != count:
        raise LoadError(f"not every order was accepted: {dict(total)}")
    size = sum(part.size for part in parts)
    return Taken(count, size, stored_s, time.perf_counter() - begun_s, dict(total))


def _answer(connection: http.client.HTTPConnection) -> dict[str, Any]:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 201, 202):
        raise LoadError(f"{answer.status}: {body[:500].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(body)
    return found
