"""In which district (arrondissement) a proceeding is handled, by the codes of its organisations."""

from __future__ import annotations

from sqlalchemy.orm import Session

from registry.access.models import Organisation, Responsible
from registry.enforcement.models import Proceeding
from registry.orders.force.standing import measures


def district_of(session: Session, concerned: Responsible) -> str | None:
    """The arrondissement whose norms apply: that of the prosecution, else of whoever acts on the breach."""
    for organisation_id in (concerned.prosecuting_org_id, concerned.police_org_id):
        organisation = session.get(Organisation, organisation_id) if organisation_id else None
        found = measures().law.terms.arrondissement_of(organisation.code) if organisation else None
        if found is not None:
            return found
    return None


def settle_district(session: Session, proceeding: Proceeding) -> None:
    """Give a proceeding its district where none was configured when it began; one that it has it keeps."""
    if proceeding.arrondissement is None:
        proceeding.arrondissement = district_of(session, proceeding)
