"""What devices said of themselves, for those who supervise by them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.monitoring.rules import Page
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.rules import SignalKind


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals to list, newest first; `goes_on` is None for both."""

    page: Page
    device_id: uuid.UUID | None = None
    kind: SignalKind | None = None
    goes_on: bool | None = None


def signals_of(session: Session, actor: Actor, now: datetime, asked: SignalFilter) -> list[DeviceSignal]:
    """Return the signals that concern the actor's organisation, newest first."""
    own = select(DeviceSignal).where(visible(DeviceSignal, actor))
    if asked.device_id is not None:
        own = own.where(DeviceSignal.device_id == asked.device_id)
    if asked.kind is not None:
        own = own.where(DeviceSignal.kind == asked.kind)
    if asked.goes_on is not None:
        own = own.where(DeviceSignal.until_ms.is_(None) if asked.goes_on else DeviceSignal.until_ms.is_not(None))
    if asked.page.after is not None:
        own = own.where(DeviceSignal.id < asked.page.after)
    found = list(session.scalars(own.order_by(DeviceSignal.id.desc()).limit(asked.page.limit)))
    record(session, actor, now, Action.CONSULTED, "device-signals", shown=[str(one.id) for one in found])
    return found
