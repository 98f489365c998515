"""Who hears for the minister what the law has told to him: the CJIB, also of an order that it did not deliver."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.orm import Session

from registry.access.rules import OrganisationKind
from registry.access.service import organisations_of
from registry.orders.force.standing import measures

# Which term has him told: of a report of probation (art. 6:3:14 lid 4 Sv), of an arrest (art. 6:3:15 lid 4 Sv).
REPORT, ARREST = "T39", "T41-M"


def told_of(session: Session, term_id: str, regime: str | None, on: date) -> set[uuid.UUID]:
    """Return the CJIB where the law of that day has the minister told of a breach of this regime; else nobody."""
    term = measures().law.terms.find(term_id, on)
    if term is None or regime not in term.regimes:
        return set()
    return set(organisations_of(session, OrganisationKind.CJIB))
