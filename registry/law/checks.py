"""What must be true of the law table as a whole; each check names every row it finds wrong."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from registry.law.periods import Dated, Unit
from registry.law.rules import CardRow, Confidence, Extension, Nature, PowerStep, Regime, RegimeCode, Target, Term

WORDS = frozenset({"subject", "offence", "imposed_by"})


class LawTableError(ValueError):
    """The data files contradict themselves; the service must not start on them."""


def require_no_faults(faults: Sequence[str]) -> None:
    """Refuse the table, naming every fault at once."""
    if faults:
        raise LawTableError("\n".join(faults))


def tag_faults(file: str, rows: Iterable[Mapping[str, object]], *, is_policy: bool) -> list[str]:
    """A rule has a source and rests on something found, known or derived; all else belongs to the policy file."""
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        if not row.get("source"):
            faults.append(f"{file}, row {number}: no source")
        if (row.get("confidence") == Confidence.CONFIGURATION) is not is_policy:
            faults.append(f"{file}, row {number}: rules and configuration are kept in separate files")
    return faults


def regime_faults(regimes: Sequence[Regime]) -> list[str]:
    """Each code has rows, of which at most one holds on a day."""
    present = {row.code for row in regimes}
    faults = [f"regime {code} is missing" for code in RegimeCode if code not in present]
    for code in present:
        faults += overlap_faults(f"regime {code}", [row for row in regimes if row.code == code])
    faults += [f"regime {row.code}: service rule without source" for row in regimes if _unsourced_service(row)]
    return faults + [
        f"regime {row.code}: clock stop without source" for row in regimes if row.clock_stops and not row.clock_source
    ]


def _unsourced_service(row: Regime) -> bool:
    return row.service != "none" and not row.service_source


def card_faults(cards: Sequence[CardRow], steps: Mapping[str, PowerStep], also_needed: Collection[str]) -> list[str]:
    """Cards do not overlap, refer to steps that exist, and use only the words that can be filled in."""
    used = {code for row in cards for code in row.steps} | set(also_needed)
    faults = [f"step {code} is used and not defined" for code in sorted(used - set(steps))]
    for regime, ground in {(code, ground) for row in cards for code in row.regimes for ground in row.grounds or ("",)}:
        same = [row for row in cards if regime in row.regimes and ground in (row.grounds or ("",))]
        faults += overlap_faults(f"card of {regime} {ground}", same)
    for step in steps.values():
        words = {name for _, name, _, _ in string.Formatter().parse(step.text_nl) if name is not None}
        faults += [f"step {step.code}: unknown word {name}" for name in sorted(words - WORDS)]
    return faults


def term_faults(terms: Sequence[Term], targets: Sequence[Target]) -> list[str]:
    """Terms do not overlap, and none claims an extension that the Algemene termijnenwet forbids."""
    faults: list[str] = []
    for term_id in {row.id for row in terms}:
        faults += overlap_faults(f"term {term_id}", [row for row in terms if row.id == term_id])
    for row in terms:
        if row.extension is not Extension.NO and not row.extendable:
            faults.append(f"term {row.id}: cannot be extended (art. 1 lid 2, art. 4 ATW)")
        if (row.amount > 0) is (row.unit is Unit.NONE):
            faults.append(f"term {row.id}: amount and unit belong together")
        if row.nature is Nature.SOFT and row.amount:
            faults.append(f"term {row.id}: a soft term has no length")
    soft = {row.id for row in terms if row.nature is Nature.SOFT}
    return faults + [f"target of {row.term}: no such soft term" for row in targets if row.term not in soft]


def overlap_faults(label: str, rows: Sequence[Dated]) -> list[str]:
    """At most one row holds on any day, and none ends before it begins."""
    spans = sorted((row.valid_from or date.min, row.valid_until or date.max) for row in rows)
    faults = [f"{label}: ends before it begins" for first, last in spans if last < first]
    return faults + [
        f"{label}: two rows hold at once"
        for (_, last), (first, _) in zip(spans, spans[1:], strict=False)
        if first <= last
    ]
