"""Which coupled devices are judged by nothing, and why."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.monitoring.models import Coupling
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import DeviceKind
from registry.monitoring.unjudged.rules import Told, Unjudged, of_home_unit, of_tracker
from registry.orders.rules import OrderStatus
from registry.orders.service import (
    ConditionTold,
    StatusAt,
    WearerZone,
    conditions_told,
    orders_binding,
    statuses,
    zones_of,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """The orders that bind each wearer, how each order stands, and what its conditions are."""

    binding: Mapping[uuid.UUID, Collection[uuid.UUID]]
    standing: Mapping[uuid.UUID, StatusAt]
    conditions: Mapping[uuid.UUID, Sequence[ConditionTold]]
    now: datetime

    def has_ended(self, order_id: uuid.UUID) -> bool:
        """Say whether an order is over for good."""
        return order_id in self.standing and self.standing[order_id].status is OrderStatus.ENDED

    def told(self, order_id: uuid.UUID, reference: str | None = None) -> list[Told]:
        """Return what an order tells of its conditions, or of those with a reference."""
        return [
            Told(one.is_monitored, one.zone_kind, self._is_over(one))
            for one in self.conditions.get(order_id, ())
            if reference in (None, one.reference)
        ]

    def _is_over(self, one: ConditionTold) -> bool:
        return one.ends_on is not None and one.ends_on < self.now.astimezone(ZoneInfo(one.time_zone)).date()


def unjudged(session: Session, couplings: Iterable[Coupling], now: datetime) -> dict[uuid.UUID, Unjudged]:
    """Return why, by the coupling's id, of those that go on or will and that nothing judges, now nor later.

    An order that is suspended, or lifted by a detention, judges again later.
    """
    going_on = [one for one in couplings if one.until_at is None or one.until_at > now]
    binding = orders_binding(session, {one.person_id for one in going_on})
    orders = {one.order_id for one in going_on}.union(*binding.values())
    known = _Known(binding, statuses(session, orders, now), conditions_told(session, orders), now)
    found = {one.id: because for one in going_on if (because := _because(one, known)) is not None}
    # Of a version that takes over later, the former one judges until then.
    doubted = [one for one in going_on if found.get(one.id) not in (None, Unjudged.ORDER_ENDED)]
    holding = _holding(session, {one.person_id for one in doubted}, now) if doubted else []
    for one in doubted:
        if any(_judges(zone, one) for zone in holding):
            del found[one.id]
    return found


def _because(coupling: Coupling, known: _Known) -> Unjudged | None:
    if coupling.kind == DeviceKind.HOME_UNIT:
        if known.has_ended(coupling.order_id):
            return Unjudged.ORDER_ENDED
        return of_home_unit(known.told(coupling.order_id, coupling.condition_reference or ""))
    orders = known.binding.get(coupling.person_id, ())
    going_on = [order_id for order_id in orders if not known.has_ended(order_id)]
    if not going_on:
        # Whose orders are another person's by now is about to lose the device too.
        return Unjudged.ORDER_ENDED if orders else None
    return of_tracker(told for order_id in going_on for told in known.told(order_id))


def _holding(session: Session, person_ids: Collection[uuid.UUID], now: datetime) -> list[WearerZone]:
    """The zones that hold now or will."""
    now_ms = epoch_ms(now)
    return [
        found
        for found in zones_of(session, person_ids)
        if any(span.until_ms is None or span.until_ms > now_ms for span in found.zone.binds)
    ]


def _judges(found: WearerZone, coupling: Coupling) -> bool:
    if found.person_id != coupling.person_id:
        return False
    if coupling.kind != DeviceKind.HOME_UNIT:
        return True
    at_home = (coupling.order_id, coupling.condition_reference)
    return found.zone.kind == "inclusion" and (found.order_id, found.reference) == at_home
