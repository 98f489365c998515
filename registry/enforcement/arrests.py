"""Each arrest is put before the prosecution at once, and told to the CJIB (art. 6:3:15 lid 2 en 4 Sv)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from registry.access.rules import Actor, OrganisationKind
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
    listed = list(events)
    arrests = [one.occurred_at for one in listed if one.kind == EventKind.ARREST]
    known = [
        one.occurred_at
        for one in listed
        if one.kind in _OF_THE_PROSECUTION
        or (one.kind == EventKind.NOTIFICATION and one.details.get("to") == "prosecution")
    ]
    if not arrests or (known and max(known) >= max(arrests)):
        close_alert(session, now, ARRESTED, f"proceeding:{proceeding.id}")
