"""What devices say of themselves becomes stretches of time, and calls a human; part of the judging transaction.

Strap, case, emergency and jamming are what happened: in whatever order their messages come, the same stretches follow.
Battery and charger are a state, of which only the newest message counts.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from registry.monitoring.engine.memory import Draft
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.models import PingRow
from registry.monitoring.rules import PING_CODES, PingKind
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.rules import STATES, Mark, Sign, SignalKind, Spell, heard, spells, states_after
from registry.monitoring.signals.telling import Said, close, tell

_ALL_CLEAR = PING_CODES[PingKind.ALL_CLEAR]
_CLOCK_AHEAD_MS = 60_000
_SAID_AGAIN_MS = 3_600_000
# When what was told of an instant was said, for what is new.
_Said = dict[int, int]


def follow(turn: Turn, signs: Sequence[Sign]) -> None:
    """Take in the signs of a round, stored already as pings."""
    by_device: dict[int, list[Sign]] = {}
    for sign in signs:
        # The stretches around an older one cannot be laid anew: the messages that they rest on may have been removed.
        if sign.at_ms < turn.oldest_ms:
            continue
        by_device.setdefault(sign.device_number, []).append(sign)
    for number, own in sorted(by_device.items()):
        said_ms: _Said = {}
        for sign in own:
            said_ms[sign.at_ms] = max(sign.said_ms, said_ms.get(sign.at_ms, NEVER_MS))
        _follow_states(turn, number, own, said_ms)
        marks: dict[SignalKind, list[Mark]] = {}
        for sign in own:
            for kind in sign.named.keys() - STATES - {SignalKind.IMPLAUSIBLE}:
                marks.setdefault(kind, []).append(Mark(sign.at_ms, sign.sequence, sign.named[kind]))
        for kind, found in sorted(marks.items()):
            _follow_marks(turn, (number, kind), found, said_ms)
        for sign in own:
            if SignalKind.IMPLAUSIBLE in sign.named:
                _follow_moment(turn, (number, SignalKind.IMPLAUSIBLE), sign.at_ms)


def going_on(session: Session) -> dict[int, frozenset[SignalKind]]:
    """Return which states hold for each device, for the memory of the judge."""
    rows = session.execute(
        select(DeviceSignal.device_number, DeviceSignal.kind).where(
            DeviceSignal.until_ms.is_(None), DeviceSignal.kind.in_(STATES)
        )
    )
    found: dict[int, frozenset[SignalKind]] = {}
    for number, kind in rows:
        found[number] = found.get(number, frozenset()) | {SignalKind(kind)}
    return found


def adopt(turn: Turn, slots: Iterable[int]) -> None:
    """Give what a device said before its coupling was known to whoever wore it, and call for it now."""
    couplings = turn.draft.couplings
    numbers = {worn.device_number for slot in slots for worn in couplings.of_slot.get(slot, ())}
    nobodys = select(DeviceSignal).where(DeviceSignal.device_number.in_(numbers), DeviceSignal.coupling_id.is_(None))
    for record in turn.session.scalars(nobodys.order_by(DeviceSignal.from_ms)):
        if couplings.worn_at(record.device_number, record.from_ms) is not None:
            tell(turn, record, Said(record.from_ms, record.last_ms))


def _follow_states(turn: Turn, number: int, own: Sequence[Sign], said_ms: _Said) -> None:
    draft = turn.draft
    before = draft.signals.get(number, draft.memory.signals.get(number, frozenset()))
    states, changed_ms = before, dict[SignalKind, int]()
    for sign in sorted(own, key=lambda sign: (sign.at_ms, sign.sequence)):
        if not _is_newest(draft, sign):
            continue
        after = states_after(states, sign.named, sign.battery_pct)
        changed_ms |= dict.fromkeys(states ^ after, sign.at_ms)
        states = after
    for kind in sorted(states ^ before):
        spell = Spell(changed_ms[kind], changed_ms[kind])
        if kind in states:
            _lay(turn, (number, kind), [], [spell], said_ms)
        else:
            for record in _records(turn.session, (number, kind), None):
                close(turn, record, changed_ms[kind])
    draft.signals[number] = states


def _is_newest(draft: Draft, sign: Sign) -> bool:
    """Say whether nothing newer was known; a clock that ran ahead once does not silence its device until then."""
    newest_ms = draft.memory.newest_ms.get(sign.device_number, NEVER_MS)
    return sign.at_ms >= newest_ms or newest_ms > sign.received_at_ms + _CLOCK_AHEAD_MS


_Key = tuple[int, SignalKind]


def _follow_marks(turn: Turn, key: _Key, marks: list[Mark], said_ms: _Said) -> None:
    first_ms = min(mark.at_ms for mark in marks)
    latest = _latest(turn.session, key)
    # Only of what follows all other messages is it sure that no mark without a stretch of its own comes after it.
    if first_ms > max(turn.draft.memory.newest_ms.get(key[0], NEVER_MS), latest.last_ms if latest else NEVER_MS):
        records = [latest] if latest is not None and latest.until_ms is None else []
        _lay(turn, key, records, spells(marks, _spell(records[0]) if records else None), said_ms)
        return
    records = _records(turn.session, key, first_ms)
    base_ms = min([first_ms, *(record.from_ms for record in records)])
    _lay(turn, key, records, spells(_stored(turn.session, key, base_ms)), said_ms)


def _follow_moment(turn: Turn, key: _Key, at_ms: int) -> None:
    """What the judge itself noticed is over at once; within the hour it belongs to what it noticed before."""
    latest = _latest(turn.session, key)
    if latest is not None and latest.last_ms <= at_ms <= latest.last_ms + _SAID_AGAIN_MS:
        latest.last_ms = latest.until_ms = at_ms
    else:
        _lay(turn, key, [], [Spell(at_ms, at_ms, at_ms)], {})


def _spell(record: DeviceSignal) -> Spell:
    return Spell(record.from_ms, record.last_ms, record.until_ms)


def _latest(session: Session, key: _Key) -> DeviceSignal | None:
    return session.scalars(_of(key).order_by(DeviceSignal.from_ms.desc()).limit(1)).first()


def _records(session: Session, key: _Key, since_ms: int | None) -> list[DeviceSignal]:
    """The stretches that go on or end at or after an instant, oldest first; with None those that go on."""
    ended = [] if since_ms is None else [DeviceSignal.until_ms >= since_ms]
    query = _of(key).where(or_(DeviceSignal.until_ms.is_(None), *ended))
    return list(session.scalars(query.order_by(DeviceSignal.from_ms)))


def _of(key: _Key) -> Select[DeviceSignal]:
    return select(DeviceSignal).where(DeviceSignal.device_number == key[0], DeviceSignal.kind == key[1])


def _stored(session: Session, key: _Key, from_ms: int) -> list[Mark]:
    """The marks of a device's stored messages from an instant on, found by the index of those with an alarm."""
    number, kind = key
    rows = session.execute(
        select(PingRow.at_ms, PingRow.received_at_ms, PingRow.sequence, PingRow.kind, PingRow.alarm).where(
            PingRow.device_number == number, PingRow.at_ms >= from_ms, PingRow.alarm.is_not(None)
        )
    )
    found = []
    for row in rows:
        named = heard(row.alarm or "", all_clear=row.kind == _ALL_CLEAR)
        if kind in named:
            found.append(Mark(min(row.at_ms, row.received_at_ms), row.sequence, named[kind]))
    return found


def _lay(turn: Turn, key: _Key, records: Sequence[DeviceSignal], found: Sequence[Spell], said_ms: _Said) -> None:
    """Let the records say what was found: one that a stretch holds keeps its id, and what is new is told."""
    left = list(records)
    for spell in found:
        mine = next((one for one in left if _holds(spell, one.from_ms)), None)
        said = _said(spell, said_ms)
        if mine is None:
            mine = DeviceSignal(
                device_number=key[0], kind=key[1].value, from_ms=spell.from_ms, last_ms=spell.last_ms, until_ms=None,
                found_late=False, recorded_at=turn.now,
            )  # fmt: skip
            tell(turn, mine, said)
        else:
            left.remove(mine)
            said_again = spell.last_ms - mine.last_ms > _SAID_AGAIN_MS
            mine.from_ms, mine.last_ms = spell.from_ms, spell.last_ms
            tell(turn, mine, said, anew=said_again)
        if spell.until_ms is not None:
            close(turn, mine, spell.until_ms)
        elif mine.until_ms is not None:
            mine.until_ms = None
    for record in left:
        close(turn, record, record.from_ms)


def _said(spell: Spell, said_ms: _Said) -> Said:
    """When a stretch was said to begin, and when it was said last: of a position that is old by then, much later."""
    within = [said_ms[at_ms] for at_ms in said_ms if spell.from_ms <= at_ms <= spell.last_ms]
    return Said(said_ms.get(spell.from_ms, spell.from_ms), max([spell.last_ms, *within]))


def _holds(spell: Spell, at_ms: int) -> bool:
    return spell.from_ms <= at_ms and (spell.until_ms is None or at_ms < spell.until_ms)
