"""The episodes that were made known, as geometry knows them."""

import uuid
from collections.abc import Iterable

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from geo.episode import Cause, EndCause, Episode, Reason, Verdict
from geo.reconcile import Known
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.rules import EpisodeStatus, Source


def episode_of(record: EpisodeRecord) -> Episode:
    """Return the episode as it was last told."""
    return Episode(
        record.zone_id,
        record.zone_version,
        record.start_ms,
        record.end_ms,
        Cause(record.cause),
        Verdict(record.verdict),
        None if record.end_cause is None else EndCause(record.end_cause),
        record.confirmed_ms,
        tuple(Reason(**reason) for reason in record.reasons),
    )


def known_since(
    session: Session, whose: tuple[uuid.UUID, Source], stretch: tuple[int, int | None], going_on: Iterable[Episode]
) -> list[EpisodeRecord]:
    """Return the episodes of a wearer by one source, oldest first, that belong to a stretch of time (epoch ms).

    They began in it, or went on at its beginning: by their times, or because they are among those `going_on` then, of
    which the end was found only later.
    """
    (person_id, source), (after_ms, until_ms) = whose, stretch
    began = EpisodeRecord.start_ms > after_ms
    if until_ms is not None:
        began = and_(began, EpisodeRecord.start_ms <= until_ms)
    went_on = and_(
        EpisodeRecord.start_ms <= after_ms, EpisodeRecord.end_ms.is_(None) | (EpisodeRecord.end_ms > after_ms)
    )
    named = [and_(EpisodeRecord.zone_id == one.zone_id, EpisodeRecord.start_ms == one.start_ms) for one in going_on]
    his = (EpisodeRecord.person_id == person_id, EpisodeRecord.source == source)
    own = select(EpisodeRecord).where(*his, or_(began, went_on, *named))
    return list(session.scalars(own.order_by(EpisodeRecord.recorded_at, EpisodeRecord.id)))


def known(record: EpisodeRecord) -> Known:
    """Return a record as `geo.reconcile` knows it."""
    return Known(
        str(record.id),
        episode_of(record),
        None if record.superseded_by_id is None else str(record.superseded_by_id),
        withdrawn=record.status == EpisodeStatus.WITHDRAWN,
    )
