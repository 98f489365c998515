"""Who may have a bundle of an episode: who supervises its wearer, answers for its breach, or demands it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.enforcement.models import Breach
from registry.errors import Forbidden, NotFound
from registry.monitoring.demands.rules import Window
from registry.monitoring.demands.service import standing
from registry.monitoring.evidence.rules import Case
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import UnusedReason


def require_protected(actor: Actor) -> None:
    """Refuse who may not see where the protected live: positions with the times at an edge tell it, masked or not."""
    if not actor.sees_protected:
        detail = (
            "A bundle tells where a protected person is. It needs the scope protected:read beside its own, of a client"
            " that asks no lookups."
        )
        raise Forbidden(detail)


def episode_for(
    session: Session, actor: Actor, now: datetime, episode_id: uuid.UUID, demand_id: uuid.UUID | None
) -> tuple[EpisodeRecord, Window | None]:
    """Return an episode of which the actor may have a bundle, and the window that his demand leaves, if it needs one.

    Without a demand that is who supervises the wearer, and the police and prosecution that its breach is of. Raises
    NotFound for anybody else, and what `standing` raises for a demand.
    """
    window = None
    wanted = select(EpisodeRecord).where(EpisodeRecord.id == episode_id, EpisodeRecord.supervising_org_id.is_not(None))
    if demand_id is None:
        wanted = wanted.where(or_(EpisodeRecord.supervising_org_id == actor.organisation_id, _answers_for(actor)))
    else:
        demand = standing(session, actor, now, demand_id)
        window = demand.terms.window
        wanted = wanted.where(
            EpisodeRecord.person_id == demand.person_id,
            EpisodeRecord.supervising_org_id == demand.supervising_org_id,
        )
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found, window


def _answers_for(actor: Actor) -> ColumnElement[bool]:
    mine = actor.organisation_id
    of_breach = select(Breach.id).where(Breach.id == EpisodeRecord.breach_id)
    return exists(of_breach.where(or_(Breach.police_org_id == mine, Breach.prosecuting_org_id == mine)))


def require_covered(window: Window | None, found: EpisodeRecord, case: Case) -> None:
    """Refuse a bundle that tells of any instant outside of the window of a demand: there is none with less in it."""
    if window is None:
        return
    from_ms, until_ms = epoch_ms(window.from_at), epoch_ms(window.until_at)
    instants = list(_instants(found, case))
    sides = [
        name
        for name, lies_there in (("before", min(instants) < from_ms), ("after", max(instants) >= until_ms))
        if lies_there
    ]
    if sides:
        raise Forbidden(f"This bundle rests on positions from {' and '.join(sides)} the window of the demand.")


def _instants(found: EpisodeRecord, case: Case) -> Iterator[int]:
    """When the episode was, and the positions that it follows from; a clock that ran ahead is not believed."""
    yield found.start_ms
    if found.end_ms is not None:
        yield found.end_ms
    for one in case.fixes:
        yield one.received_at_ms if one.reason == UnusedReason.CLOCK_AHEAD else one.at_ms
    if case.state is not None and case.state.last is not None:
        yield case.state.last[0]
