"""The lines of a statement as they come: a heading, the orders, and at the end how many there were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from registry.errors import Fault, Invalid
from registry.http.fields import parse_instant
from registry.intake.reconciliation.rules import DIGEST_BYTES, HIGHEST_VERSION, NO_ORDER, Line, LineFault, order_number

LONGEST_LINE_BYTES = 4096
_MOST_LINES = 2**40
_MARK = b"\xef\xbb\xbf"
_NO_DOCUMENT = 'The body is not {"madeAt": ..., "count": ..., "orders": [...]}.'
_MADE_AT = 'Say in the first line when the statement was made: {"madeAt": "2026-11-23T02:00:00Z", "count": 3}.'


class _Listed(msgspec.Struct, rename="camel"):
    order_number: str
    version: int
    checksum: str | None


_decoder = msgspec.json.Decoder(_Listed)


@dataclass(frozen=True, slots=True)
class Heading:
    """When a statement was made, and how many orders it says it lists, if it says so at its head."""

    made_at: datetime
    count: int | None


@dataclass(slots=True)
class Tally:
    """What was read so far; `stated` is the count that the statement gives of itself."""

    stated: int | None = None
    lines: int = 0
    faulty: int = 0
    nameless: int = 0
    contradicts: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every order that the statement lists is known: it says how many, they came, each with a number."""
        return self.stated == self.lines and not self.contradicts and not self.nameless

    def state(self, count: int) -> None:
        """Take the count that the statement gives; a second one must be the same."""
        self.contradicts |= self.stated not in (None, count)
        self.stated = count


Read = tuple[Line | None, LineFault | None, int]
"""A line, what is wrong with it, and its place; a faulty one can still name its order."""


def heading(document: Any) -> Heading:
    """Read what a statement says of itself; raises Invalid."""
    faults: list[Fault] = []
    made_at, count = None, None
    if not isinstance(document, dict) or "madeAt" not in document:
        raise Invalid([Fault("#/madeAt", _MADE_AT, "made_at_missing")])
    try:
        made_at = parse_instant(document["madeAt"])
    except (ValueError, OverflowError):
        faults.append(Fault("#/madeAt", "Give an RFC 3339 date-time with an offset.", "made_at_unreadable"))
    if "count" in document:
        count = _count(document)
        if count is None:
            faults.append(Fault("#/count", "Give the number of orders as a whole number.", "count_unreadable"))
    if set(document) - {"madeAt", "count"}:
        faults.append(Fault("#", "A heading holds `madeAt` and `count` alone.", "unknown_field"))
    if faults or made_at is None:
        raise Invalid(faults)
    return Heading(made_at, count)


def with_heading(raw_lines: Iterator[bytes]) -> tuple[Heading, Iterator[bytes]]:
    """Read the first line as the heading; the rest are the orders. Raises Invalid."""
    first = next(raw_lines, b"")
    try:
        document = msgspec.json.decode(first.removeprefix(_MARK))
    except (ValueError, RecursionError):
        document = None
    return heading(document), raw_lines


def document(body: bytes) -> tuple[Heading, list[bytes]]:
    """Read a statement in JSON: its heading, and each order as it was written. Raises Invalid."""
    try:
        fields = msgspec.json.decode(body.removeprefix(_MARK), type=dict[str, msgspec.Raw])
        orders = msgspec.json.decode(fields.pop("orders", b""), type=list[msgspec.Raw])
        said = {name: msgspec.json.decode(raw) for name, raw in fields.items()}
    except (ValueError, RecursionError) as error:
        raise Invalid([Fault("#", _NO_DOCUMENT, "json_invalid")]) from error
    return heading(said), [bytes(raw) for raw in orders]


def read_lines(raw_lines: Iterable[bytes], tally: Tally) -> Iterator[Read]:
    """Yield each line after the heading, and keep the tally; the last may be the count: {"count": 3}."""
    ended = False
    for raw in raw_lines:
        if not ended and (count := _closing(raw)) is not None:
            tally.state(count)
            ended = True
            continue
        tally.lines += 1
        line, fault = _after_the_end(raw, tally.lines) if ended else read_line(raw, tally.lines)
        tally.faulty += fault is not None
        tally.nameless += line is None or ended
        yield line, fault, tally.lines


def _closing(raw: bytes) -> int | None:
    if b"orderNumber" in raw or b'"count"' not in raw or len(raw) > LONGEST_LINE_BYTES:
        return None
    try:
        document = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    return _count(document) if isinstance(document, dict) and set(document) == {"count"} else None


def _count(document: dict[str, Any]) -> int | None:
    count = document["count"]
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < _MOST_LINES else None


def _after_the_end(raw: bytes, place: int) -> tuple[Line | None, LineFault | None]:
    line, _ = read_line(raw, place)
    return line, LineFault.AFTER_COUNT


def read_line(raw: bytes, place: int) -> tuple[Line | None, LineFault | None]:
    """Read one line; one that names an order and is otherwise wrong still lists it."""
    if len(raw) > LONGEST_LINE_BYTES:
        return None, LineFault.TOO_LARGE
    try:
        listed = _decoder.decode(raw)
    except (ValueError, RecursionError):
        return _slowly(raw, place)
    number = order_number(listed.order_number)
    if not number:
        return None, LineFault.NUMBER_MISSING
    if not 1 <= listed.version <= HIGHEST_VERSION:
        return Line(number, place, None, NO_ORDER), LineFault.VERSION_UNREADABLE
    checksum = _digest(listed.checksum)
    if checksum is None:
        return Line(number, place, None, NO_ORDER), LineFault.CHECKSUM_UNREADABLE
    return Line(number, place, listed.version, checksum), None


def _digest(text: object) -> bytes | None:
    if text is None:
        return NO_ORDER
    if not isinstance(text, str) or len(text) != 2 * DIGEST_BYTES:
        return None
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        return None
    # Spaces between the bytes are skipped by fromhex, and make it shorter.
    return digest if len(digest) == DIGEST_BYTES else None


def _slowly(raw: bytes, place: int) -> tuple[Line | None, LineFault | None]:
    """A line that is not as it should be: find out in what."""
    try:
        document = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None, LineFault.NOT_JSON
    if not isinstance(document, dict):
        return None, LineFault.NOT_JSON
    number = order_number(document.get("orderNumber"))
    if not number:
        return None, LineFault.NUMBER_MISSING
    version = document.get("version")
    is_version = isinstance(version, int) and not isinstance(version, bool) and 1 <= version <= HIGHEST_VERSION
    checksum = _digest(document.get("checksum", 0))
    if not is_version or checksum is None:
        fault = LineFault.CHECKSUM_UNREADABLE if is_version else LineFault.VERSION_UNREADABLE
        return Line(number, place, None, NO_ORDER), fault
    return Line(number, place, version, checksum), None
