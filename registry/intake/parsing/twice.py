"""A name that an object bears twice (dubbele sleutel): which value was meant, nobody can tell.

JSON parsers keep the last and say nothing (RFC 8259, par. 4). Here both are kept and neither is used as the value: the
field then reads as one of another type than agreed, and the finding says why. Equal values leave nothing to choose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from registry.intake.parsing.depth import outside_texts
from registry.intake.parsing.reader import FIELD_NAME, Findings

Row = dict[str, object]

_SPACED_COLON = re.compile(rb'"[ \t\r\n]+:')


class _Both(list[Any]):
    """The values under one name, in their order."""


def told_once(row: Row, raw: bytes, findings: Findings) -> Row:
    """The row as it is when no name stands twice in an object, otherwise with a list where one does.

    Colons are counted in the bytes, outside of texts or, where that is hard to tell, behind a quote: only a row that
    has more of them than it has fields is read again, which a text with such a colon in it can bring about too.
    """
    outside = outside_texts(raw)
    told_fields = raw.count(b'":') if outside is None else outside.count(b":")
    if told_fields == _fields_in(row) and (outside is not None or not _SPACED_COLON.search(raw)):
        return row
    found: list[_Both] = []
    told = json.loads(raw.decode("utf-8-sig", errors="replace"), object_pairs_hook=lambda pairs: _object(pairs, found))
    if not found or not isinstance(told, dict):
        return row
    return {name: _plain(each, _at("", name), findings) for name, each in told.items()}


def _fields_in(row: Row) -> int:
    count = 0
    waiting: list[Any] = [row]
    while waiting:
        each = waiting.pop()
        if type(each) is dict:
            count += len(each)
            waiting += [one for one in each.values() if type(one) is dict or type(one) is list]
        elif each and not _is_geometry(each[0]):
            waiting += [one for one in each if type(one) is dict or type(one) is list]
    return count


def _is_geometry(first: object) -> bool:
    """Whether a list begins as a position or a ring does, and so holds no field; if it does, the row is read again."""
    return type(first) is float or (type(first) is list and bool(first) and type(first[0]) is float)


def _object(pairs: list[tuple[str, Any]], found: list[_Both]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in pairs:
        if name not in told:
            told[name] = value
        elif isinstance(told[name], _Both):
            told[name].append(value)
        else:
            told[name] = _Both((told[name], value))
            found.append(told[name])
    return told


def _plain(value: Any, pointer: str, findings: Findings) -> Any:
    """The value with plain lists, each place where there were two values told."""
    if isinstance(value, Mapping):
        return {name: _plain(each, _at(pointer, name), findings) for name, each in value.items()}
    if isinstance(value, _Both):
        findings.add("key_twice", pointer)
        both = [_plain(each, pointer, findings) for each in value]
        return both[0] if all(each == both[0] for each in both) else both
    if isinstance(value, list):
        return [_plain(each, f"{pointer}/{place}", findings) for place, each in enumerate(value)]
    return value


def _at(pointer: str, name: str) -> str:
    # A name nobody agreed on may itself hold personal data: then only its place is told.
    return f"{pointer}/{name}" if FIELD_NAME.fullmatch(name) else pointer
