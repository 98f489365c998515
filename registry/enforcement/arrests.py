"""Each arrest is put before the prosecution at once, and told to the CJIB (art. 6:3:15 lid 2 en 4 Sv)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Actor, OrganisationKind
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement.models import Proceeding, ProceedingEvent
from registry.enforcement.procedure.events import EventKind

ARRESTED = "arrest_recorded"
_OF_THE_PROSECUTION = frozenset({EventKind.PROSECUTOR_DECISION, EventKind.FILING, EventKind.RELEASE})


def put_before_prosecution(
    session: Session, actor: Actor, now: datetime, proceeding: Proceeding, event: ProceedingEvent
) -> None:
    """Raise an alert with the prosecution for an arrest that somebody else recorded; the CJIB hears of the event."""
    if event.kind != EventKind.ARREST or actor.organisation_kind is OrganisationKind.PROSECUTION:
        return
    owners = {"prosecuting_org_id": proceeding.prosecuting_org_id}
    if proceeding.prosecuting_org_id is None:
        owners = proceeding.owners() | {"partner_org_id": None}
    context = {
        "proceeding_id": str(proceeding.id),
        "breach_id": str(proceeding.breach_id),
        "order_id": str(proceeding.order_id),
    }
    title = "Aanhouding na een overtreding: beslis of er gevorderd wordt"
    raise_alert(session, now, NewAlert(ARRESTED, 2, title, f"proceeding:{proceeding.id}", owners, context))


def settle(session: Session, now: datetime, proceeding: Proceeding, events: Iterable[ProceedingEvent]) -> None:
    """Take the call back once the prosecution acted, was notified, or the person is free."""
    if is_answered(events):
        close_alert(session, now, ARRESTED, f"proceeding:{proceeding.id}")


def calling(session: Session, proceeding_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return in which of these proceedings the prosecution is still called."""
    refs = {f"proceeding:{one}": one for one in proceeding_ids}
    rows = select(Alert.subject_ref).where(Alert.alert_class == ARRESTED, Alert.closed_at.is_(None))
    return {refs[ref] for ref in session.scalars(rows.where(Alert.subject_ref.in_(refs)))}


def is_answered(events: Iterable[ProceedingEvent]) -> bool:
    """Whether the prosecution acted or was notified after the last arrest, or the person is free."""
    listed = list(events)
    arrests = [one.occurred_at for one in listed if one.kind == EventKind.ARREST]
    known = [
        one.occurred_at
        for one in listed
        if one.kind in _OF_THE_PROSECUTION
        or (one.kind == EventKind.NOTIFICATION and one.details.get("to") == "prosecution")
    ]
    return not arrests or (bool(known) and max(known) >= max(arrests))
