"""When nobody could see where a wearer was: the stretches between his positions that are longer than a limit.

They follow from the times of his positions alone, so that any order of arrival leaves the same ones.
"""

import uuid
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from geo.columns import Fixes
from registry.monitoring.engine import store
from registry.monitoring.engine.memory import Again
from registry.monitoring.engine.placing import fill_places
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.models import BlindSpell
from registry.monitoring.rules import VAGUE_SIGMA_M

Spell = tuple[int, int]
_MOST_IN_A_QUERY = 500


def gaps(times_ms: Iterable[int], limit_ms: int) -> list[Spell]:
    """Return the stretches of at least a limit between instants in ascending order.

    >>> gaps([0, 10, 70, 75], 60)
    [(10, 70)]
    """
    times = list(times_ms)
    return [(before, at) for before, at in zip(times, times[1:], strict=False) if at - before >= limit_ms]


def see(turn: Turn, fixes: Fixes) -> None:
    """Take in new positions, by wearer and time: those after all others may end a stretch, others cut through one.

    Positions that are too vague to tell where he is are none.
    """
    fill_places(turn.session, turn.draft, np.unique(fixes.slots))
    sigmas_m = turn.draft.method.accuracy.sigmas_m(fixes.accuracies_m, fixes.hdops)
    fixes = fixes.taken(np.nonzero(sigmas_m < VAGUE_SIGMA_M)[0])
    tracks, limit_ms = turn.draft.tracks, turn.policy.blind_after_ms
    known_ms = tracks.fixed_ms[fixes.slots]
    before_ms = known_ms.copy()
    goes_on = np.nonzero(fixes.slots[1:] == fixes.slots[:-1])[0] + 1
    before_ms[goes_on] = np.maximum(known_ms[goes_on], fixes.at_ms[goes_on - 1])
    is_newest = fixes.at_ms > known_ms
    found: dict[int, list[Spell]] = {}
    for place in np.nonzero(is_newest & ((fixes.at_ms - before_ms >= limit_ms) | (before_ms == NEVER_MS)))[0].tolist():
        slot, at_ms, last_ms = int(fixes.slots[place]), int(fixes.at_ms[place]), int(before_ms[place])
        begins_ms = _worn_from_ms(turn, slot, at_ms) if last_ms == NEVER_MS else last_ms
        found.setdefault(slot, []).extend(gaps([begins_ms, at_ms], limit_ms))
    _write(turn, found)
    late = np.nonzero(~is_newest)[0]
    if len(late):
        _cut(turn, fixes.taken(late))
    np.maximum.at(tracks.fixed_ms, fixes.slots, fixes.at_ms)


def see_again(turn: Turn, again: Again) -> None:
    """Find the stretches of wearers anew whose couplings changed, from the positions that are stored."""
    draft, limit_ms = turn.draft, turn.policy.blind_after_ms
    for slot, span in again.items():
        person_id = draft.couplings.persons[slot]
        before = (
            store.last_fix(turn.session, one, is_sharp=True)
            for one in draft.couplings.stretches(slot, NEVER_MS, span.from_ms)
        )
        last_ms = max((fix.at_ms for fix in before if fix is not None), default=None)
        base_ms = span.from_ms if last_ms is None else last_ms
        own = BlindSpell.person_id == person_id
        turn.session.execute(delete(BlindSpell).where(own, BlindSpell.until_ms > base_ms))
        stored = store.fixes(turn.session, draft.couplings.stretches(slot, base_ms + 1))
        times = [fix.at_ms for fix in stored if not store.is_vague(fix)]
        first = [base_ms] if last_ms is not None else [_worn_from_ms(turn, slot, times[0])] if times else []
        _write(turn, {slot: gaps([*first, *times], limit_ms)})
        draft.tracks.fixed_ms[slot] = max([last_ms if last_ms is not None else NEVER_MS, *times[-1:]])


def _worn_from_ms(turn: Turn, slot: int, at_ms: int) -> int:
    """When what he wears at an instant was put on: until his first position he is out of sight."""
    return min((worn.from_ms for worn in turn.draft.couplings.of_slot[slot] if worn.from_ms <= at_ms), default=at_ms)


def _cut(turn: Turn, late: Fixes) -> None:
    """Let positions that came late end the stretches in which they lie, and begin what is left of them."""
    persons = turn.draft.couplings.persons
    slots = {persons[slot]: slot for slot in np.unique(late.slots).tolist()}
    limit_ms, found = turn.policy.blind_after_ms, dict[int, list[Spell]]()
    for spell in _spells(turn.session, list(slots), (int(late.at_ms.min()), int(late.at_ms.max()))):
        slot = slots[spell.person_id]
        own_ms = np.unique(late.at_ms[late.slots == slot])
        within = own_ms[(own_ms > spell.from_ms) & (own_ms < spell.until_ms)].tolist()
        if within:
            found.setdefault(slot, []).extend(gaps([spell.from_ms, *within, spell.until_ms], limit_ms))
            turn.session.delete(spell)
    turn.session.flush()
    _write(turn, found)


def _spells(session: Session, person_ids: Sequence[uuid.UUID], between_ms: Spell) -> list[BlindSpell]:
    found: list[BlindSpell] = []
    for start in range(0, len(person_ids), _MOST_IN_A_QUERY):
        own = BlindSpell.person_id.in_(person_ids[start : start + _MOST_IN_A_QUERY])
        some = select(BlindSpell).where(own, BlindSpell.until_ms > between_ms[0], BlindSpell.from_ms < between_ms[1])
        found += session.scalars(some)
    return found


def _write(turn: Turn, found: dict[int, list[Spell]]) -> None:
    rows = [
        {"person_id": turn.draft.couplings.persons[slot], "from_ms": from_ms, "until_ms": until_ms}
        for slot, spells in found.items()
        for from_ms, until_ms in spells
    ]
    if rows:
        turn.session.execute(insert(BlindSpell), rows)
