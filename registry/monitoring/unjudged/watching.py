"""The job of this package: whoever supervises is called for a device that nothing judges any more."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alerts, retell_alert
from registry.http import Runtime
from registry.monitoring.models import Coupling
from registry.monitoring.rules import Call, DeviceKind
from registry.monitoring.silence.reading import live_orders, worn_now
from registry.monitoring.unjudged.rules import CLASSES, call_for
from registry.monitoring.unjudged.service import unjudged
from registry.orders.service import orders_binding


@dataclass(slots=True)
class _Findings:
    """What differs between what is so now and what is called for."""

    calls: list[tuple[Coupling, Call]] = field(default_factory=list)
    over: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.calls or self.over)


def watch_unjudged(shared: Runtime) -> None:
    """Call for devices that nothing judges while an order of their wearer can be broken, and no more once one is.

    A device whose wearer no order binds any more is called for by itself, to be taken off.
    """
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not _find(session, now):
            return
    with shared.database.transaction() as session:
        found = _find(session, now)
        close_alerts(session, now, *found.over)
        for coupling, call in found.calls:
            context: dict[str, object] = {
                "device_id": coupling.device_id, "coupling_id": coupling.id, "person_id": coupling.person_id,
                "order_id": coupling.order_id,
            }  # fmt: skip
            owners = coupling.owners()
            new = NewAlert(call.alert_class, call.priority, call.title_nl, _ref(coupling.id), owners, context)
            retell_alert(session, now, new)


def _find(session: Session, now: datetime) -> _Findings:
    worn = {one.id: one for one in session.scalars(select(Coupling).where(*worn_now(now)))}
    because = unjudged(session, [one for one in worn.values() if one.released_at is None], now)
    binding = orders_binding(session, {worn[coupling_id].person_id for coupling_id in because})
    live = live_orders(session, set[uuid.UUID]().union(*binding.values()), now)
    calls = {
        _ref(coupling_id): (worn[coupling_id], call_for(DeviceKind(worn[coupling_id].kind), why))
        for coupling_id, why in because.items()
        if live & binding.get(worn[coupling_id].person_id, set())
    }
    told = select(Alert.subject_ref, Alert.title_nl).where(Alert.alert_class.in_(CLASSES), Alert.closed_at.is_(None))
    known = {subject_ref: title_nl for subject_ref, title_nl in session.execute(told)}
    new = [(one, call) for subject_ref, (one, call) in calls.items() if known.get(subject_ref) != call.title_nl]
    return _Findings(new, known.keys() - calls.keys())


def _ref(coupling_id: uuid.UUID) -> str:
    return f"unjudged:{coupling_id}"
