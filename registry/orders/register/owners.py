"""The organisations that an order concerns, by the codes that its sender gives them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.orders.register.content import OrderContent
from registry.orders.register.remembered import Remembered

OWNERS = ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id", "partner_org_id")

Codes = tuple[str | None, str | None, str | None]
"""The codes of the organisations that supervise, enforce and prosecute."""

_organisations: Remembered[UUID] = Remembered("organisations")


def codes_told(content: OrderContent | None) -> Codes:
    """The codes that the order names."""
    if content is None:
        return None, None, None
    return content.supervision.organisation, content.police_unit, content.prosecution


def owners_told(session: Session, codes: Codes) -> dict[str, UUID | None]:
    """The columns of the organisations with these codes; a code that nobody has gives none."""
    found = ids_of(session, {code for code in codes if code})
    supervising, police, prosecuting = (found.get(code or "") for code in codes)
    return {
        "supervising_org_id": supervising,
        "police_org_id": police,
        "prosecuting_org_id": prosecuting,
        "partner_org_id": None,
    }


def ids_of(session: Session, codes: set[str]) -> dict[str, UUID]:
    """The organisations with these codes, as far as there are any."""
    known = _organisations.known(session, codes)
    if codes <= known.keys():
        return known
    query = select(Organisation.code, Organisation.id).where(Organisation.code.in_(codes - known.keys()))
    read = {code: organisation_id for code, organisation_id in session.connection().execute(query)}
    _organisations.found(session, read)
    return known | read
