"""What police and supervision saw: it opens or joins a suspected breach, and probation's report goes out at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Actor, OrganisationKind
from registry.alerts.service import NewAlert, raise_alert
from registry.db import new_id
from registry.enforcement import minister
from registry.enforcement.evidence.checklist import BreachKind
from registry.enforcement.joining import Suspicion
from registry.enforcement.models import Breach, BreachSource
from registry.enforcement.rules import BreachOrigin
from registry.enforcement.suspicions import suspect
from registry.enforcement.timing import require_after_order, require_past
from registry.errors import Conflict, Fault, Forbidden, Invalid
from registry.law.terms import DUTCH_TIME
from registry.orders.models import Condition, Order, OrderVersion
from registry.orders.service import order_for
from registry.outbox.rules import EventType
from registry.outbox.service import publish

REPORTED = "supervision_report"
_ORIGINS = {
    OrganisationKind.POLICE: BreachOrigin.POLICE,
    OrganisationKind.PROSECUTION: BreachOrigin.POLICE,
    OrganisationKind.PROBATION: BreachOrigin.SUPERVISION,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """What police or supervision saw of an order; `reference` is their own registration, if they have one.

    Of probation also: since when it knew of the breach, and whether the safety of who is protected is at stake.
    """

    order_id: uuid.UUID
    condition_id: uuid.UUID | None
    occurred_from: datetime
    occurred_until: datetime | None
    reference: str | None
    kind: BreachKind | None = None
    aware_at: datetime | None = None
    safety_at_stake: bool = False

    def details(self) -> dict[str, str]:
        """What is kept of it as codes."""
        told = {"kind": self.kind, "aware_at": self.aware_at and self.aware_at.isoformat()}
        told |= {"safety_at_stake": "true"} if self.safety_at_stake else {}
        return {name: value for name, value in told.items() if value}


def observe(session: Session, actor: Actor, now: datetime, seen: Observation) -> Breach:
    """Record what police or supervision saw: it opens or joins a suspected breach."""
    origin = _ORIGINS.get(actor.organisation_kind)
    if origin is None:
        raise Forbidden("Police, prosecution and probation record what they saw; others report through a partner.")
    order_for(session, actor, seen.order_id)
    require_past("#/occurredFrom", seen.occurred_from, now)
    _require_of_probation(origin, seen, now)
    require_after_order(session, seen.order_id, "#/occurredFrom", seen.occurred_from)
    if seen.occurred_until is not None and seen.occurred_until < seen.occurred_from:
        raise Invalid([Fault("#/occurredUntil", "Give an end that is not before the beginning.")])
    if seen.condition_id is not None:
        _require_condition(session, seen.order_id, seen.condition_id)
    key = f"{actor.organisation_id}/{seen.reference}" if seen.reference else str(new_id())
    source_ref = f"{origin}:{key}"
    is_new = session.scalar(select(BreachSource.id).where(BreachSource.source_ref == source_ref)) is None
    suspicion = Suspicion(
        seen.order_id,
        seen.condition_id,
        origin,
        seen.occurred_from,
        seen.occurred_until,
        source_ref,
        seen.details(),
    )
    breach = suspect(session, actor, now, suspicion)
    if breach.order_id != seen.order_id:
        raise Conflict("reference_used", "This reference was used before, for a breach of another order.")
    if is_new and origin is BreachOrigin.SUPERVISION:
        report_at_once(session, now, breach, safety_at_stake=seen.safety_at_stake)
    return breach


def report_at_once(session: Session, now: datetime, breach: Breach, *, safety_at_stake: bool) -> None:
    """Put what probation found before prosecution and CJIB, and before the police when safety is at stake (6:3:14 Sv).

    The alert climbs the ladder of whoever must act first: the police when safety is at stake, else the prosecution.
    """
    told = {one for one in (breach.prosecuting_org_id, breach.sending_org_id) if one}
    told |= {breach.police_org_id} if safety_at_stake and breach.police_org_id else set()
    regime = session.get_one(Order, breach.order_id).regime
    told |= minister.told_of(session, minister.REPORT, regime, now.astimezone(DUTCH_TIME).date())
    publish(
        session,
        now,
        EventType.BREACH_REPORTED,
        f"breach:{breach.id}",
        told,
        breach_id=breach.id,
        order_id=breach.order_id,
        origin=BreachOrigin.SUPERVISION.value,
        status=breach.status,
        occurred_from=breach.occurred_from,
        acute=safety_at_stake,
    )
    owners = {"prosecuting_org_id": breach.prosecuting_org_id}
    owners |= {"police_org_id": breach.police_org_id} if safety_at_stake else {}
    if not any(owners.values()):
        owners = breach.owners() | {"partner_org_id": None}
    title = "De reclassering meldt een overtreding"
    title += ": de veiligheid van het slachtoffer is in het geding" if safety_at_stake else ""
    context = {"breach_id": str(breach.id), "order_id": str(breach.order_id), "acute": safety_at_stake}
    priority = 1 if safety_at_stake else 2
    raise_alert(session, now, NewAlert(REPORTED, priority, title, f"breach:{breach.id}", owners, context))


def _require_of_probation(origin: BreachOrigin, seen: Observation, now: datetime) -> None:
    """Only probation reports since when it knew (art. 6:3:14 lid 4 Sv), and it cannot have known before it happened."""
    if origin is not BreachOrigin.SUPERVISION and (seen.aware_at is not None or seen.safety_at_stake):
        raise Invalid([Fault("#", "Only probation says since when it knew and whether safety is at stake.")])
    if seen.aware_at is not None:
        require_past("#/awareAt", seen.aware_at, now)
        if seen.aware_at < seen.occurred_from:
            raise Invalid([Fault("#/awareAt", "Nobody knew of it before it happened.")])


def _require_condition(session: Session, order_id: uuid.UUID, condition_id: uuid.UUID) -> None:
    of_order = select(Condition.id).join(OrderVersion, OrderVersion.id == Condition.version_id)
    if session.scalar(of_order.where(Condition.id == condition_id, OrderVersion.order_id == order_id)) is None:
        raise Invalid([Fault("#/conditionId", "This is no condition of that order.", "unknown_condition")])
