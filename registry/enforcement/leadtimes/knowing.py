"""Since when a breach was known: what lead times are counted from."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.enforcement.leadtimes.rules import Heard, known_at
from registry.enforcement.models import BreachSource
from registry.http.fields import parse_instant

_AT_ONCE = 1000


def known_since(session: Session, breach_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Return since when each breach was known, by its accounts."""
    accounts: dict[uuid.UUID, list[Heard]] = {}
    listed = sorted(breach_ids)
    columns = select(BreachSource.breach_id, BreachSource.recorded_at, BreachSource.details)
    for start in range(0, len(listed), _AT_ONCE):
        of_these = columns.where(BreachSource.breach_id.in_(listed[start : start + _AT_ONCE]))
        for breach_id, recorded_at, details in session.execute(of_these):
            accounts.setdefault(breach_id, []).append(_heard(recorded_at, details or {}))
    return {breach_id: known_at(heard) for breach_id, heard in accounts.items()}


def _heard(recorded_at: datetime, details: dict[str, str]) -> Heard:
    told = details.get("aware_at")
    return Heard(parse_instant(told) if told else recorded_at, stands="withdrawn_at" not in details)
