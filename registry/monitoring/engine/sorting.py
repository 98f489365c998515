"""The first half of judging: what of a batch is new, and stored; what is a duplicate or a conflict; who wore what."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from geo.columns import Fixes
from registry.access.rules import Actor
from registry.monitoring.devices import register_devices
from registry.monitoring.engine import store
from registry.monitoring.engine.memory import Draft
from registry.monitoring.engine.pulses import Beat
from registry.monitoring.engine.store import Key, Row
from registry.monitoring.models import PingConflict
from registry.monitoring.pings import Ping, content_hash
from registry.monitoring.rules import (
    CLOCK_AHEAD_MS,
    PING_CODES,
    VAGUE_SIGMA_M,
    PingKind,
    PingOutcome,
    UnusedReason,
    bucket_of,
)
from registry.monitoring.signals.rules import CHARGED_PCT, Sign, SignalKind, heard

_astuple = msgspec.structs.astuple
_CONTENT_FROM = Ping.__struct_fields__.index("lat_deg")
_POSITION = PingKind.POSITION
_NOBODY = np.zeros(0, dtype=np.int64)
_PRESENT = PING_CODES[PingKind.PRESENT]
_ALL_CLEAR = PING_CODES[PingKind.ALL_CLEAR]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a gateway could not use and answers with success all the same: kept as it came."""

    format: str
    code: str
    pointer: str
    content: str


@dataclass(slots=True)
class Submission:
    """A batch of one organisation's pings, on its way to being judged; `outcomes` is the answer."""

    actor: Actor
    received_at_ms: int
    pings: Sequence[Ping]
    digest: str
    refusals: Sequence[Refusal] = ()
    outcomes: list[PingOutcome] = field(default_factory=list)
    hashes: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.hashes = [content_hash(ping) for ping in self.pings]

    def pieces(self, most: int) -> list["Submission"]:
        """Return it in pieces of at most so many pings, each to be stored on its own; what was refused goes first."""
        starts = range(0, len(self.pings), most)
        return [
            Submission(
                self.actor, self.received_at_ms, self.pings[start : start + most], self.digest,
                () if start else self.refusals,
            )
            for start in starts
        ]  # fmt: skip

    @property
    def organisation_id(self) -> uuid.UUID:
        """Return whose devices these are."""
        return self.actor.organisation_id


@dataclass(frozen=True, slots=True)
class Sorted:
    """What came of a round of submissions."""

    rows: list[Row]
    fixes: Fixes
    signs: list[Sign]
    unused: list[Row]
    heard_units: dict[int, int]


_Fresh = dict[Key, tuple[Submission, int]]


def sort_out(session: Session, draft: Draft, now: datetime, submissions: Sequence[Submission]) -> Sorted:
    """Give each ping its outcome, and return the new ones as rows and as fixes to judge."""
    fresh: _Fresh = {}
    released = draft.couplings.released
    suspects: list[Key] = []
    again: list[tuple[Key, Submission, int]] = []
    for submission in submissions:
        submission.outcomes = [PingOutcome.ACCEPTED] * len(submission.pings)
        numbers = _numbers(session, draft, now, submission)
        newest = {number: draft.newest(number) for number in numbers.values()}
        draft.beats.append(Beat(submission.received_at_ms, np.array([*numbers.values()], dtype=np.int64)))
        for index, ping in enumerate(submission.pings):
            number, at_ms = numbers[ping.device], ping.at_ms
            if number in released and draft.couplings.is_released(number, at_ms):
                submission.outcomes[index] = PingOutcome.NOT_STORED
                continue
            kind = 0 if ping.kind is _POSITION else PING_CODES[ping.kind]
            key = (bucket_of(number), at_ms, number, ping.sequence, kind)
            if key in fresh:
                again.append((key, submission, index))
                continue
            fresh[key] = (submission, index)
            if at_ms <= newest[number]:
                suspects.append(key)
    stored = store.find(session, suspects)
    again += [(key, *fresh.pop(key)) for key in stored]
    _tell_apart(session, fresh, stored, again)
    return _rows(draft, fresh)


def _numbers(session: Session, draft: Draft, now: datetime, submission: Submission) -> dict[str, int]:
    """The number of each device that is named; a device first heard of is registered, so that nothing is lost."""
    owner = submission.organisation_id
    numbers: dict[str, int] = {}
    unknown: set[str] = set()
    for name in {ping.device for ping in submission.pings}:
        number = draft.number(owner, name)
        if number is None:
            unknown.add(name)
        else:
            numbers[name] = number
    if unknown:
        registered = register_devices(session, now, owner, unknown)
        draft.numbers.setdefault(owner, {}).update(registered)
        numbers |= registered
    return numbers


def _tell_apart(
    session: Session, fresh: _Fresh, stored: dict[Key, bytes], again: list[tuple[Key, Submission, int]]
) -> None:
    """Duplicates say the same as what came before; what says something else is kept as a conflict."""
    conflicts = []
    for key, submission, index in again:
        known = stored.get(key)
        if known is None:
            first, place = fresh[key]
            known = first.hashes[place]
        if submission.hashes[index] == known:
            submission.outcomes[index] = PingOutcome.DUPLICATE
            continue
        submission.outcomes[index] = PingOutcome.CONFLICT
        bucket, at_ms, number, sequence, kind = key
        conflicts.append(
            {
                "bucket": bucket,
                "at_ms": at_ms,
                "device_number": number,
                "sequence": sequence,
                "kind": kind,
                "content_hash": submission.hashes[index],
                "received_at_ms": submission.received_at_ms,
                "content": list(_astuple(submission.pings[index])[_CONTENT_FROM:]),
            }
        )
    if conflicts:
        insert = (sqlite if store.is_sqlite(session) else postgresql).insert(PingConflict)
        session.execute(insert.on_conflict_do_nothing(), conflicts)


def _rows(draft: Draft, fresh: _Fresh) -> Sorted:
    rows: list[Row] = []
    slots: list[int] = []
    placed: list[Row] = []
    newest_ms, marks = draft.newest_ms, draft.marks
    for key, (submission, index) in fresh.items():
        ping, received_at_ms = submission.pings[index], submission.received_at_ms
        bucket, at_ms, number, _, _ = key
        slot = -1
        if ping.lat_deg is not None and at_ms <= received_at_ms + CLOCK_AHEAD_MS:
            slot = draft.couplings.slot_at(number, at_ms)
        content = _astuple(ping)[_CONTENT_FROM:]
        row = (*key, ping.message_at_ms, received_at_ms, *content, submission.hashes[index], slot >= 0)
        rows.append(row)
        if slot >= 0:
            slots.append(slot)
            placed.append(row)
        if at_ms > newest_ms.get(number, -1):
            newest_ms[number] = max(at_ms, draft.newest(number))
        if at_ms < marks.get(bucket, at_ms + 1):
            marks[bucket] = at_ms
    fixes = _fixes(slots, placed)
    if placed:
        draft.beats.append(_beat(draft, fixes, placed))
    return Sorted(rows, fixes, *_besides(draft, fresh), _of_units(draft, fresh))


def _of_units(draft: Draft, fresh: _Fresh) -> dict[int, int]:
    """Of each home unit that said whether somebody is home, the oldest instant of it (epoch ms)."""
    units = draft.couplings.units
    keys = [key for key in fresh if key[4] >= _PRESENT and key[2] in units] if units else []
    said = sorted(((key[2], min(key[1], fresh[key][0].received_at_ms)) for key in keys), reverse=True)
    if said:
        draft.beats.append(Beat(0, _NOBODY, *np.array(said, dtype=np.int64).T))
    return dict(said)


def _besides(draft: Draft, fresh: _Fresh) -> tuple[list[Sign], list[Row]]:
    """What devices say of themselves, where something is or was the matter, and why positions are not judged."""
    ailing, unused = set(draft.memory.signals), list[Row]()
    for key, (submission, index) in fresh.items():
        ping, received_at_ms = submission.pings[index], submission.received_at_ms
        if ping.alarm is not None or (ping.battery_pct is not None and ping.battery_pct < CHARGED_PCT):
            ailing.add(key[2])
        if key[1] > received_at_ms + CLOCK_AHEAD_MS:
            ailing.add(key[2])
            if ping.lat_deg is not None:
                unused.append((*key, received_at_ms, UnusedReason.CLOCK_AHEAD.value))
        elif ping.is_null_island:
            unused.append((*key, received_at_ms, UnusedReason.NULL_ISLAND.value))
    return (_signs(draft, fresh, ailing) if ailing else []), unused


def _beat(draft: Draft, fixes: Fixes, placed: list[Row]) -> Beat:
    """When devices were placed; a position that is too vague to tell where somebody is places nobody."""
    numbers = np.array([row[2] for row in placed], dtype=np.int64)
    received_ms = np.array([row[6] for row in placed], dtype=np.int64)
    tell = draft.method.accuracy.sigmas_m(fixes.accuracies_m, fixes.hdops) < VAGUE_SIGMA_M
    return Beat(placed_numbers=numbers[tell], placed_ms=np.minimum(fixes.at_ms, received_ms)[tell])


def _signs(draft: Draft, fresh: _Fresh, ailing: set[int]) -> list[Sign]:
    """What devices with whom something is or was the matter say of themselves."""
    found = []
    for (_, at_ms, number, sequence, kind), (submission, index) in fresh.items():
        ping = submission.pings[index]
        if number not in ailing:
            continue
        alarm, battery_pct = ping.alarm, ping.battery_pct
        named = {} if alarm is None else heard(alarm, all_clear=kind == _ALL_CLEAR)
        received_at_ms = submission.received_at_ms
        is_ahead = at_ms > received_at_ms + CLOCK_AHEAD_MS
        if is_ahead or number in draft.memory.signals:
            named[SignalKind.CLOCK] = is_ahead
        if named or battery_pct is not None:
            at_ms, said_ms = min(at_ms, received_at_ms), min(ping.said_ms, received_at_ms)
            found.append(Sign(number, at_ms, sequence, received_at_ms, named, battery_pct, said_ms))
    return found


def _fixes(slots: list[int], placed: list[Row]) -> Fixes:
    def column(place: int, kind: type = float) -> Any:
        return np.array([row[place] for row in placed], dtype=kind)

    places_deg = np.array([(row[7], row[8]) for row in placed], dtype=np.float64).reshape(-1, 2)
    return Fixes(
        np.array(slots, dtype=np.int64), column(1, np.int64), column(3, np.int64), places_deg, column(9), column(10),
        column(11),
    )  # fmt: skip
