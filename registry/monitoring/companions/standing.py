"""How two stand to one another now; asked afresh each time, and kept nowhere."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.pacing import Track
from geo.pair import Sample, is_beyond, sample_at
from geo.spans import Span, instant, span_at
from geo.track import Fix
from registry.access.rules import Actor
from registry.errors import Conflict
from registry.monitoring.companions.models import Companion
from registry.monitoring.companions.reading import Two, hers_of
from registry.monitoring.companions.rules import Standing, policy_of
from registry.monitoring.companions.service import companion_for, require_not_both
from registry.monitoring.engine import store
from registry.monitoring.engine.store import Stretch
from registry.monitoring.models import Coupling, Device
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import DeviceKind
from registry.orders.service import Bound, bound_by

_LOOKS_BACK_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Now:
    """How they stand at an instant; without a sample that is unknown, and when each was last placed says why."""

    companion_id: uuid.UUID
    at: datetime
    standing: Standing
    wearer_placed_at: datetime | None
    protected_placed_at: datetime | None
    sample: Sample | None


def standing_of(session: Session, actor: Actor, now: datetime, companion_id: uuid.UUID) -> Now:
    """Return how they stand now; raises Conflict once her consent was withdrawn, and what `require_not_both` does."""
    require_not_both(actor)
    companion = companion_for(session, actor, now, companion_id)
    if companion.revoked_at is not None:
        raise Conflict("consent_withdrawn", "Her consent was withdrawn: nothing is known of her any more.")
    policy, span = policy_of(companion.near_m), Span(epoch_ms(now) - _LOOKS_BACK_MS, epoch_ms(now) + 1)
    his, hers = _placed(session, companion, span)
    sample = sample_at((Track.of(his, policy), Track.of(hers, policy)), epoch_ms(now), policy)
    standing = Standing.UNKNOWN
    if sample is not None and sample.chance >= policy.suspect_chance:
        standing = Standing.NEAR
    elif sample is not None and is_beyond(policy.near_m, sample.distance_m, sample.sigma_m, policy):
        standing = Standing.APART
    return Now(companion.id, now, standing, _newest(his), _newest(hers), sample)


def _placed(session: Session, companion: Companion, span: Span) -> tuple[list[Fix], list[Fix]]:
    """Where both were lately, he first; nothing once her order does not bind, for then nobody may ask."""
    bound = bound_by(session, [companion.order_id]).get(companion.order_id)
    if bound is None or span_at(bound.binds, (span.until_ms or 0) - 1) is None:
        return [], []
    two = Two(companion.id, _worn(session, bound))
    return store.fixes(session, two.within(span)), hers_of(session, companion.id, span)


def _worn(session: Session, bound: Bound) -> tuple[Stretch, ...]:
    """What the wearer wears, by every id under which he is known."""
    coupled = (
        select(Device.number, Coupling.from_at, Coupling.until_at)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Coupling.person_id.in_(bound.person_ids), Coupling.kind == DeviceKind.TRACKER)
    )
    return tuple(
        Stretch(number, epoch_ms(from_at), None if until_at is None else epoch_ms(until_at))
        for number, from_at, until_at in session.execute(coupled)
    )


def _newest(fixes: list[Fix]) -> datetime | None:
    return instant(max(fix.at_ms for fix in fixes)) if fixes else None
