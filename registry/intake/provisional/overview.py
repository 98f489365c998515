"""What can be read of provisional orders: for whom they are, where they stand, and what needs a human."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.errors import NotFound
from registry.intake.provisional.documents import content_of
from registry.intake.provisional.models import ProvisionalProposal
from registry.intake.provisional.rules import Course, ProvisionalState
from registry.orders.models import Order, ProvisionalOrder

_OPEN = ProvisionalOrder.replaced_by_id.is_(None) & ProvisionalOrder.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Page:
    """Which piece of the list: in one state or in all, and of one order or of all."""

    limit: int
    before_id: UUID | None = None
    state: ProvisionalState | None = None
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order of the CJIB that may be the one that was entered."""

    order_id: UUID
    number: str
    reasons: tuple[str, ...]
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A provisional order with what a reader needs beside it."""

    row: ProvisionalOrder
    number: str
    regime: str | None
    governing_number: str | None
    proposals: tuple[Proposal, ...]
    organisations: dict[UUID, Organisation]


def course_of(row: ProvisionalOrder) -> Course:
    """What has happened to a provisional order."""
    return Course(row.expires_at, row.replaced_at, row.withdrawn_at)


def _concerns(actor: Actor) -> ColumnElement[bool]:
    return or_(visible(Order, actor), ProvisionalOrder.instructing_org_id == actor.organisation_id)


def provisional_for(session: Session, actor: Actor, order_id: UUID, *, held: bool = False) -> ProvisionalOrder:
    """A provisional order that concerns the actor's organisation; raises NotFound otherwise.

    `held` keeps it for this transaction.
    """
    query = select(ProvisionalOrder).join(Order, Order.id == ProvisionalOrder.id)
    query = query.where(ProvisionalOrder.id == order_id, _concerns(actor))
    if held:
        query = query.with_for_update(key_share=True, of=ProvisionalOrder).execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NotFound("There is no provisional order with this id here.")
    return row


def consult(session: Session, actor: Actor, now: datetime, order_id: UUID) -> Shown:
    """A provisional order for somebody to read."""
    row = provisional_for(session, actor, order_id)
    record(session, actor, now, Action.CONSULTED, f"order:{row.id}", part="provisional")
    return shown(session, [row])[0]


def document_for(session: Session, actor: Actor, now: datetime, order_id: UUID) -> tuple[Shown, bytes]:
    """The source document of a provisional order, and the fact that it was read, on record."""
    row = provisional_for(session, actor, order_id)
    record(session, actor, now, Action.CONSULTED, f"order:{row.id}", part="document", sha256=row.document_sha256)
    return shown(session, [row])[0], content_of(session, row.id)


def provisionals_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[Shown]:
    """The provisional orders that concern the actor's organisation, newest first."""
    query = select(ProvisionalOrder).join(Order, Order.id == ProvisionalOrder.id).where(_concerns(actor))
    if page.before_id is not None:
        query = query.where(ProvisionalOrder.id < page.before_id)
    if page.state is not None:
        query = query.where(_in_state(page.state, now))
    if page.order_id is not None:
        own = or_(ProvisionalOrder.id == page.order_id, ProvisionalOrder.replaced_by_id == page.order_id)
        query = query.where(own)
    rows = session.scalars(query.order_by(ProvisionalOrder.id.desc()).limit(page.limit)).all()
    record(session, actor, now, Action.CONSULTED, "provisional-orders", orders=[str(row.id) for row in rows])
    return shown(session, rows)


def _in_state(state: ProvisionalState, now: datetime) -> ColumnElement[bool]:
    conditions = {
        ProvisionalState.REPLACED: ProvisionalOrder.replaced_by_id.is_not(None),
        ProvisionalState.WITHDRAWN: ProvisionalOrder.withdrawn_at.is_not(None),
        ProvisionalState.EXPIRED: _OPEN & (ProvisionalOrder.expires_at <= now),
        ProvisionalState.WAITING: _OPEN & (ProvisionalOrder.expires_at > now),
    }
    return conditions[state]


def shown(session: Session, rows: Sequence[ProvisionalOrder]) -> list[Shown]:
    """Provisional orders with what a reader needs beside them."""
    ids = [row.id for row in rows]
    wanted = {*ids, *(row.replaced_by_id for row in rows if row.replaced_by_id)}
    query = select(Order.id, Order.number, Order.regime).where(Order.id.in_(wanted))
    orders = {order.id: order for order in session.execute(query)}
    named = {org_id for row in rows for org_id in (row.entering_org_id, row.instructing_org_id)}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(named)))
    organisations = {organisation.id: organisation for organisation in found}
    proposals = _proposals(session, [row.id for row in rows if row.replaced_by_id is None and row.withdrawn_at is None])
    return [
        Shown(
            row,
            orders[row.id].number,
            orders[row.id].regime,
            orders[row.replaced_by_id].number if row.replaced_by_id else None,
            tuple(proposals[row.id]),
            organisations,
        )
        for row in rows
    ]


def _proposals(session: Session, ids: Collection[UUID]) -> defaultdict[UUID, list[Proposal]]:
    query = (
        select(ProvisionalProposal, Order.number)
        .join(Order, Order.id == ProvisionalProposal.order_id)
        .where(ProvisionalProposal.provisional_id.in_(ids))
        .order_by(ProvisionalProposal.proposed_at, ProvisionalProposal.order_id)
    )
    found: defaultdict[UUID, list[Proposal]] = defaultdict(list)
    for each, number in session.execute(query):
        found[each.provisional_id].append(Proposal(each.order_id, number, tuple(each.reasons), each.proposed_at))
    return found


@dataclass(frozen=True, slots=True)
class Call:
    """What a human must be told of a provisional order, and which organisations."""

    order_id: UUID
    alert_class: str
    owners: dict[str, UUID | None]

    @property
    def subject_ref(self) -> str:
        """What the alert is about."""
        return f"order:{self.order_id}"


PROPOSED, EXPIRING, EXPIRED = "provisional_proposed", "provisional_expiring", "provisional_expired"


def calls(session: Session, now: datetime, warn_days: int) -> list[Call]:
    """What must be told now: what soon expires or has expired unconfirmed, and what waits to be linked by a human."""
    proposed = select(ProvisionalProposal.provisional_id)
    soon = ProvisionalOrder.expires_at <= now + timedelta(days=warn_days)
    query = select(ProvisionalOrder).where(_OPEN, or_(soon, ProvisionalOrder.id.in_(proposed)))
    rows = session.scalars(query.order_by(ProvisionalOrder.id)).all()
    waiting = _proposals(session, [row.id for row in rows])
    return [call for row in rows for call in _calls_of(row, now, warn_days, bool(waiting[row.id]))]


def _calls_of(row: ProvisionalOrder, now: datetime, warn_days: int, is_proposed: bool) -> list[Call]:
    owners: dict[str, UUID | None] = {"prosecuting_org_id": row.instructing_org_id}
    if row.entering_org_id != row.instructing_org_id:
        owners["police_org_id"] = row.entering_org_id
    classes = [PROPOSED] if is_proposed else []
    if now >= row.expires_at:
        classes.append(EXPIRED)
    elif now >= row.expires_at - timedelta(days=warn_days):
        classes.append(EXPIRING)
    return [Call(row.id, alert_class, owners) for alert_class in classes]
