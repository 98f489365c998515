"""Which breaches still need what they rest on."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from registry.enforcement.models import Assessment, Breach, Proceeding
from registry.enforcement.rules import BreachStatus

_UNDECIDED = (BreachStatus.SUSPECTED.value, BreachStatus.PLAUSIBLE.value)


def goes_on_or_ended_since(since: datetime) -> ColumnElement[bool]:
    """Return the condition that keeps breaches whose case goes on, or ended at or after an instant.

    A case goes on while a proceeding does, and while a human has yet to assess the breach or to start one.
    """
    proceedings = select(Proceeding.id).where(Proceeding.breach_id == Breach.id)
    assessed = select(Assessment.id).where(Assessment.breach_id == Breach.id, Assessment.assessed_at >= since)
    return or_(
        exists(proceedings.where(or_(Proceeding.ended_at.is_(None), Proceeding.ended_at >= since))),
        and_(Breach.status.in_(_UNDECIDED), ~exists(proceedings)),
        exists(assessed),
    )
