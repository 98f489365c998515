"""Whether anything changed of what the engine knows: asked at the start of each turn, in one statement.

Hardly ever has anything changed, and asking for couplings, zones and consent one by one took a fifth of a turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from registry.db import Prepared
from registry.monitoring.companions.models import Companion
from registry.monitoring.models import Coupling
from registry.orders.service import NEWEST_ZONE_REVISION

_NEWS = Prepared(
    select(
        func.coalesce(NEWEST_ZONE_REVISION, 0).label("zone_revision"),
        exists().where(Coupling.judge_again_from.is_not(None)).label("is_recoupled"),
        exists().where(Companion.changed_at.is_not(None)).label("is_consent_changed"),
    )
)


@dataclass(frozen=True, slots=True)
class News:
    """The revision of all zones, and whether a coupling or a consent was recorded that the engine does not know yet."""

    zone_revision: int
    is_recoupled: bool
    is_consent_changed: bool


def news(session: Session) -> News:
    """Return what is new; what is recorded a moment later is new to the next turn."""
    (row,) = _NEWS.all(session)
    return News(row.zone_revision, bool(row.is_recoupled), bool(row.is_consent_changed))
