"""Both tracks from where they are kept, each apart, and what they say of the two together."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.pair import Sample, nearness
from geo.policy import PairPolicy
from geo.projection import degree_lengths_m
from geo.spans import Span
from geo.track import Fix
from registry.monitoring.companions.models import CompanionFix
from registry.monitoring.engine import store
from registry.monitoring.engine.store import Stretch

# Further than anybody is carried on while his position is not known, and than the degrees differ over the country.
_FAR_M = 25_000.0


@dataclass(frozen=True, slots=True)
class Two:
    """Her device, and what the wearer wears from when until when."""

    companion_id: uuid.UUID
    worn: tuple[Stretch, ...]

    def within(self, span: Span) -> list[Stretch]:
        """Return what he wore within a stretch of time."""
        cut = [
            Stretch(one.device_number, max(one.from_ms, span.from_ms), _earliest(one.until_ms, span.until_ms))
            for one in self.worn
        ]
        return [one for one in cut if one.until_ms is None or one.from_ms < one.until_ms]


def samples_of(session: Session, two: Two, span: Span, policy: PairPolicy) -> list[Sample]:
    """Return both at each instant of a stretch of time at which that is known."""
    his = store.fixes(session, two.within(span))
    return nearness(his, hers_of(session, two.companion_id, span), policy) if his else []


def are_far(session: Session, two: Two, span: Span, policy: PairPolicy) -> bool:
    """Say whether the two were so far apart in a stretch of time that no line between positions brings them near."""
    his = store.fixes(session, two.within(span))
    hers = hers_of(session, two.companion_id, span) if his else []
    if not his or not hers:
        return False
    lat_m, lon_m = degree_lengths_m(his[0].lat_deg)
    lats_m = _gap([fix.lat_deg for fix in his], [fix.lat_deg for fix in hers]) * lat_m
    lons_m = _gap([fix.lon_deg for fix in his], [fix.lon_deg for fix in hers]) * lon_m
    return max(lats_m, lons_m) > policy.near_m + _FAR_M


def _gap(ones: Sequence[float], others: Sequence[float]) -> float:
    """How far two ranges lie apart; negative where they meet."""
    return max(min(ones) - max(others), min(others) - max(ones))


def hers_of(session: Session, companion_id: uuid.UUID, span: Span) -> list[Fix]:
    """Return her positions within a stretch of time."""
    own = select(CompanionFix.id, CompanionFix.at_ms, CompanionFix.sequence, CompanionFix.content_sealed).where(
        CompanionFix.companion_id == companion_id, CompanionFix.at_ms >= span.from_ms
    )
    if span.until_ms is not None:
        own = own.where(CompanionFix.at_ms < span.until_ms)
    rows = session.execute(own.order_by(CompanionFix.at_ms, CompanionFix.sequence)).all()
    return list(_opened((row.id, row.at_ms, row.sequence, bytes(row.content_sealed)) for row in rows))


def _opened(rows: Iterable[tuple[uuid.UUID, int, int, bytes]]) -> Iterable[Fix]:
    for row_id, at_ms, sequence, sealed in rows:
        lat_deg, lon_deg, accuracy_m, hdop, speed_mps = CompanionFix.content.open(row_id, sealed)
        if lat_deg is not None and lon_deg is not None:
            yield Fix(at_ms, lat_deg, lon_deg, accuracy_m, sequence, hdop, speed_mps)


def _earliest(first_ms: int | None, second_ms: int | None) -> int | None:
    return min((one for one in (first_ms, second_ms) if one is not None), default=None)
