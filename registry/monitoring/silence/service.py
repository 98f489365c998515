"""Silences, for those who supervise."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.monitoring.rules import Page
from registry.monitoring.silence.models import DeviceSilence
from registry.monitoring.silence.rules import SilenceKind


@dataclass(frozen=True, slots=True)
class SilenceFilter:
    """Which silences to list, newest first; `goes_on` is None for both."""

    page: Page
    device_id: uuid.UUID | None = None
    kind: SilenceKind | None = None
    goes_on: bool | None = None


def silences_of(session: Session, actor: Actor, now: datetime, asked: SilenceFilter) -> list[DeviceSilence]:
    """Return the silences that concern the actor's organisation, newest first."""
    own = select(DeviceSilence).where(visible(DeviceSilence, actor))
    if asked.device_id is not None:
        own = own.where(DeviceSilence.device_id == asked.device_id)
    if asked.kind is not None:
        own = own.where(DeviceSilence.kind == asked.kind)
    if asked.goes_on is not None:
        own = own.where(DeviceSilence.until_ms.is_(None) if asked.goes_on else DeviceSilence.until_ms.is_not(None))
    if asked.page.after is not None:
        own = own.where(DeviceSilence.id < asked.page.after)
    found = list(session.scalars(own.order_by(DeviceSilence.id.desc()).limit(asked.page.limit)))
    record(session, actor, now, Action.CONSULTED, "silences", shown=[str(one.id) for one in found])
    return found
