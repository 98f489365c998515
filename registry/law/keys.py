"""Keys of a data file that no row has: what somebody misspelt must never be left out in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_NAMES = ("id", "code", "term", "step", "regimes", "name_nl")


def unknown_keys(told: object, kind: Any, where: str) -> Iterator[str]:
    """Name each key in what a file holds that a value of this type does not know, and the place of it.

    >>> from registry.law.terms.rules import Target
    >>> list(unknown_keys([{"term": "T04", "hours": 24, "hard_stop": 72}], tuple[Target, ...], "policy.toml, target"))
    ['policy.toml, target 1 (T04): unknown key hard_stop']
    """
    kind = _named(kind)
    hints = _hints(kind)
    if isinstance(told, dict) and hints:
        yield from (f"{where}: unknown key {name}" for name in sorted(told.keys() - hints.keys()))
        for name in sorted(told.keys() & hints.keys()):
            yield from unknown_keys(told[name], hints[name], f"{where}, {name}")
    elif isinstance(told, list) and get_origin(kind) is tuple:
        yield from unknown_in_rows(told, get_args(kind)[0], where)
    elif isinstance(told, dict) and get_origin(kind) is Mapping:
        for name, value in told.items():
            yield from unknown_keys(value, get_args(kind)[1], f"{where} {name}")


def unknown_in_rows(rows: Iterable[object], kind: Any, where: str) -> Iterator[str]:
    """The same of each row of a section."""
    for number, row in enumerate(rows, start=1):
        yield from unknown_keys(row, kind, f"{where} {number}{_title(row)}")


def _named(kind: Any) -> Any:
    """The type beside None, where a value may be left out."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return next(one for one in get_args(kind) if one is not NoneType)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The fields of a row and their types; none of what is no row."""
    return get_type_hints(kind) if is_dataclass(kind) else {}


def _title(row: object) -> str:
    """What a row is called by whoever looks for it in the file."""
    named = next((row[name] for name in _NAMES if row.get(name)), None) if isinstance(row, dict) else None
    return f" ({named})" if named else ""
