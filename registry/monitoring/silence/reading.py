"""What the worker reads of silence: the worn devices that may be silent, and how each provider's devices stand."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.monitoring.models import Coupling, Device, DevicePulse
from registry.monitoring.pings import epoch_ms
from registry.monitoring.silence.rules import LEAST_MS, Heard
from registry.orders.rules import OrderStatus
from registry.orders.service import statuses

Group = tuple[uuid.UUID | None, uuid.UUID | None]
_MOST_IN_A_QUERY = 500
_NOT_LIVE = frozenset({OrderStatus.ENDED, OrderStatus.SUSPENDED, OrderStatus.NOT_YET})


@dataclass(frozen=True, slots=True)
class WornDevice:
    """A device on a wearer now, and what is known of its pulse."""

    number: int
    provider_id: uuid.UUID | None
    coupling: Coupling
    heard: Heard

    @property
    def group(self) -> Group:
        """Return whose silence it adds to: its provider's, for who supervises."""
        return (self.provider_id, self.coupling.supervising_org_id)


def worn_now(now: datetime) -> list[ColumnElement[bool]]:
    """Return what holds of a coupling that goes on at an instant."""
    return [Coupling.from_at <= now, or_(Coupling.until_at.is_(None), Coupling.until_at > now)]


def perhaps_silent(session: Session, now: datetime, listening_ms: int, also: Collection[uuid.UUID]) -> list[WornDevice]:
    """Return the worn devices not heard or not placed for a while, and those of the couplings named."""
    before_ms = epoch_ms(now) - LEAST_MS
    quiet = or_(
        DevicePulse.heard_ms.is_(None), DevicePulse.heard_ms < before_ms,
        DevicePulse.fixed_ms.is_(None), DevicePulse.fixed_ms < before_ms,
    )  # fmt: skip
    found = {one.coupling.id: one for one in _worn(session, now, listening_ms, quiet)}
    for some in _pieces(list(also)):
        found |= {one.coupling.id: one for one in _worn(session, now, listening_ms, Coupling.id.in_(some))}
    return list(found.values())


def _worn(session: Session, now: datetime, listening_ms: int, which: ColumnElement[bool]) -> Iterator[WornDevice]:
    wanted = (
        select(Coupling, Device.number, Device.sending_org_id, DevicePulse)
        .join(Device, Device.id == Coupling.device_id)
        .outerjoin(DevicePulse, DevicePulse.device_number == Device.number)
        .where(*worn_now(now), which)
    )
    for coupling, number, provider_id, pulse in session.execute(wanted):
        times = ("heard_ms", "since_ms", "fixed_ms", "heard_gap_ms", "fixed_gap_ms")
        heard = Heard(epoch_ms(coupling.from_at), listening_ms, *(getattr(pulse, name, None) for name in times))
        yield WornDevice(number, provider_id, coupling, heard)


def live_orders(session: Session, order_ids: Collection[uuid.UUID], now: datetime) -> set[uuid.UUID]:
    """Return which of these orders can be broken now: neither ended nor suspended, nor still to begin, nor lifted."""
    found = statuses(session, set(order_ids), now).items() if order_ids else ()
    return {
        order_id
        for order_id, one in found
        if one.status not in _NOT_LIVE and not (one.status is OrderStatus.PAUSED and one.binds_while_paused is False)
    }


@dataclass(frozen=True, slots=True)
class ProviderPulse:
    """How many devices of a provider are worn for a supervisor, and when the newest message came (epoch ms)."""

    devices: int
    heard_ms: int | None
    least_gap_ms: int | None


def providers(session: Session, now: datetime) -> dict[Group, ProviderPulse]:
    """Return how the worn devices of each provider stand, for each organisation that supervises by them."""
    group: list[Any] = [Device.sending_org_id, Coupling.supervising_org_id]
    counted = (
        select(*group, func.count(), func.max(DevicePulse.heard_ms), func.min(DevicePulse.heard_gap_ms))
        .select_from(Coupling)
        .join(Device, Device.id == Coupling.device_id)
        .outerjoin(DevicePulse, DevicePulse.device_number == Device.number)
        .where(*worn_now(now))
        .group_by(*group)
    )
    return {(row[0], row[1]): ProviderPulse(row[2], row[3], row[4]) for row in session.execute(counted)}


def _pieces(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    return (ids[start : start + _MOST_IN_A_QUERY] for start in range(0, len(ids), _MOST_IN_A_QUERY))
