"""The job of this package: whoever supervises is called for a device that nothing judges any more."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
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

_TOGETHER = 200
_REF = "unjudged:"


@dataclass(slots=True)
class _Findings:
    """What differs between what is so now and what is called for, by the coupling's id."""

    calls: dict[uuid.UUID, tuple[Coupling, Call]]
    over: set[uuid.UUID]


def watch_unjudged(shared: Runtime) -> None:
    """Call for devices that nothing judges while an order of their wearer can be broken, and no more once one is.

    A device whose wearer no order binds any more is called for by itself, to be taken off.
    """
    now = shared.clock.now()
    with shared.database.reading() as session:
        found = _find(session, now)
    changed = [*found.calls, *found.over]
    for start in range(0, len(changed), _TOGETHER):
        with shared.database.transaction() as session:
            _settle(session, now, _find(session, now, changed[start : start + _TOGETHER]))


def _find(session: Session, now: datetime, among: Collection[uuid.UUID] | None = None) -> _Findings:
    """What is to be changed; `among` names the couplings that are looked at again, and no others are."""
    wanted = select(Coupling).where(*worn_now(now), Coupling.released_at.is_(None))
    told = select(Alert.subject_ref, Alert.title_nl).where(Alert.alert_class.in_(CLASSES), Alert.closed_at.is_(None))
    if among is not None:
        wanted = wanted.where(Coupling.id.in_(among))
        told = told.where(Alert.subject_ref.in_([_ref(coupling_id) for coupling_id in among]))
    worn = {one.id: one for one in session.scalars(wanted)}
    because = unjudged(session, worn.values(), now)
    binding = orders_binding(session, {worn[coupling_id].person_id for coupling_id in because})
    live = live_orders(session, set[uuid.UUID]().union(*binding.values()), now)
    calls = {
        coupling_id: (worn[coupling_id], call_for(DeviceKind(worn[coupling_id].kind), why))
        for coupling_id, why in because.items()
        if live & binding.get(worn[coupling_id].person_id, set())
    }
    known = {uuid.UUID(ref.removeprefix(_REF)): title_nl for ref, title_nl in session.execute(told)}
    new = {each: one for each, one in calls.items() if known.get(each) != one[1].title_nl}
    return _Findings(new, known.keys() - calls.keys())


def _settle(session: Session, now: datetime, found: _Findings) -> None:
    close_alerts(session, now, *(_ref(coupling_id) for coupling_id in found.over))
    for coupling, call in found.calls.values():
        context: dict[str, object] = {
            "device_id": coupling.device_id, "coupling_id": coupling.id, "person_id": coupling.person_id,
            "order_id": coupling.order_id,
        }  # fmt: skip
        owners = coupling.owners()
        new = NewAlert(call.alert_class, call.priority, call.title_nl, _ref(coupling.id), owners, context)
        retell_alert(session, now, new)


def _ref(coupling_id: uuid.UUID) -> str:
    return f"{_REF}{coupling_id}"
