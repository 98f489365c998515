"""Stretches of time of a device, such as its signals and its silences, for those who supervise."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.monitoring.rules import Page
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.silence.models import DeviceSilence

Stretch = TypeVar("Stretch", DeviceSignal, DeviceSilence)

# What the audit chain calls each list.
_LISTS: dict[type, str] = {DeviceSignal: "device-signals", DeviceSilence: "silences"}


@dataclass(frozen=True, slots=True)
class StretchFilter:
    """Which stretches to list, newest first; `goes_on` is None for both."""

    page: Page
    device_id: uuid.UUID | None = None
    kind: StrEnum | None = None
    goes_on: bool | None = None


def stretches_of(
    session: Session, actor: Actor, now: datetime, model: type[Stretch], asked: StretchFilter
) -> list[Stretch]:
    """Return the stretches that concern the actor's organisation, newest first."""
    own = select(model).where(visible(model, actor))
    if asked.device_id is not None:
        own = own.where(model.device_id == asked.device_id)
    if asked.kind is not None:
        own = own.where(model.kind == asked.kind)
    if asked.goes_on is not None:
        own = own.where(model.until_ms.is_(None) if asked.goes_on else model.until_ms.is_not(None))
    if asked.page.after is not None:
        own = own.where(model.id < asked.page.after)
    found = list(session.scalars(own.order_by(model.id.desc()).limit(asked.page.limit)))
    record(session, actor, now, Action.CONSULTED, _LISTS[model], shown=[str(one.id) for one in found])
    return found
