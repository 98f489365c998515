"""The table of law: read from its data files, checked against itself, frozen, and named by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from registry.law import checks
from registry.law.accumulations import AccumulationRow, accumulation_faults
from registry.law.files import DATA, RawRow, read_all
from registry.law.pauses import PauseRow, pause_faults
from registry.law.periods import Length, holding, holds
from registry.law.rules import (
    Card,
    CardRow,
    ConditionRow,
    Confidence,
    Listing,
    PowersCard,
    PowerStep,
    Regime,
    RegimeCode,
)
from registry.law.senders import SenderRow, sender_faults
from registry.law.starts import StartRow, StartWait, start_faults
from registry.law.terms.catalogue import Terms
from registry.law.terms.checks import term_faults
from registry.law.terms.rules import Arrondissement, Target, Term
from registry.law.usual import UsualRow, usual_faults
from registry.law.working_days import ExtraDays, HolidayRow, Holidays

NO_POWER_STEPS = ("no_power", "check_offences", "confirm_source")
ALWAYS_STEP = "independent_offences"

T = TypeVar("T")


class UnknownRegime(LookupError):
    """The code names no regime of the table."""


@dataclass(frozen=True, slots=True)
class LawTable:
    """Everything the law says here, dated and with sources; `hash` names this exact content, `text` is all of it."""

    regimes: tuple[Regime, ...]
    conditions: tuple[ConditionRow, ...]
    steps: Mapping[str, PowerStep]
    cards: tuple[CardRow, ...]
    terms: Terms
    holidays: Holidays
    pauses: tuple[PauseRow, ...]
    senders: tuple[SenderRow, ...]
    usual: tuple[UsualRow, ...]
    accumulations: tuple[AccumulationRow, ...]
    starts: tuple[StartRow, ...]
    hash: str
    text: str = field(repr=False)

    def regime(self, code: str, on: date, judged_on: date | None = None) -> Regime:
        """The regime as it stood that day, or where it goes by the judgment as it stood then, if that day is known.

        Before its first row or after its last it is that row, for an order must never become unfindable because of its
        date: `periods.holds(regime, on)` tells whether it fits.
        """
        rows = [row for row in self.regimes if row.code == code]
        if not rows:
            raise UnknownRegime("this code names no regime")
        day = judged_on if judged_on is not None and rows[-1].by_judgment else on
        return holding(rows, day) or (rows[0] if day < (rows[0].valid_from or date.min) else rows[-1])

    def judged_on(self, code: str, told_on: date | None, decided_on: date | None) -> date | None:
        """The day of the judgment that chooses the law; None where it is not told and the decision does not settle it.

        Conditional release (v.i.) is decided on long after the judgment: of a decision under the present scheme that
        may be of before it, of an older one it cannot be later. Raises UnknownRegime.
        """
        if told_on is not None or decided_on is None:
            return told_on
        regime = self.regime(code, decided_on)
        return None if regime.by_judgment and regime.valid_until is None else decided_on

    def powers(self, regime: str, ground: str | None, on: date) -> PowersCard:
        """What an officer may do because of an order of this regime that is in force that day."""
        named = self.regime(regime, on)
        row = self._card_row(regime, ground, on)
        if row is None:
            return self.no_power()
        words = {"subject": named.subject_nl, "offence": row.offence or "", "imposed_by": named.imposed_by_nl}
        return PowersCard(
            card=row.card,
            offence=row.offence,
            pretrial_offence=row.pretrial_offence,
            call_nl=row.call_nl,
            steps=self._steps(row.steps, words),
            always=self._steps((ALWAYS_STEP,), words),
            source=row.source,
            confidence=row.confidence,
        )

    def grounds(self, regime: str, on: date) -> frozenset[str]:
        """The letters of the grounds that the law gives the regime; none where the ground makes no difference."""
        return frozenset(self.regime(regime, on).grounds)

    def usual_longest(self, regime: str, on: date) -> Length | None:
        """How long orders of the regime usually last at most, where no law was found; configuration, only to warn."""
        return next((row.longest for row in self.usual if row.fits(regime, on)), None)

    def no_power(self) -> PowersCard:
        """The card of an order that is not in force, or whose law that day is not known: no power from it."""
        return PowersCard(
            card=Card.C,
            offence=None,
            pretrial_offence=None,
            call_nl=(),
            steps=self._steps(NO_POWER_STEPS, {}),
            always=self._steps((ALWAYS_STEP,), {}),
            source=self.steps["no_power"].source,
            confidence=Confidence.DERIVED,
        )

    def conditions_allowed(self, regime: str, on: date | None = None) -> Mapping[str, Listing]:
        """The conditions the regime knows; a type that is missing is not judged. Only ever a reason to warn."""
        row = self._condition_row(regime, on)
        return MappingProxyType(dict(row.listings) if row else {})

    def use_instead(self, regime: str, condition: str, on: date | None = None) -> str | None:
        """The condition type that the statute has for one it does not list."""
        row = self._condition_row(regime, on)
        return (row.instead or {}).get(condition) if row else None

    def monitoring_allowed(self, regime: str, on: date | None = None) -> Listing | None:
        """Whether the regime knows electronic monitoring; None when the table does not say."""
        row = self._condition_row(regime, on)
        return row.monitoring if row else None

    def pause(self, regime: str, on: date) -> PauseRow | None:
        """Whether the bans of a regime bind while its clock stands, as configured for that day."""
        return holding((row for row in self.pauses if regime in row.regimes), on)

    def start_wait(self, regime: str, on: date, decided_on: date | None, served_on: date | None) -> StartWait | None:
        """What a decision of the regime waits for when it does not work at once; None where it waits for nothing."""
        row = holding((row for row in self.starts if regime in row.regimes), on)
        return row.wait(self, decided_on, served_on) if row else None

    def sends(self, kind: str, regime: str, on: date) -> bool:
        """Whether an organisation of that kind gives, or passes on, orders of the regime."""
        return any(kind in row.kinds and regime in row.regimes and holds(row, on) for row in self.senders)

    def _card_row(self, regime: str, ground: str | None, on: date) -> CardRow | None:
        rows = [row for row in self.cards if regime in row.regimes and holds(row, on)]
        exact = next((row for row in rows if ground in row.grounds), None)
        return exact or next((row for row in rows if not row.grounds), None)

    def _condition_row(self, regime: str, on: date | None) -> ConditionRow | None:
        return holding((row for row in self.conditions if regime in row.regimes), on or date.max)

    def _steps(self, codes: Iterable[str], words: Mapping[str, str]) -> tuple[PowerStep, ...]:
        return tuple(
            PowerStep(row.code, row.text_nl.format(**words), row.source, row.confidence, row.half)
            for row in (self.steps[code] for code in codes)
        )


@cache
def load(overrides: Path | None = None, folder: Path = DATA) -> LawTable:
    """The table from the data files, policy rows replaced by those of `overrides`; every fault at once."""
    table = read(json.dumps(read_all(overrides, folder), sort_keys=True, default=str))
    checks.require_no_faults(_table_faults(table))
    return table


def read(text: str) -> LawTable:
    """The table that a `text` holds, which may be one of long ago; raises LawTableError when a row cannot be read."""
    raw: dict[str, list[RawRow]] = json.loads(text)
    faults: list[str] = []
    table = LawTable(
        regimes=tuple(sorted(_rows(Regime, raw["regime"], faults), key=lambda row: row.valid_from or date.min)),
        conditions=_rows(ConditionRow, raw["conditions"], faults),
        steps=MappingProxyType({row.code: row for row in _rows(PowerStep, raw["step"], faults)}),
        cards=_rows(CardRow, raw["card"], faults),
        terms=Terms(
            _rows(Term, raw["term"], faults),
            _rows(Target, raw["target"], faults),
            _rows(Arrondissement, raw.get("arrondissement", ()), faults),
        ),
        holidays=Holidays(_rows(HolidayRow, raw["holiday"], faults), _rows(ExtraDays, raw["extra"], faults)),
        pauses=_rows(PauseRow, raw.get("pause", ()), faults),
        senders=_rows(SenderRow, raw.get("sender", ()), faults),
        usual=_rows(UsualRow, raw.get("usual", ()), faults),
        accumulations=_rows(AccumulationRow, raw.get("accumulation", ()), faults),
        starts=_rows(StartRow, raw.get("start", ()), faults),
        hash=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )
    checks.require_no_faults(faults)
    return table


def _table_faults(table: LawTable) -> list[str]:
    return [
        *checks.regime_faults(table.regimes),
        *checks.condition_faults(table.conditions),
        *checks.card_faults(table.cards, table.steps, (*NO_POWER_STEPS, ALWAYS_STEP)),
        *term_faults(table.terms),
        *pause_faults(table.pauses, table.regimes),
        *sender_faults(table.senders),
        *usual_faults(table.usual, table.regimes),
        *accumulation_faults(table.accumulations),
        *start_faults(table.starts, table.terms),
        *(f"no card for {code}" for code in RegimeCode if not any(code in row.regimes for row in table.cards)),
    ]


def _rows(kind: type[T], raw: Iterable[RawRow], faults: list[str]) -> tuple[T, ...]:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    rows: list[T] = []
    for number, row in enumerate(raw, start=1):
        label = f"{kind.__name__} {number} ({row.get('id') or row.get('code') or row.get('regimes') or ''})"
        faults += [f"{label}: unknown field {name}" for name in sorted(set(row) - known)]
        try:
            rows.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            faults.append(f"{label}: {error}")
    return tuple(rows)
