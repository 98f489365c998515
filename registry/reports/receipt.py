"""The receipt of a report: what it is not, until when a victim of stalking can complain, and what else she can do.

It is made of the report alone, never of what the register knows, so that it is the same whether or not an order exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from registry.law import LawTable
from registry.law.terms import DUTCH_TIME, compute, day_nl
from registry.reports.rules import notices_nl

COMPLAINT_TERM = "SR66"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Until when she can complain of stalking (klacht); `arguable_until` is another day that can be argued for."""

    until: date
    arguable_until: date | None
    text_nl: str
    source: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a victim can do, in Dutch, with the article it rests on, if there is one."""

    code: str
    text_nl: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is said in answer to every report (ontvangstbewijs)."""

    notices: tuple[str, ...]
    complaint: Complaint | None
    options: tuple[Option, ...]


_OPTIONS = (
    Option(
        "criminal_complaint", "Wilt u dat de politie een strafbaar feit onderzoekt? Doe dan aangifte bij de politie."
    ),
    Option(
        "evidence",
        "Bewaar wat er is: berichten, belgeschiedenis, foto's en filmpjes. Schrijf op wat er gebeurde, waar en "
        "wanneer, en wie het zag.",
    ),
    Option(
        "european_protection_order",
        "Is er een beschermingsbevel en gaat u naar een ander land van de Europese Unie? Dan kunt u de officier van "
        "justitie vragen om een Europees beschermingsbevel.",
        "art. 5.8.15 Sv",
    ),
    Option(
        "case_information",
        "U kunt vragen om informatie over uw zaak. U krijgt die dan binnen 14 dagen, op schrift.",
        "art. 2 Regeling verstrekken zaaksinformatie aan slachtoffers",
    ),
)


def receipt_of(occurred_at: datetime, received_at: datetime, law: LawTable, *, acute: bool) -> Receipt:
    """The receipt of a report of what happened then."""
    complaint = complaint_of(occurred_at, received_at, law)
    return Receipt(tuple(notices_nl(acute=acute)), complaint, _OPTIONS)


def complaint_of(occurred_at: datetime, received_at: datetime, law: LawTable) -> Complaint | None:
    """The term for a complaint of stalking (art. 66 Sr, art. 285b lid 2 Sr), counted from the day it happened.

    The term begins when she knew of it. She may have heard later; counted from the day itself it never ends too late.
    """
    happened_on = _dutch_day(occurred_at)
    row = law.terms.find(COMPLAINT_TERM, happened_on)
    found = compute(row, occurred_at, law) if row else None
    if row is None or found is None or found.due_on is None:
        return None
    is_over = _dutch_day(received_at) > max(found.due_on, found.alternative_due_on or found.due_on)
    text = _over_nl(found.due_on) if is_over else _open_nl(found.due_on, found.alternative_due_on)
    counted = f"Er is gerekend vanaf {day_nl(happened_on)}. Hoorde u er pas later van? Dan begint de termijn later."
    return Complaint(found.due_on, found.alternative_due_on, f"{text} {counted}", row.source)


def _open_nl(until: date, arguable: date | None) -> str:
    also = f" Misschien kan het nog tot en met {day_nl(arguable)}, maar reken daar niet op." if arguable else ""
    return (
        "Is dit stalking (belaging)? Dan kan de officier van justitie alleen vervolgen als u een klacht indient. "
        f"Dat kan bij de politie, tot en met {day_nl(until)}.{also}"
    )


def _over_nl(until: date) -> str:
    return (
        "Is dit stalking (belaging)? Dan kan de officier van justitie alleen vervolgen als u een klacht indient. "
        f"De tijd daarvoor liep tot en met {day_nl(until)}. Vraag de politie of een advocaat wat nu nog kan."
    )


def _dutch_day(at: datetime) -> date:
    return at.astimezone(DUTCH_TIME).date()
