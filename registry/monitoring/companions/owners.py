"""Who must act on a device of hers: whom its order names now, and not only when consent was recorded."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.monitoring.companions.models import Companion, NearnessRecord
from registry.monitoring.companions.telling import owners_told
from registry.orders.models import Order, ProvisionalOrder

_GOVERNING = func.coalesce(ProvisionalOrder.replaced_by_id, Companion.order_id)
_MOVED = (
    select(Companion, Order.supervising_org_id, Order.police_org_id)
    .outerjoin(ProvisionalOrder, ProvisionalOrder.id == Companion.order_id)
    .join(Order, Order.id == _GOVERNING)
    .where(
        Companion.revoked_at.is_(None),
        or_(
            Companion.supervising_org_id.is_distinct_from(Order.supervising_org_id),
            Companion.police_org_id.is_distinct_from(Order.police_org_id),
        ),
        # An order that names nobody by now leaves nobody to be called: then it stays with whom it named before.
        or_(Order.supervising_org_id.is_not(None), Order.police_org_id.is_not(None)),
    )
)


def follow_owners(session: Session, now: datetime) -> None:
    """Hand devices over to whom their order names now, with what goes on and what calls a human already."""
    moved = session.execute(_MOVED.with_for_update(of=Companion, key_share=True)).all()
    for companion, supervising_id, police_id in moved:
        companion.supervising_org_id, companion.police_org_id = supervising_id, police_id
        owners = owners_told(companion)
        going_on = NearnessRecord.companion_id == companion.id, NearnessRecord.end_ms.is_(None)
        ids = session.scalars(select(NearnessRecord.id).where(*going_on)).all()
        session.execute(update(NearnessRecord).where(*going_on).values(**owners))
        _call_anew(session, now, companion, [f"companion:{companion.id}", *(f"nearness:{one}" for one in ids)])
        actor = system_actor(supervising_id or police_id or companion.provider_id, "orders")
        record(session, actor, now, Action.CHANGED, f"companion:{companion.id}", owners="order")


def _call_anew(session: Session, now: datetime, companion: Companion, refs: Iterable[str]) -> None:
    """Call on the new owners for what calls still; who took it before them may be gone."""
    calling = select(Alert).where(Alert.subject_ref.in_(refs), Alert.closed_at.is_(None)).order_by(Alert.id)
    for one in session.scalars(calling).all():
        close_alert(session, now, one.alert_class, one.subject_ref)
        told = NewAlert(
            one.alert_class, one.priority, one.title_nl, one.subject_ref, owners_told(companion), one.context
        )
        raise_alert(session, now, told)
