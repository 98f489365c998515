"""What must be true of the catalogue of terms; each check names every row it finds wrong."""

from __future__ import annotations

from collections.abc import Iterator

from registry.law.checks import overlap_faults
from registry.law.periods import Unit
from registry.law.rules import Confidence
from registry.law.terms.catalogue import Terms
from registry.law.terms.rules import Exemption, Extension, Nature, Term
from registry.law.terms.wording import STARTS

_LAW = (Confidence.FOUND, Confidence.HIGH)


def term_faults(terms: Terms) -> list[str]:
    """At most one row holds for a day, and none claims more than the law and its source give."""
    faults: list[str] = []
    for key in sorted({(row.id, row.arrondissement or "") for row in terms}):
        label = f"term {' in '.join(filter(None, key))}"
        faults += overlap_faults(label, [row for row in terms if (row.id, row.arrondissement or "") == key])
    for row in terms:
        faults += [f"term {row.id}: {fault}" for fault in (*_counting_faults(row), *_standing_faults(row, terms))]
    soft = {row.id for row in terms if row.nature is Nature.SOFT}
    faults += [f"target of {one.term}: no such soft term" for one in terms.targets if one.term not in soft]
    return faults + [
        f"target of {one.term}: the reminder, the aim and the limit come in this order"
        for one in terms.targets
        if not 0 <= (one.remind_hours or 0) < one.hours < (one.hard_stop_hours or one.hours + 1)
    ]


def _counting_faults(row: Term) -> Iterator[str]:
    if row.amount < 0 or (row.amount > 0) is (row.unit is Unit.NONE):
        yield "amount and unit belong together"
    if row.nature is Nature.SOFT and row.amount:
        yield "a soft term has no length"
    if row.night_excluded and row.unit is not Unit.HOUR:
        yield "only hours can leave out the night"
    if row.backward and (row.unit in (Unit.HOUR, Unit.MINUTE, Unit.DAY24) or row.nature is Nature.MAXIMUM):
        yield "only whole days are counted back, and no maximum"
    if row.pauses and row.nature is not Nature.MAXIMUM:
        yield "only a running time of an order stands still"
    if row.extension is not Extension.NO and row.exemption is not None:
        yield f"cannot be extended ({row.exemption.value}; art. 1 lid 2, art. 4 ATW)"
    if row.extension is Extension.NO and row.exemption is None:
        yield "say whether the Algemene termijnenwet extends it, or why it does not (exempt)"
    if row.exempt in (Exemption.HOURS, Exemption.LONG, Exemption.BACKWARD, Exemption.SOFT):
        yield "this exemption follows from the row and is not to be written down"


def _hides_law(row: Term, terms: Terms) -> bool:
    """Whether a row of a district would go before a row of law on some day."""
    laws = (one for one in terms if one.id == row.id and one.confidence in _LAW)
    return any(overlap_faults("", [row, one]) for one in laws if one is not row)


def _standing_faults(row: Term, terms: Terms) -> Iterator[str]:
    if row.confidence not in (*_LAW, Confidence.CONFIGURATION):
        yield "a term of law is found or high; anything less is configuration"
    if (row.nature is Nature.POLICY) and row.confidence is not Confidence.CONFIGURATION:
        yield "a policy norm is configuration"
    if row.confidence is Confidence.CONFIGURATION and row.nature is not Nature.POLICY:
        yield "configuration is a policy norm (P), never law"
    if row.arrondissement is not None and (row.confidence is not Confidence.CONFIGURATION or _hides_law(row, terms)):
        yield "the law is the same in every district"
    if row.arrondissement is not None and row.arrondissement not in {one.code for one in terms.arrondissements}:
        yield f"no such district {row.arrondissement}"
    if row.start not in STARTS:
        yield f"no such starting event {row.start}"
    if row.norm_percent is not None and not 0 < row.norm_percent <= 100:
        yield "a share lies between 1 and 100"
