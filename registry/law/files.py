"""The data files of the law: which sections they have, what their rows are, and how a policy file replaces some."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from registry.law import checks
from registry.law.accumulations import AccumulationRow
from registry.law.keys import unknown_in_rows
from registry.law.pauses import PauseRow
from registry.law.rules import CardRow, ConditionRow, PowerStep, Regime
from registry.law.senders import SenderRow
from registry.law.starts import StartRow
from registry.law.terms.rules import Arrondissement, Target, Term
from registry.law.usual import UsualRow
from registry.law.working_days import ExtraDays, HolidayRow

DATA = Path(__file__).parent / "data"
POLICY = "policy.toml"
RawRow = dict[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """What a row of a section is, and what tells two of them apart."""

    kind: type[Any]
    key: tuple[str, ...]


SECTIONS: Mapping[str, Section] = {
    "regime": Section(Regime, ("code", "valid_from")),
    "conditions": Section(ConditionRow, ("regimes", "valid_from")),
    "step": Section(PowerStep, ("code",)),
    "card": Section(CardRow, ("regimes", "grounds", "valid_from")),
    "term": Section(Term, ("id", "arrondissement", "valid_from")),
    "target": Section(Target, ("term",)),
    "arrondissement": Section(Arrondissement, ("code",)),
    "holiday": Section(HolidayRow, ("name_nl",)),
    "extra": Section(ExtraDays, ("first_year",)),
    "pause": Section(PauseRow, ("regimes", "valid_from")),
    "sender": Section(SenderRow, ("kinds", "regimes", "valid_from")),
    "usual": Section(UsualRow, ("regimes", "valid_from")),
    "accumulation": Section(AccumulationRow, ("code", "valid_from")),
    "start": Section(StartRow, ("regimes", "valid_from")),
}


def read_all(overrides: Path | None, folder: Path) -> dict[str, list[RawRow]]:
    """The rows of every file, those of policy replaced by the overrides; raises LawTableError with every fault."""
    merged: dict[str, list[RawRow]] = {section: [] for section in SECTIONS}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        sections = _read(path, faults)
        is_policy = path.name == POLICY
        if is_policy and overrides:
            sections = _overridden(sections, _read(overrides, faults))
        for section, rows in sections.items():
            merged.setdefault(section, []).extend(rows)
            faults += checks.tag_faults(path.name, rows, is_policy=is_policy)
    checks.require_no_faults(faults)
    return merged


def _read(path: Path, faults: list[str]) -> dict[str, list[RawRow]]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise checks.LawTableError(f"{path.name} cannot be read: {error}") from error
    if not all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in told.values()):
        raise checks.LawTableError(f"{path.name} must hold lists of rows only")
    sections = cast(dict[str, list[RawRow]], told)
    for section, rows in sections.items():
        if section in SECTIONS:
            faults += unknown_in_rows(rows, SECTIONS[section].kind, f"{path.name}, {section}")
        else:
            faults.append(f"{path.name}, {section}: no such section")
    for section in {"card", "pause"} & sections.keys():
        sections[section] = [{**row, "regimes": [code]} for row in sections[section] for code in _codes(row)]
    return sections


def _codes(row: RawRow) -> Iterable[object]:
    codes = row.get("regimes")
    return codes if isinstance(codes, list) else ()


def _overridden(policy: Mapping[str, list[RawRow]], by: Mapping[str, list[RawRow]]) -> dict[str, list[RawRow]]:
    result = dict(policy)
    for section, rows in by.items():
        names = SECTIONS[section].key if section in SECTIONS else ()
        replaced = {_key(row, names) for row in rows}
        result[section] = [row for row in result.get(section, []) if _key(row, names) not in replaced] + rows
    return result


def _key(row: RawRow, names: Iterable[str]) -> str:
    return json.dumps([row.get(name) for name in names], default=str)
