"""How a wearer's track stood at points in the past, so that a late fix is judged from the nearest one.

A mark is left when something begins to be under way with a wearer, when nothing is any more, and at the turn of each
hour in between, with his state. Where the last mark says `over`, or there is none, nothing was under way.
"""

import uuid
from collections.abc import Iterable
from enum import StrEnum

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from geo.track import TrackState
from registry.db.sealing import seal, unseal
from registry.monitoring.engine import store
from registry.monitoring.models import TrackMark

HOUR_MS = 3_600_000


class MarkKind(StrEnum):
    """What a mark says of the time after it."""

    BEGUN = "begun"
    HELD = "held"
    OVER = "over"


def sealed_state(place: str, state: TrackState) -> bytes:
    """Return a state, which holds positions, sealed for its place."""
    return seal(orjson.dumps(state.to_dict()), place)


def opened_state(place: str, sealed: bytes) -> TrackState:
    """Read what `sealed_state` made for the same place."""
    return TrackState.from_dict(orjson.loads(unseal(sealed, place)))


def checkpoint_place(person_id: uuid.UUID) -> str:
    """Return where the state of a wearer's checkpoint is sealed for."""
    return f"track_checkpoint.state_sealed.{person_id}"


def marks_of(person_id: uuid.UUID, before: TrackState, after: TrackState) -> list[TrackMark]:
    """Return the marks that a stretch of track leaves in which something was under way."""
    found = []
    if before.is_quiet:
        found.append(_mark(person_id, MarkKind.BEGUN, before.last or (-1, 0)))
    if after.last is None:
        return found
    if after.is_quiet or before.last is None or before.last[0] // HOUR_MS != after.last[0] // HOUR_MS:
        found.append(_left(person_id, after.last, after))
    return found


def ended_at(person_id: uuid.UUID, at_ms: int, after: TrackState) -> TrackMark:
    """Return the mark of a wearer of whom the clock closed an episode at an instant (epoch ms)."""
    return _left(person_id, (at_ms, 0), after)


def _left(person_id: uuid.UUID, at: tuple[int, int], state: TrackState) -> TrackMark:
    if state.is_quiet:
        return _mark(person_id, MarkKind.OVER, at)
    held = _mark(person_id, MarkKind.HELD, at)
    held.state_sealed = sealed_state(_place(held), state)
    return held


def _mark(person_id: uuid.UUID, kind: MarkKind, last: tuple[int, int]) -> TrackMark:
    return TrackMark(person_id=person_id, at_ms=last[0], sequence=last[1], kind=kind.value, state_sealed=None)


def _place(mark: TrackMark) -> str:
    return f"track_mark.state_sealed.{mark.person_id}.{mark.at_ms}.{mark.sequence}"


def write(session: Session, marks: Iterable[TrackMark]) -> None:
    """Keep marks; one at the same fix takes the place of another."""
    names = ("person_id", "at_ms", "sequence", "kind", "state_sealed")
    rows = {
        (mark.person_id, mark.at_ms, mark.sequence): {name: getattr(mark, name) for name in names} for mark in marks
    }
    if not rows:
        return
    insert = (sqlite if store.is_sqlite(session) else postgresql).insert(TrackMark)
    new = {name: getattr(insert.excluded, name) for name in ("kind", "state_sealed")}
    statement = insert.on_conflict_do_update(index_elements=["person_id", "at_ms", "sequence"], set_=new)
    session.execute(statement, list(rows.values()))


def forget(session: Session, person_id: uuid.UUID, after_ms: int, until_ms: int | None) -> None:
    """Remove a wearer's marks after an instant (epoch ms), up to another."""
    own = delete(TrackMark).where(TrackMark.person_id == person_id, TrackMark.at_ms > after_ms)
    if until_ms is not None:
        own = own.where(TrackMark.at_ms <= until_ms)
    session.execute(own.execution_options(synchronize_session=False))


def latest(session: Session, person_id: uuid.UUID, at_ms: int) -> TrackMark | None:
    """Return a wearer's last mark at or before an instant (epoch ms)."""
    own = select(TrackMark).where(TrackMark.person_id == person_id, TrackMark.at_ms <= at_ms)
    return session.scalar(own.order_by(TrackMark.at_ms.desc(), TrackMark.sequence.desc()).limit(1))


def state_at(mark: TrackMark) -> TrackState | None:
    """Return the state that a mark holds, if it holds one."""
    return None if mark.state_sealed is None else opened_state(_place(mark), mark.state_sealed)


def settled(session: Session) -> Iterable[tuple[uuid.UUID, int]]:
    """Yield until when (epoch ms) something was last under way with each wearer."""
    yield from session.execute(select(TrackMark.person_id, func.max(TrackMark.at_ms)).group_by(TrackMark.person_id))
