"""Composing the explanation of an order from the sentences of its regime and its conditions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from registry.law.checks import require_no_faults
from registry.law.keys import unknown_keys
from registry.law.rules import Card

FILE = Path(__file__).with_name("sentences.toml")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the explanation, and the moment that it serves, if it is one of the four."""

    title: str
    lines: tuple[str, ...]
    moment: str | None = None


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence there is: by regime, by condition, by what the police may do, and for everybody."""

    regimes: Mapping[str, str]
    conditions: Mapping[str, str]
    after: Mapping[str, str]
    section: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an order means for whom it protects (uitleg), to be read from top to bottom."""

    title: str
    sections: tuple[Section, ...]


@cache
def sentences(file: Path = FILE) -> Sentences:
    """The sentences from their file; raises LawTableError when a key in it is not known."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    require_no_faults([*unknown_keys(raw, Sentences, file.name)])
    return msgspec.convert(raw, Sentences)


def explanation(regime: str, conditions: Iterable[str], card: Card | None) -> Explanation:
    """The explanation of an order of this regime with these conditions; `card` is what the police may do."""
    known = sentences()
    rules = tuple(known.conditions[one] for one in conditions)
    about = Section("Wat is er besloten?", (known.regimes[regime],), "order_explained")
    forbidden = Section("Wat zijn de regels voor de ander?", rules, "order_explained")
    whom, *others = known.section
    after = Section("Wat gebeurt er na een melding?", (known.after[card.value if card else "none"],))
    reporting, evidence, told = others
    return Explanation(
        "Wat betekent het beschermingsbevel voor u?", (about, forbidden, whom, reporting, evidence, after, told)
    )
