"""How far all have come, on disk: where a successor goes on, and from where it goes over the pings once more.

A wearer who was judged anew is written at once. The others, who only moved on, are written by a sweep, a piece with
each turn; what it writes is as of its beginning or newer. Until it is done, the marks of the buckets say from where on
pings are to be gone over; then they move on to the oldest that came after it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from geo import spans
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.memory import Draft, lower
from registry.monitoring.engine.sweep import Sweep
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.models import BucketMark, ListeningMark, TrackCheckpoint
from registry.monitoring.rules import Held

_LISTENING_BREAK_MS = 60_000


def save(turn: Turn, taken: int) -> None:
    """Write what was judged anew, and a piece of the sweep: of each kind as many as the pings that this turn took."""
    session, draft, now_ms = turn.session, turn.draft, turn.now_ms
    memory = draft.memory
    _save_wearers(session, draft)
    sweep = memory.sweep
    if not 0 <= now_ms - memory.saved_at_ms < turn.policy.checkpoint_every_ms:
        _keep_listening(session, now_ms)
        draft.saved_at_ms = now_ms
        if sweep.is_done:
            sweep = draft.begin_sweep()
    if sweep.is_done and not draft.begins_sweep:
        _mark(session, draft)
        return
    many = max(taken, turn.policy.least_swept)
    draft.swept = sweep.piece(many)
    _write(session, draft, draft.swept)
    draft.sweep = sweep.without(many)
    if draft.sweep.is_done:
        _move_marks(session, draft)
    else:
        _mark(session, draft)


def _write(session: Session, draft: Draft, piece: Sweep) -> None:
    tracks, persons = draft.tracks, draft.couplings.persons
    store.save_tracks(
        session,
        [
            (int(tracks.last_ms[slot]), int(tracks.last_sequence[slot]), _sealed(draft, slot), persons[slot])
            for slot in piece.slots
        ],
    )
    store.save_devices(session, [(draft.newest(number), number) for number in piece.devices])
    store.save_pulses(session, draft.memory.pulses.rows(piece.pulses))


def _keep_listening(session: Session, now_ms: int) -> None:
    """Note that pings are taken in now, and since when without a break: before it, no device could be heard."""
    mark = session.get(ListeningMark, 1)
    if mark is None:
        session.add(ListeningMark(id=1, since_ms=now_ms, seen_ms=now_ms))
        return
    if abs(now_ms - mark.seen_ms) > _LISTENING_BREAK_MS:
        mark.since_ms = now_ms
    mark.seen_ms = now_ms


def _save_wearers(session: Session, draft: Draft) -> None:
    rows = []
    for slot in sorted(draft.save_now):
        last_ms = int(draft.tracks.last_ms[slot])
        row: dict[str, Any] = {"person_id": draft.couplings.persons[slot]}
        row |= {"last_ms": None if last_ms == NEVER_MS else last_ms}
        row |= {"last_sequence": int(draft.tracks.last_sequence[slot]), "state_sealed": _sealed(draft, slot)}
        rows.append(row | {"held": _held_to(draft.zones.held.get(slot, {}))})
    if not rows:
        return
    insert = (sqlite if store.is_sqlite(session) else postgresql).insert(TrackCheckpoint)
    new = {name: getattr(insert.excluded, name) for name in ("last_ms", "last_sequence", "held", "state_sealed")}
    session.execute(insert.on_conflict_do_update(index_elements=["person_id"], set_=new), rows)


def _sealed(draft: Draft, slot: int) -> bytes | None:
    """The state of a wearer with whom something is under way, which holds positions."""
    if not draft.tracks.watched[slot]:
        return None
    return marks.sealed_state(marks.checkpoint_place(draft.couplings.persons[slot]), draft.state(slot))


def _mark(session: Session, draft: Draft) -> None:
    """Note from where the pings must be gone over if the process ends before the sweep after them is done."""
    marked = draft.memory.marks
    lowered = {bucket: at_ms for bucket, at_ms in draft.marks.items() if at_ms < marked.get(bucket, at_ms + 1)}
    if not lowered:
        return
    insert = (sqlite if store.is_sqlite(session) else postgresql).insert(BucketMark)
    oldest = {"oldest_ms": insert.excluded.oldest_ms}
    session.execute(insert.on_conflict_do_update(index_elements=["bucket"], set_=oldest), _rows(lowered))
    draft.marked = marked | lowered


def _move_marks(session: Session, draft: Draft) -> None:
    """Note that what came before the sweep need not be gone over any more."""
    memory = draft.memory
    draft.marked = {} if draft.begins_sweep else lower(memory.marks_since, draft.marks)
    if memory.marks:
        session.execute(delete(BucketMark))
    if draft.marked:
        session.execute(sql_insert(BucketMark), _rows(draft.marked))


def _rows(oldest_ms: Mapping[int, int]) -> list[dict[str, int]]:
    return [{"bucket": bucket, "oldest_ms": at_ms} for bucket, at_ms in oldest_ms.items()]


def _held_to(held: Held) -> list[list[object]]:
    return [
        [zone_id, version, [[span.from_ms, span.until_ms] for span in holds]]
        for (zone_id, version), holds in held.items()
    ]


def held_from(document: Iterable[list[Any]]) -> Held:
    """Read what a checkpoint says of the zones that a wearer was held to."""
    return {
        (zone_id, version): tuple(spans.Span(from_ms, until_ms) for from_ms, until_ms in held)
        for zone_id, version, held in document
    }
