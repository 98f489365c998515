"""A raw row: its bytes, its envelope, and the order in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import msgspec

from registry.intake.parsing import order as orders
from registry.intake.parsing.canonical import digests
from registry.intake.parsing.depth import is_deeper, outside_texts
from registry.intake.parsing.kinds import read_kind
from registry.intake.parsing.reader import Findings, Reader
from registry.intake.parsing.twice import told_once
from registry.intake.rules import Checks, OrderMessage, Parsed
from registry.intake.scrutiny import judged
from registry.orders.force.period import zone_of
from registry.orders.naming.order_numbers import order_number
from registry.orders.register.content import OrderContent, Party
from registry.orders.rules import WORKS_AT_ONCE, MessageKind

MAX_ROW_BYTES = 1024 * 1024
MAX_DEPTH = 64
HIGHEST_VERSION = 999_999

_NESTING = (dict, list)

Row = dict[str, object]


def parse_row(raw: bytes, checks: Checks) -> Parsed:
    """Read one row of a delivery; never raises, and rejects only what nothing can be done with."""
    findings = Findings()
    row = _decoded(raw, findings)
    if row is None:
        return Parsed(None, tuple(findings.found.values()))
    reader = Reader(row, "", findings)
    kind = _kind(reader)
    number = _number(reader, "orderNumber")
    if number is None:
        reader.warn("order_number_missing", "orderNumber")
    elif not checks.layouts.is_order_number(number):
        reader.warn("order_number_unusual", "orderNumber")
    content, subject = _order(reader, kind, checks)
    # Read without a number too: what else is wrong is told at once, and nothing that was agreed on is called unknown.
    message = _message(reader, number or "", kind, content)
    reader.close()
    if content:
        for each in judged(content, kind, checks):
            findings.take(each)
    return Parsed(
        message=message if number and not findings.rejected else None,
        findings=tuple(findings.found.values()),
        order_number=number,
        subject=subject,
    )


def _message(reader: Reader, number: str, kind: MessageKind, content: OrderContent | None) -> OrderMessage:
    digest, order_digest = digests(reader.value)
    message_id = reader.text("messageId")
    if message_id is None:
        reader.warn("message_id_missing", "messageId")
    zone = zone_of(content.facts.time_zone if content else orders.DEFAULT_TIME_ZONE)
    return OrderMessage(
        message_id=message_id or f"sha256-{digest}",
        order_number=number,
        version=_version(reader, kind),
        kind=kind,
        sent_at=reader.instant("sentAt", zone),
        effective_at=reader.instant("effectiveAt", zone),
        subject_link=_subject_link(reader, kind),
        corrects=_corrects(reader),
        content=content,
        digest=digest,
        order_digest=order_digest,
        raw=reader.value,
        provisional_number=_number(reader, "provisionalNumber"),
    )


def _order(reader: Reader, kind: MessageKind, checks: Checks) -> tuple[OrderContent | None, Party | None]:
    """The order, if it is whole enough. An ending works without one, so then nothing of it is a reason to reject."""
    apart = Findings()
    code, subject, content = None, None, None
    given = reader.raw("order")
    if isinstance(given, dict):
        order = Reader(given, "/order", apart)
        code, subject = orders.regime(order), orders.subject(order, checks.layouts)
        if code and subject and not apart.rejected:
            content = orders.content(order, code, subject, checks)
    else:
        apart.add("order_missing", "/order")
    if content is None and kind in WORKS_AT_ONCE:
        reader.findings.add("ending_without_order", "/order")
    else:
        for each in apart.found.values():
            reader.findings.take(each)
    return content, subject


def _kind(reader: Reader) -> MessageKind:
    """The kind; of two that were told, one that stops the order."""
    told = reader.value.get("kind")
    several = [read_kind(each)[0] for each in told if isinstance(each, str)] if isinstance(told, list) else []
    stops = next((each for each in several if each in WORKS_AT_ONCE), None)
    kind, unsure = read_kind(reader.text("kind"))
    if unsure:
        reader.warn("kind_guessed" if stops else unsure, "kind")
    return stops or kind


def _number(reader: Reader, name: str) -> str | None:
    text = reader.text(name)
    return None if text is None else order_number(text)


def _version(reader: Reader, kind: MessageKind) -> int | None:
    """The number of the version; a first message needs none, any other is placed by who knows the others."""
    value = reader.raw("version")
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST_VERSION:
        return value
    text = str(value) if isinstance(value, float) else value
    digits = text.strip().removesuffix(".0") if isinstance(text, str) else ""
    if digits.isascii() and digits.isdigit() and len(digits) <= 6 and int(digits) > 0:
        reader.warn("wrong_type", "version")
        return int(digits)
    reader.warn("version_unreadable", "version")
    return 1 if kind is MessageKind.NEW else None


def _corrects(reader: Reader) -> int | None:
    """The version that a correction takes back; without it a correction mends the content alone."""
    value = reader.raw("correctsVersion")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST_VERSION):
        return value
    reader.warn("wrong_type", "correctsVersion")
    return None


def _subject_link(reader: Reader, kind: MessageKind) -> str | None:
    link = reader.child("subjectLink")
    number = _number(link, "orderNumber") if link else None
    if link:
        link.close()
    if number is None and kind is MessageKind.MERGE:
        reader.warn("subject_link_missing", "subjectLink/orderNumber")
    return number


def _decoded(raw: bytes, findings: Findings) -> Row | None:
    if len(raw) > MAX_ROW_BYTES:
        findings.add("row_too_large", "")
        return None
    try:
        value: object = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        findings.add("row_too_deep", "")
        return None
    except ValueError:
        value = _repaired(raw, findings)
    if findings.rejected:
        return None
    if not isinstance(value, dict):
        findings.add("row_not_object", "")
        return None
    if _too_deep(value, raw):
        findings.add("row_too_deep", "")
        return None
    return told_once(value, raw, findings)


def _repaired(raw: bytes, findings: Findings) -> object:
    """What the strict decoder refuses for one value: numbers that are none, and characters that are none."""
    text = raw.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        findings.add("encoding_invalid", "")
    not_finite: list[str] = []

    def number(written: str) -> float | None:
        value = float(written)
        if math.isfinite(value):
            return value
        not_finite.append(written)
        return None

    try:
        value = _without_surrogates(json.loads(text, parse_constant=number, parse_float=number))
    except RecursionError:
        findings.add("row_too_deep", "")
        return None
    except ValueError:
        findings.add("row_not_json", "")
        return None
    if not_finite:
        findings.add("number_not_finite", "")
    return value


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode()
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, Mapping):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value


def _is_position(value: object) -> bool:
    """Two numbers: what most lists of a row are, and nothing to look into."""
    return type(value) is list and len(value) == 2 and type(value[0]) is type(value[1]) is float


def _too_deep(row: Row, raw: bytes) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    if (outside := outside_texts(raw)) is not None:
        return is_deeper(outside, MAX_DEPTH)
    level: list[object] = [row]
    for _ in range(MAX_DEPTH):
        children = (each.values() if type(each) is dict else each for each in level if not _is_position(each))
        level = [item for items in children for item in items if type(item) in _NESTING]  # type: ignore[attr-defined]
        if not level:
            return False
    return True
