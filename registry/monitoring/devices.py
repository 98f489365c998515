"""Devices by name: registered once for each provider, whoever names them first."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.db import new_id
from registry.monitoring.models import Device

_MOST_IN_A_QUERY = 500


def register_devices(session: Session, now: datetime, provider_id: uuid.UUID, names: Collection[str]) -> dict[str, int]:
    """Return the number of each of a provider's devices; one that is not known yet gets the next number."""
    known = _known(session, provider_id, names)
    absent = sorted(set(names) - known.keys())
    if not absent:
        return known
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [{"id": new_id(), "name": name, "sending_org_id": provider_id, "recorded_at": now} for name in absent]
    session.execute(dialect.insert(Device).on_conflict_do_nothing(), rows)
    return known | _known(session, provider_id, absent)


def _known(session: Session, provider_id: uuid.UUID, names: Collection[str]) -> dict[str, int]:
    every = sorted(names)
    known: dict[str, int] = {}
    for start in range(0, len(every), _MOST_IN_A_QUERY):
        some = every[start : start + _MOST_IN_A_QUERY]
        query = select(Device.name, Device.number).where(Device.sending_org_id == provider_id, Device.name.in_(some))
        known |= {name: number for name, number in session.execute(query)}
    return known
