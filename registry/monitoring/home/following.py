"""What home units say becomes episodes, breaches and alerts; part of the judging transaction.

Each change is judged anew from the last message before it that he was home: nothing goes on past that one, so that
in whatever order the messages come the same episodes follow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from geo.episode import Change, ChangeKind, Episode, Verdict
from geo.presence import Absence, Message, PresencePolicy, absences, next_change_ms, presence_episodes
from geo.reconcile import Revision, RevisionKind, reconcile
from geo.zones import Zone
from registry.monitoring.engine.known import known, known_since
from registry.monitoring.engine.memory import Again, AtHome
from registry.monitoring.engine.telling import Teller
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.engine.wearing import Home, Worn
from registry.monitoring.models import PRESENCE, EpisodeRecord, PingRow
from registry.monitoring.rules import CLOCK_AHEAD_MS, PING_CODES, EpisodeStatus, PingKind, Source

POLICY = PresencePolicy()
_HOME = PING_CODES[PingKind.PRESENT]
_MOST_AT_ONCE = 200


def follow_homes(turn: Turn, heard: Mapping[int, int], again: Again, *, is_tick: bool) -> None:
    """Judge the homes of which a unit spoke (number, instant), whose zones or units changed, or whose time has come."""
    couplings, from_ms = turn.draft.couplings, dict[int, int]()
    if not couplings.homes:
        return
    asked = [(worn.slot, at_ms) for number, at_ms in heard.items() for worn in couplings.worn[number]]
    asked += [(slot, span.from_ms) for slot, span in again.items()]
    asked += [(slot, turn.now_ms) for slot in _due(turn)] if is_tick else []
    for slot, at_ms in asked:
        if couplings.homes.get(slot):
            from_ms[slot] = min(at_ms, from_ms.get(slot, at_ms))
    oldest_ms = turn.now_ms - turn.policy.judge_again_ms
    for slot, at_ms in from_ms.items():
        _judge(turn, slot, max(at_ms, oldest_ms))


def _due(turn: Turn) -> Iterable[int]:
    """Whose episodes time alone changes by now, and some of those of whom a restart knows nothing yet."""
    known_of, now_ms = turn.draft.memory.at_home, turn.now_ms
    unknown = [slot for slot, units in turn.draft.couplings.homes.items() if units and slot not in known_of][
        :_MOST_AT_ONCE
    ]
    return [*unknown, *(slot for slot, one in known_of.items() if one.due_ms is not None and one.due_ms <= now_ms)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the units for one condition told: the last message that he was home before a change, and all after it."""

    zones: tuple[Zone, ...]
    base_ms: int
    absences: list[Absence]
    last_ms: int


def _judge(turn: Turn, slot: int, from_ms: int) -> None:
    draft, now_ms = turn.draft, turn.now_ms
    of_home: dict[Home, list[Worn]] = {}
    for worn in draft.couplings.homes[slot]:
        if worn.home is not None:
            of_home.setdefault(worn.home, []).append(worn)
    told = [_told(turn, slot, (home, units), from_ms) for home, units in of_home.items()]
    for one in told:
        found = [
            episode
            for zone in one.zones
            for episode in presence_episodes(one.absences, zone, now_ms, POLICY)
            if episode.start_ms > one.base_ms or episode.end_ms is None or episode.end_ms > one.base_ms
        ]
        of_others = {zone.id for other in told if other is not one for zone in other.zones}
        _tell(turn, slot, _Found(one.base_ms, one.last_ms, sorted(found, key=lambda each: each.order), of_others))
    changes_ms = [next_change_ms(one.absences, one.zones, now_ms, POLICY) for one in told]
    due_ms = min((at_ms for at_ms in changes_ms if at_ms is not None), default=None)
    draft.at_home[slot] = AtHome(max(one.last_ms for one in told), due_ms)


@dataclass(frozen=True, slots=True)
class _Found:
    """The episodes of one home since the last message before a change; the zones of his other homes are not its own."""

    base_ms: int
    last_ms: int
    episodes: Sequence[Episode]
    of_others: set[str]


def _told(turn: Turn, slot: int, which: tuple[Home, Sequence[Worn]], from_ms: int) -> _Told:
    home, units = which
    grounds = turn.draft.zones.grounds
    zones = tuple(
        zone
        for zone in turn.draft.zones.of_slot(slot)
        if zone.kind == "inclusion"
        and (grounds[zone.key].order_id, grounds[zone.key].reference) == (home.order_id, home.reference)
    )
    before = (_last_home_ms(turn, unit, from_ms - CLOCK_AHEAD_MS) for unit in units)
    # What is older than that is not judged again, and may have been destroyed.
    oldest_ms = turn.now_ms - turn.policy.judge_again_ms
    base_ms = max((at_ms for at_ms in before if at_ms is not None), default=oldest_ms)
    messages = [message for unit in units for message in _messages(turn, unit, base_ms)]
    last_ms = max((one.at_ms for one in messages), default=NEVER_MS)
    return _Told(zones, base_ms, absences(messages, turn.now_ms, POLICY), last_ms)


def _last_home_ms(turn: Turn, unit: Worn, before_ms: int) -> int | None:
    said = _said(unit, unit.from_ms).where(PingRow.kind == _HOME, PingRow.at_ms < before_ms)
    row = turn.session.execute(said.order_by(PingRow.at_ms.desc()).limit(1)).first()
    return None if row is None else min(row.at_ms, row.received_at_ms)


def _messages(turn: Turn, unit: Worn, from_ms: int) -> Iterable[Message]:
    """A time ahead of its receipt is cut to that; one from too far ahead shows only that a clock is wrong."""
    for row in turn.session.execute(_said(unit, max(unit.from_ms, from_ms))):
        yield Message(min(row.at_ms, row.received_at_ms), row.sequence, row.kind == _HOME)


def _said(unit: Worn, from_ms: int) -> Select[int, int, int, int]:
    said = select(PingRow.at_ms, PingRow.received_at_ms, PingRow.sequence, PingRow.kind).where(
        PRESENCE, PingRow.device_number == unit.device_number, PingRow.at_ms >= from_ms,
        PingRow.at_ms <= PingRow.received_at_ms + CLOCK_AHEAD_MS,
    )  # fmt: skip
    return said if unit.until_ms is None else said.where(PingRow.at_ms < unit.until_ms)


def _tell(turn: Turn, slot: int, found: _Found) -> None:
    """Lay the outcome beside what was told: what only went on is told as it goes, and the rest as judged anew."""
    session, person_id = turn.session, turn.draft.couplings.persons[slot]
    stored = known_since(session, (person_id, Source.HOME_UNIT), (found.base_ms, None), ())
    records = [record for record in stored if record.zone_id not in found.of_others]
    if not records and not found.episodes:
        return
    told = {str(record.id): known(record) for record in records}
    anew: list[Revision] = []
    changes: list[Change] = []
    for revision in reconcile(list(told.values()), found.episodes):
        former = None if revision.id is None else told[revision.id].episode
        went_on = _went_on(revision, former)
        changes += went_on
        if not went_on:
            anew.append(revision)
    # What he is known to be holds a while after the last message: an absence then goes on now.
    seen_ms = min(turn.now_ms, found.last_ms + round(POLICY.holds_s * 1000))
    teller = Teller(session, turn.now, turn.policy, person_id, seen_ms, Source.HOME_UNIT)
    # In the order of time, and what went on before what is new: of a zone one record is open, and the last one calls.
    teller.changes(sorted(changes, key=lambda change: change.episode.order), turn.draft.zones.grounds)
    teller.revisions(anew, turn.draft.zones.grounds)
    if seen_ms >= turn.now_ms - turn.policy.live_limit_ms and any(_waits(record) for record in records):
        teller.sound()


def _waits(record: EpisodeRecord) -> bool:
    return record.found_late and record.status == EpisodeStatus.OPEN and record.verdict == Verdict.CONFIRMED


def _went_on(revision: Revision, former: Episode | None) -> list[Change]:
    """The steps of an episode that is new, or that went on as it had begun; none of one that was told otherwise."""
    episode = revision.episode
    if episode is None or revision.kind not in (RevisionKind.OPENED, RevisionKind.REVISED):
        return []
    if former is not None:
        same = (former.start_ms, former.cause, former.zone_version)
        if former.end_ms is not None or same != (episode.start_ms, episode.cause, episode.zone_version):
            return []
        if former.verdict is Verdict.CONFIRMED and episode.verdict is not Verdict.CONFIRMED:
            return []
    steps: list[Change] = []
    going_on = replace(episode, end_ms=None, end_cause=None, reasons=episode.reasons[:1])
    begun = replace(going_on, verdict=Verdict.SUSPECTED, confirmed_ms=None)
    if former is None:
        steps.append(Change(ChangeKind.OPENED, begun))
    if episode.verdict is Verdict.CONFIRMED and (former is None or former.verdict is Verdict.SUSPECTED):
        steps.append(Change(ChangeKind.CONFIRMED, replace(going_on, reasons=episode.reasons[:2])))
    if episode.end_ms is not None:
        steps.append(Change(ChangeKind.CLOSED, episode))
    return steps
