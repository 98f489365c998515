"""What must be true of the law table as a whole; each check names every row it finds wrong."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from registry.law.durations import is_longer, longest_after
from registry.law.periods import Dated, Unit
from registry.law.rules import (
    CardRow,
    ConditionRow,
    Confidence,
    Listing,
    PowerStep,
    Regime,
    RegimeCode,
)

WORDS = frozenset({"subject", "offence", "imposed_by"})
# The types of condition that the register knows; a test holds them against it.
CONDITIONS = frozenset(
    {
        *("contact_ban", "location_ban", "area_ban", "location_duty", "police_reporting_duty"),
        *("probation_reporting_duty", "settlement_ban", "moving_duty", "approach_ban", "other"),
    }
)


class LawTableError(ValueError):
    """The data files contradict themselves; the service must not start on them."""


def require_no_faults(faults: Sequence[str]) -> None:
    """Refuse the table, naming every fault at once."""
    if faults:
        raise LawTableError("\n".join(("The tables of law are not sound; mend these rows before starting:", *faults)))


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
    return faults + [f"regime {row.code}: {fault}" for row in regimes for fault in _row_faults(row)]


def _row_faults(row: Regime) -> Iterator[str]:
    if row.service != "none" and not row.service_source:
        yield "service rule without source"
    if row.clock_stops and not row.clock_source:
        yield "clock stop without source"
    if row.grounds and not row.grounds_source:
        yield "grounds without source"
    yield from _duration_faults(row)
    if row.penalty and is_longer(row.penalty.least, row.penalty.most_total):
        yield "the least penalty is more than the most"


def _duration_faults(row: Regime) -> Iterator[str]:
    first, total, renewals = row.max_duration, row.max_total, row.renewals
    each = renewals.each if renewals else None
    shorter = (row.min_duration, row.ordinary_duration)
    lengths = [length for length in (first, total, each, *shorter) if length]
    if any(length.amount < 1 or length.unit in (Unit.NONE, Unit.MINUTE, Unit.HOUR) for length in lengths):
        yield "a length counts at least one, in days or longer"
        return
    if any(not length.source for length in lengths) or (renewals and not renewals.source):
        yield "a length or renewal without source"
    if first and any(length and is_longer(length, first) for length in shorter):
        yield "a decision must be longer, or may without ground be longer, than it may be at all"
    if total and (first is None or is_longer(first, total)):
        yield "the maximum with renewals is not beyond that of one decision"
    if total and row.renewable_without_limit:
        yield "a maximum in total, and renewable without limit"
    if renewals and renewals.most == 0 and (each or total or row.renewable_without_limit):
        yield "not renewable, and yet a length with renewals"
    if renewals and renewals.most and first and total:
        most = longest_after(first, None, renewals, renewals.most)
        if most is None or is_longer(most, total):
            yield "the renewals come to more than the maximum in total"


def condition_faults(rows: Sequence[ConditionRow]) -> list[str]:
    """One row a regime and day; only conditions that exist, and instead of an unlisted one a listed one."""
    faults: list[str] = []
    for code in sorted({code for row in rows for code in row.regimes}):
        faults += overlap_faults(f"conditions of {code}", [row for row in rows if code in row.regimes])
    for row in rows:
        named, instead = ", ".join(row.regimes), row.instead or {}
        unknown = ({*row.listings, *instead, *instead.values()}) - CONDITIONS
        faults += [f"conditions of {named}: no such condition {name}" for name in sorted(unknown)]
        faults += [
            f"conditions of {named}: {other} cannot stand for {name}"
            for name, other in instead.items()
            if row.listings.get(name) is not Listing.NOT_LISTED or row.listings.get(other) is not Listing.LISTED
        ]
        if not row.regimes:
            faults.append("conditions: a row without regimes")
    return faults


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


def overlap_faults(label: str, rows: Sequence[Dated]) -> list[str]:
    """At most one row holds on any day, and none ends before it begins."""
    spans = sorted((row.valid_from or date.min, row.valid_until or date.max) for row in rows)
    faults = [f"{label}: ends before it begins" for first, last in spans if last < first]
    return faults + [
        f"{label}: two rows hold at once"
        for (_, last), (first, _) in zip(spans, spans[1:], strict=False)
        if first <= last
    ]
