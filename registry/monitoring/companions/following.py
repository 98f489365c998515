"""Two tracks become stretches of nearness and alerts; part of the judging transaction.

Each change is judged anew from where nothing was under way before it, with the positions that are kept of both, so that
in whatever order they come the same stretches follow. Nothing is remembered of her but when she must be looked at next.
"""

import uuid
from collections.abc import Iterable

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import Fixes
from geo.nearing import nearnesses
from geo.nearness import Hold, NearEnd, Nearness
from geo.policy import PairPolicy
from geo.spans import Span as Time
from geo.spans import joined, span_at
from registry.monitoring.companions.models import Companion, NearnessRecord
from registry.monitoring.companions.owners import follow_owners
from registry.monitoring.companions.pairs import Pairs
from registry.monitoring.companions.reading import Two, are_far, samples_of
from registry.monitoring.companions.rules import CompanionPolicy, policy_of
from registry.monitoring.companions.telling import Teller, nearness_of
from registry.monitoring.companions.windows import Changed, Stretch, stretch_of
from registry.monitoring.engine.memory import Again, Draft, Span
from registry.monitoring.engine.turn import Turn
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import CLOCK_AHEAD_MS, LIVE_STATUSES, EpisodeStatus
from registry.orders.service import bound_by, whom_bound

_LOOK_AGAIN_MS = 30_000
_IS_CHANGED = Companion.changed_at.is_not(None)
_ANY_CHANGE = select(Companion.id).where(_IS_CHANGED).limit(1)
_Heard = dict[uuid.UUID, Span]


def learn_pairs(turn: Turn, *, is_changed: bool) -> None:
    """Take in which devices are carried with consent, and by whom they may be met, where a consent may have changed."""
    session, draft, memory = turn.session, turn.draft, turn.draft.memory
    is_same = draft.couplings is memory.couplings and draft.zones.revision == memory.zones.revision
    if not (is_changed and _take_changes(session)) and memory.pairs is not None and is_same:
        return
    follow_owners(session, turn.now)
    rows = session.execute(select(Companion.id, Companion.order_id).where(Companion.revoked_at.is_(None))).all()
    bound = whom_bound(session, {row.order_id for row in rows}) if rows else {}
    draft.pairs = Pairs.of({row.id: _slots(draft, bound.get(row.order_id, ())) for row in rows})
    if memory.pairs is None:
        going_on = select(NearnessRecord.companion_id).where(NearnessRecord.end_ms.is_(None))
        draft.pair_due |= dict.fromkeys(session.scalars(going_on), turn.now_ms)


def _take_changes(session: Session) -> bool:
    """Note that what was recorded of consent is known now; say whether there was anything."""
    if session.execute(_ANY_CHANGE).first() is None:
        return False
    for one in session.scalars(select(Companion).where(_IS_CHANGED).with_for_update(key_share=True)):
        one.changed_at = None
    return True


def _slots(draft: Draft, person_ids: Iterable[uuid.UUID]) -> tuple[int, ...]:
    slots = draft.couplings.slots
    return tuple(slots[person_id] for person_id in person_ids if person_id in slots)


def follow_pairs(turn: Turn, heard: _Heard, fixes: Fixes, again: Again, *, is_tick: bool) -> None:
    """Judge those of whom either was placed, whose device or order turned out otherwise, or whose time has come.

    Other areas of a wearer change nothing between the two of them.
    """
    draft = turn.draft
    pairs = draft.pairs or draft.memory.pairs
    if pairs is None or not pairs.slots:
        return
    asked: _Heard = {one: span for one, span in heard.items() if one in pairs.slots}
    coupled = again.items() if draft.couplings is not draft.memory.couplings else ()
    if draft.pairs is not None:
        for companion_id, span in _bound_no_longer(turn, pairs):
            asked[companion_id] = asked[companion_id].with_(span) if companion_id in asked else span
    for slot, span in [*_moved(pairs, fixes), *coupled]:
        for companion_id in pairs.of_slot.get(slot, ()):
            asked[companion_id] = asked[companion_id].with_(span) if companion_id in asked else span
    if is_tick:
        now = Span(turn.now_ms, turn.now_ms)
        asked |= {one: now for one in _due(turn, pairs) if one not in asked}
    for companion_id, span in asked.items():
        _judge(turn, companion_id, pairs.slots[companion_id], span)


def _bound_no_longer(turn: Turn, pairs: Pairs) -> Iterable[tuple[uuid.UUID, Span]]:
    """What was told, and was over, of a time in which the order did not bind, as is known by now."""
    told = select(
        NearnessRecord.companion_id, NearnessRecord.order_id, NearnessRecord.start_ms, NearnessRecord.end_ms
    ).where(
        NearnessRecord.companion_id.in_(select(Companion.id).where(Companion.revoked_at.is_(None))),
        NearnessRecord.status == EpisodeStatus.CLOSED,
        NearnessRecord.start_ms >= turn.now_ms - CompanionPolicy().kept_ms,
    )
    rows = [row for row in turn.session.execute(told) if row.companion_id in pairs.slots]
    bound = bound_by(turn.session, {row.order_id for row in rows}) if rows else {}
    for row in rows:
        binds = bound[row.order_id].binds if row.order_id in bound else ()
        hold = span_at(binds, row.start_ms)
        if hold is None or (hold.until_ms is not None and hold.until_ms < row.end_ms):
            yield row.companion_id, Span(row.start_ms, row.end_ms)


def _moved(pairs: Pairs, fixes: Fixes) -> Iterable[tuple[int, Span]]:
    """When each wearer was placed who has somebody to be kept away from."""
    of_pairs = fixes.taken(np.nonzero(np.isin(fixes.slots, list(pairs.of_slot)))[0])
    for slot in np.unique(of_pairs.slots).tolist():
        at_ms = of_pairs.at_ms[of_pairs.slots == slot]
        yield slot, Span(int(at_ms.min()), int(at_ms.max()))


def _due(turn: Turn, pairs: Pairs) -> Iterable[uuid.UUID]:
    due_ms = turn.draft.memory.pair_due | turn.draft.pair_due
    return [one for one, at_ms in due_ms.items() if at_ms is not None and at_ms <= turn.now_ms and one in pairs.slots]


def _judge(turn: Turn, companion_id: uuid.UUID, slots: tuple[int, ...], span: Span) -> None:
    own = select(Companion).where(Companion.id == companion_id, Companion.revoked_at.is_(None))
    locked = own.with_for_update(key_share=True).execution_options(populate_existing=True)
    companion = turn.session.scalar(locked)
    if companion is None:
        return
    newest_ms = turn.now_ms + CLOCK_AHEAD_MS
    oldest_ms = max(turn.now_ms - CompanionPolicy().kept_ms, epoch_ms(companion.consented_at))
    until_ms = newest_ms if span.until_ms is None else min(span.until_ms, newest_ms)
    if until_ms < oldest_ms:
        return
    records = _records(turn, companion_id, oldest_ms)
    told = [nearness_of(record) for record in records if record.status in LIVE_STATUSES]
    changed = Changed((max(span.from_ms, oldest_ms), until_ms), oldest_ms, newest_ms, told)
    two = _two(turn, companion_id, slots, oldest_ms)
    if _changes_nothing(turn, two, changed, policy_of(companion.near_m)):
        return
    stretch = _stretch(turn, companion, two, changed)
    found = _found(turn, companion, two, stretch)
    seen_ms = stretch.samples[-1].at_ms if stretch.samples else oldest_ms
    Teller(turn, companion, seen_ms).tell(_within(records, stretch), found)
    _note_due(turn, companion.id, found)


def _two(turn: Turn, companion_id: uuid.UUID, slots: tuple[int, ...], oldest_ms: int) -> Two:
    couplings = turn.draft.couplings
    return Two(companion_id, tuple(one for slot in slots for one in couplings.stretches(slot, oldest_ms)))


def _changes_nothing(turn: Turn, two: Two, changed: Changed, policy: PairPolicy) -> bool:
    """Most of the time the two are far apart, and nothing was told of the time around: no more need be read."""
    from_ms, until_ms = changed.span[0] - policy.reach_ms, changed.span[1] + policy.reach_ms
    around = (one for one in changed.told if one.end_ms is None or one.end_ms >= from_ms)
    if any(one.start_ms <= until_ms for one in around):
        return False
    return are_far(turn.session, two, Time(from_ms, until_ms + 1), policy)


def _stretch(turn: Turn, companion: Companion, two: Two, changed: Changed) -> Stretch:
    policy = policy_of(companion.near_m)
    return stretch_of(lambda time: samples_of(turn.session, two, time, policy), changed, policy)


def _found(turn: Turn, companion: Companion, two: Two, stretch: Stretch) -> tuple[Nearness, ...]:
    """What the samples show while the order binds, her consent holds and he wears a device."""
    bound = bound_by(turn.session, [companion.order_id]).get(companion.order_id)
    consented_ms = epoch_ms(companion.consented_at)
    binds = bound.binds if bound is not None else ()
    consented = joined(Time(max(one.from_ms, consented_ms), one.until_ms) for one in binds)
    worn = joined(Time(one.from_ms, one.until_ms) for one in two.worn)
    holds = [hold for one in consented for on in worn if not (hold := _both(one, on)).is_empty]
    now_ms = turn.now_ms if stretch.until_ms is None else stretch.until_ms
    return nearnesses(stretch.samples, holds, now_ms, policy_of(companion.near_m), stretch.start)


def _both(binds: Time, worn: Time) -> Hold:
    """The time of both; it ends as what ends first, the order where both do."""
    from_ms = max(binds.from_ms, worn.from_ms)
    if worn.until_ms is None or (binds.until_ms is not None and binds.until_ms <= worn.until_ms):
        return Hold(from_ms, binds.until_ms)
    return Hold(from_ms, worn.until_ms, NearEnd.NO_LONGER_WORN)


def _records(turn: Turn, companion_id: uuid.UUID, since_ms: int) -> list[NearnessRecord]:
    """What was told of the time since an instant, the oldest first."""
    own = select(NearnessRecord).where(
        NearnessRecord.companion_id == companion_id,
        NearnessRecord.end_ms.is_(None) | (NearnessRecord.end_ms >= since_ms),
    )
    return list(turn.session.scalars(own.order_by(NearnessRecord.recorded_at, NearnessRecord.id)))


def _within(records: Iterable[NearnessRecord], stretch: Stretch) -> list[NearnessRecord]:
    """What was told of the time that is judged anew."""
    return [
        one
        for one in records
        if (one.start_ms >= stretch.from_ms or one.end_ms is None or one.end_ms > stretch.from_ms)
        and (stretch.until_ms is None or one.start_ms <= stretch.until_ms)
    ]


def _note_due(turn: Turn, companion_id: uuid.UUID, found: Iterable[Nearness]) -> None:
    """Look again soon at what goes on: the clock, or a change of the order, may end it without a position."""
    goes_on = any(one.end_ms is None for one in found)
    turn.draft.pair_due[companion_id] = turn.now_ms + _LOOK_AGAIN_MS if goes_on else None
