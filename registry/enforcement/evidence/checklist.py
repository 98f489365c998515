"""The checklist of evidence: which needs of a kind of breach are met, and which are not yet."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from registry.law import LawTableError
from registry.law.checks import require_no_faults
from registry.law.keys import unknown_keys

FILE = Path(__file__).with_name("checklist.toml")


class BreachKind(StrEnum):
    """What sort of breach it is (soort overtreding)."""

    CONTACT = "contact"
    """contact gezocht"""
    LOCATION = "location"
    """op een verboden plek gezien"""
    DIGITAL = "digital"
    """digitaal"""
    DUTY = "duty"
    """niet waar hij moest zijn, of zich niet gemeld"""
    OTHER = "other"
    """anders"""


_BY_CONDITION: Mapping[str, BreachKind] = {
    "contact_ban": BreachKind.CONTACT,
    "location_ban": BreachKind.LOCATION,
    "area_ban": BreachKind.LOCATION,
    "approach_ban": BreachKind.LOCATION,
    "location_duty": BreachKind.DUTY,
    "police_reporting_duty": BreachKind.DUTY,
    "probation_reporting_duty": BreachKind.DUTY,
}


def kind_of(condition_type: str | None) -> BreachKind:
    """The kind of a breach of a condition of that type."""
    return _BY_CONDITION.get(condition_type or "", BreachKind.OTHER)


@dataclass(frozen=True, slots=True)
class Item:
    """A sort of evidence, and what it is called in Dutch."""

    code: str
    name_nl: str


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be shown, and the sorts of evidence of which any shows it."""

    code: str
    text_nl: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindRow:
    """What a kind of breach needs."""

    code: BreachKind
    name_nl: str
    need: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    item: tuple[Item, ...]
    kind: tuple[KindRow, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every sort of evidence, and what each kind of breach needs."""

    items: Mapping[str, Item]
    kinds: Mapping[BreachKind, KindRow]


@dataclass(frozen=True, slots=True)
class Checked:
    """A need, and what of the evidence there is meets it."""

    need: Need
    met_by: tuple[str, ...]


@cache
def checklist(file: Path = FILE) -> Checklist:
    """The checklist from its file; raises LawTableError when a key or an item in it is not known."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    require_no_faults([*unknown_keys(raw, _Raw, file.name)])
    items = {item.code: item for item in msgspec.convert(raw["item"], tuple[Item, ...])}
    kinds = {row.code: row for row in msgspec.convert(raw["kind"], tuple[KindRow, ...])}
    unknown = {code for row in kinds.values() for need in row.need for code in need.any_of} - items.keys()
    if unknown or kinds.keys() != set(BreachKind):
        raise LawTableError(f"{file.name} names no such items, or lacks a kind: {sorted(unknown)}")
    return Checklist(items, kinds)


def checked(kinds: Collection[BreachKind], present: Collection[str]) -> tuple[Checked, ...]:
    """What the kinds of a breach need, each need once, and what of the evidence present meets it."""
    found: dict[str, Need] = {}
    for kind in sorted(kinds):
        for need in checklist().kinds[kind].need:
            known = found.get(need.code)
            both = tuple(code for code in known.any_of if code in need.any_of) if known else need.any_of
            found[need.code] = Need(need.code, known.text_nl if known else need.text_nl, both or need.any_of)
    return tuple(
        Checked(need, tuple(code for code in need.any_of if code in present)) for _, need in sorted(found.items())
    )
