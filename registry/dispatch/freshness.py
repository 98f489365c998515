"""How fresh the knowledge behind an answer is: the age of what each source sent last, and whether it is late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.intake.overview import Expected, Source, sources

Wire = dict[str, Any]


def sources_told(session: Session, now: datetime, expected: Expected) -> list[Wire]:
    """Each source of orders with the age in seconds of its last message and of its last whole statement."""
    return [_source(each, now) for each in sources(session, now, expected)]


def _source(source: Source, now: datetime) -> Wire:
    last_at, stated_at = source.last_message_at, source.last_statement_at
    return {
        "code": source.code,
        "name": source.name,
        "lastMessageAt": last_at,
        "ageS": None if last_at is None else max(int((now - last_at).total_seconds()), 0),
        "unprocessed": source.unprocessed,
        "late": source.is_late,
        "lastStatementAt": stated_at,
        "statementAgeS": None if stated_at is None else max(int((now - stated_at).total_seconds()), 0),
        "statementLate": source.is_statement_late,
    }
