"""The job that minds the terms: an item that nobody looked into in time calls whoever minds the alerts.

The alert says that something is overdue and nothing of what: the room that asked may see it too.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import OrganisationKind
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.http import Runtime
from registry.privacy.models import PrivacyItem

_LATE = "privacy_review_late"
_TITLE_NL = "Een aandachtspunt voor de privacyfunctionaris is over zijn termijn"
_OWNERS = {OrganisationKind.POLICE.value: "police_org_id", OrganisationKind.PROSECUTION.value: "prosecuting_org_id"}


def watch_reviews(shared: Runtime) -> None:
    """Alert an organisation that lets an item go past its term, and close that once each is looked into."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        late = _late(session, now)
        told = select(Alert.subject_ref).where(Alert.alert_class == _LATE, Alert.closed_at.is_(None))
        known = set(session.scalars(told))
    wanted = {f"privacy-reviews:{each}": owner for each, owner in late.items()}
    if wanted.keys() == known:
        return
    with shared.database.transaction() as session:
        for subject_ref in known - wanted.keys():
            close_alert(session, now, _LATE, subject_ref)
        for subject_ref in wanted.keys() - known:
            owners = {wanted[subject_ref]: UUID(subject_ref.partition(":")[2])}
            raise_alert(session, now, NewAlert(_LATE, 3, _TITLE_NL, subject_ref, owners, {}))


def _late(session: Session, now: datetime) -> dict[UUID, str]:
    """The organisations with an item past its term, and in which part an alert is theirs."""
    overdue = (
        select(Organisation.id, Organisation.kind)
        .join(PrivacyItem, PrivacyItem.organisation_id == Organisation.id)
        .where(PrivacyItem.closed_at.is_(None), PrivacyItem.review_by < now)
        .distinct()
    )
    return {row.id: _OWNERS.get(row.kind, "police_org_id") for row in session.execute(overdue)}
