"""When the last order of a wearer has ended nothing is stored of him any more, and somebody takes the device off."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alerts, raise_alert
from registry.http import Runtime
from registry.monitoring.models import Coupling, Device, PingRow
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import Call, bucket_of
from registry.monitoring.silence.reading import worn_now
from registry.orders.rules import OrderStatus
from registry.orders.service import orders_binding, statuses

_CALL = Call("monitor_to_remove", 2, "Enkelband verwijderen: het laatste bevel is geëindigd")
_MOST_AT_ONCE, _MOST_LOCKED_FOR = 500, 100


@dataclass(slots=True)
class _Changes:
    """Couplings whose last order ended, from when; those whose wearer is bound again; those yet to be emptied."""

    ended: dict[uuid.UUID, datetime] = field(default_factory=dict)
    bound: set[uuid.UUID] = field(default_factory=set)
    kept: set[uuid.UUID] = field(default_factory=set)

    def couplings(self) -> list[uuid.UUID]:
        """All of them."""
        return [*self.ended, *self.bound, *self.kept]


def release_wearers(shared: Runtime) -> None:
    """Find wearers whom no order binds any more, and those whom one binds again; a job of the worker.

    What came between the end of the order and its being noticed is destroyed at the next turn, when the judge knows.
    """
    now = shared.clock.now()
    with shared.database.reading() as session:
        seen, over = _changes(session, now), _calls_over(session, now)
    if over:
        with shared.database.transaction() as session:
            for subject_ref in over & _calls_over(session, now):
                close_alerts(session, now, subject_ref)
    # To read what holds of every wearer takes long: who writes waits for those alone of whom something changed.
    changed = seen.couplings()
    for start in range(0, len(changed), _MOST_LOCKED_FOR):
        with shared.database.transaction() as session:
            _settle(session, now, _changes(session, now, changed[start : start + _MOST_LOCKED_FOR]))


def _settle(session: Session, now: datetime, found: _Changes) -> None:
    for coupling_id, ended_at in found.ended.items():
        _release(session, now, session.get_one(Coupling, coupling_id), ended_at)
    for coupling_id in found.bound:
        _bind(session, now, session.get_one(Coupling, coupling_id))
    for coupling_id in found.kept:
        _destroy(session, now, session.get_one(Coupling, coupling_id))


def _changes(session: Session, now: datetime, among: Sequence[uuid.UUID] | None = None) -> _Changes:
    """What changed of the couplings that go on, or of these alone."""
    asked = select(Coupling).where(*worn_now(now))
    couplings = list(session.scalars(asked if among is None else asked.where(Coupling.id.in_(among))))
    ends = _ends(session, {one.person_id for one in couplings}, now)
    found = _Changes()
    for one in couplings:
        ended_at = ends.get(one.person_id)
        if ended_at is not None and one.released_at is None:
            found.ended[one.id] = max(ended_at, one.from_at)
        elif ended_at is None and one.released_at is not None:
            found.bound.add(one.id)
        elif one.released_at is not None and one.emptied_at is None and one.judge_again_from is None:
            found.kept.add(one.id)
    return found


def _calls_over(session: Session, now: datetime) -> set[str]:
    """The open calls for a device of which no coupling that goes on has been released."""
    calls = select(Alert.subject_ref).where(Alert.alert_class == _CALL.alert_class, Alert.closed_at.is_(None))
    released = select(Coupling.id).where(*worn_now(now), Coupling.released_at.is_not(None))
    return set(session.scalars(calls)) - set(map(_ref, session.scalars(released)))


def _ends(session: Session, person_ids: Collection[uuid.UUID], now: datetime) -> dict[uuid.UUID, datetime]:
    """When the last order of each person ended, of those whom none binds or will bind any more."""
    binding, persons, found = orders_binding(session, person_ids), sorted(person_ids), dict[uuid.UUID, datetime]()
    for start in range(0, len(persons), _MOST_AT_ONCE):
        some = {person: binding.get(person, set()) for person in persons[start : start + _MOST_AT_ONCE]}
        known = statuses(session, {order for orders in some.values() for order in orders}, now)
        for person, orders in some.items():
            own = [known[order] for order in orders if order in known]
            ends = [one.since for one in own if one.status is OrderStatus.ENDED and one.since is not None]
            if own and len(ends) == len(own):
                found[person] = max(ends)
    return found


def _release(session: Session, now: datetime, coupling: Coupling, ended_at: datetime) -> None:
    coupling.released_at, coupling.emptied_at = ended_at, None
    coupling.judge_again_from = min(ended_at, coupling.judge_again_from or ended_at)
    context: dict[str, object] = {
        "coupling_id": coupling.id, "device_id": coupling.device_id, "person_id": coupling.person_id,
        "order_id": coupling.order_id,
    }  # fmt: skip
    new = NewAlert(_CALL.alert_class, _CALL.priority, _CALL.title_nl, _ref(coupling.id), coupling.owners(), context)
    raise_alert(session, now, new)


def _bind(session: Session, now: datetime, coupling: Coupling) -> None:
    released_at, coupling.released_at, coupling.emptied_at = coupling.released_at, None, None
    coupling.judge_again_from = coupling.judge_again_from or released_at
    close_alerts(session, now, _ref(coupling.id))


def _destroy(session: Session, now: datetime, coupling: Coupling) -> None:
    number = session.scalars(select(Device.number).where(Device.id == coupling.device_id)).one()
    wanted = delete(PingRow).where(
        PingRow.bucket == bucket_of(number), PingRow.device_number == number,
        PingRow.at_ms >= epoch_ms(coupling.released_at or now),
    )  # fmt: skip
    if coupling.until_at is not None:
        wanted = wanted.where(PingRow.at_ms < epoch_ms(coupling.until_at))
    done = cast("CursorResult[Any]", session.execute(wanted.execution_options(synchronize_session=False)))
    coupling.emptied_at = now
    owner = coupling.supervising_org_id or coupling.sending_org_id
    if done.rowcount and owner is not None:
        actor = system_actor(owner, "retention")
        record(session, actor, now, Action.DESTROYED, f"pings:coupling:{coupling.id}", count=done.rowcount)


def _ref(coupling_id: uuid.UUID) -> str:
    return f"coupling:{coupling_id}"
