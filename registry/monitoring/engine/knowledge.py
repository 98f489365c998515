"""What changes in couplings and zones on the way, and how far all have come, saved in checkpoints."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from geo import spans
from geo.fleet import Fleet
from geo.zones import Zone
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.leaving import left
from registry.monitoring.engine.memory import (
    NEVER_MS,
    Again,
    Draft,
    Grounds,
    Span,
    Zones,
    add_span,
)
from registry.monitoring.engine.wearing import Couplings, Home, Worn
from registry.monitoring.models import BucketMark, Coupling, Device, ListeningMark, TrackCheckpoint
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import WARNING, DeviceKind, Held, differs_from_ms
from registry.orders.service import WearerZone, changed_since, zone_revision, zones_of

_MOST_IN_A_QUERY = 5_000
LISTENING_BREAK_MS = 60_000


def learn(session: Session, draft: Draft, now: datetime) -> Again:
    """Take in what changed in couplings and zones; return from when (epoch ms) each wearer is to be judged again."""
    again = dict(draft.memory.again)
    for found in (left(session, draft, now), _learn_couplings(session, draft), learn_changed_zones(session, draft)):
        for slot, span in found.items():
            add_span(again, slot, span)
    return again


def learn_changed_zones(session: Session, draft: Draft) -> Again:
    """Read the zones of wearers whose zones changed since the revision that is known, and of new wearers."""
    revision, known = zone_revision(session), draft.zones.revision
    persons = draft.couplings.persons
    if known is not None:
        fresh = frozenset(persons[len(draft.zones.fleet) :])
        changed = changed_since(session, known) if revision != known else frozenset()
        if revision == known and not fresh:
            return {}
        persons = tuple(person for person in persons if person in changed or person in fresh)
    again = _learn_zones(session, draft, persons)
    draft.zones = replace(draft.zones, revision=revision)
    return again


def _learn_couplings(session: Session, draft: Draft) -> Again:
    pending = session.scalars(
        select(Coupling).where(Coupling.judge_again_from.is_not(None)).with_for_update(key_share=True)
    ).all()
    if not pending:
        return {}
    devices = {coupling.device_id for coupling in pending}
    rows = [row for some in _pieces(devices) for row in session.execute(coupled(Coupling.device_id.in_(some))).all()]
    before = draft.couplings
    draft.couple(with_couplings(before, rows))
    again: Again = {}
    numbers = {row.device_id: row.number for row in rows}
    for coupling in pending:
        if coupling.judge_again_from is None:
            continue
        from_ms = epoch_ms(coupling.judge_again_from)
        slot = draft.couplings.slots[coupling.person_id]
        add_span(again, slot, Span(from_ms))
        _mark_again(session, draft, numbers[coupling.device_id], from_ms)
        coupling.judge_again_from = None
    session.flush()
    return again


def _mark_again(session: Session, draft: Draft, number: int, from_ms: int) -> None:
    """Note on the stored positions of a device, from an instant on, whether anybody wore it then."""
    if draft.newest(number) < from_ms:
        return
    store.mark_judged(session, [store.Stretch(number, from_ms, None)], judged=False)
    worn = [
        store.Stretch(number, max(one.from_ms, from_ms), one.until_ms)
        for one in draft.couplings.worn.get(number, ())
        if one.home is None
    ]
    store.mark_judged(session, worn, judged=True)


def coupled(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns: list[Any] = [Device.number, Coupling.device_id, Coupling.id, Coupling.person_id]
    columns += [Coupling.from_at, Coupling.until_at, Coupling.released_at]
    columns += [Coupling.kind, Coupling.order_id, Coupling.condition_reference]
    joined = select(*columns).join(Device, Device.id == Coupling.device_id).where(*which)
    return joined.order_by(Coupling.from_at, Coupling.id)


def with_couplings(before: Couplings, rows: Iterable[Any]) -> Couplings:
    """Return couplings in which these rows are all there is of their devices."""
    slots, persons = dict(before.slots), list(before.persons)
    worn: dict[int, list[Worn]] = {}
    for row in rows:
        if row.person_id not in slots:
            slots[row.person_id] = len(persons)
            persons.append(row.person_id)
        until_ms = None if row.until_at is None else epoch_ms(row.until_at)
        of_device = worn.setdefault(row.number, [])
        released_ms = None if row.released_at is None else epoch_ms(row.released_at)
        slot = slots[row.person_id]
        home = Home(row.order_id, row.condition_reference or "") if row.kind == DeviceKind.HOME_UNIT else None
        of_device.append(Worn(row.number, epoch_ms(row.from_at), until_ms, slot, row.id, released_ms, home))
    every = tuple(chain.from_iterable(worn.values()))
    changed = {one.slot for number in worn for one in before.worn.get(number, ())}
    homes = _by_slot([one for one in every if one.home is not None], before.homes, worn, changed)
    return Couplings(
        before.worn | {number: tuple(found) for number, found in worn.items()},
        _by_slot([one for one in every if one.home is None], before.of_slot, worn, changed),
        tuple(persons),
        slots,
        frozenset(number for number in before.released if number not in worn)
        | {number for number, found in worn.items() if any(one.released_ms is not None for one in found)},
        homes,
        frozenset(one.device_number for units in homes.values() for one in units),
    )


def _by_slot(
    worn: Iterable[Worn], before: dict[int, tuple[Worn, ...]], devices: Collection[int], changed: Collection[int]
) -> dict[int, tuple[Worn, ...]]:
    """What each has, of which these are all there is of these devices; `changed` are the slots that had them before."""
    of_slot: dict[int, list[Worn]] = {slot: [] for slot in changed if slot in before}
    for one in worn:
        of_slot.setdefault(one.slot, []).append(one)
    for slot, found in of_slot.items():
        found += [one for one in before.get(slot, ()) if one.device_number not in devices]
    return before | {slot: tuple(found) for slot, found in of_slot.items()}


def _learn_zones(session: Session, draft: Draft, persons: tuple[uuid.UUID, ...]) -> Again:
    """Read the zones of these wearers; return from when they differ from what each was judged by."""
    by_slot: dict[int, list[WearerZone]] = {draft.couplings.slots[person]: [] for person in persons}
    for some in _pieces(persons):
        for found in zones_of(session, some):
            by_slot[draft.couplings.slots[found.person_id]].append(found)
    held, grounds, again = dict(draft.zones.held), dict(draft.zones.grounds), Again()
    for slot, of_slot in by_slot.items():
        latter: Held = {found.zone.key: found.zone.binds for found in of_slot}
        from_ms = differs_from_ms(held.get(slot, {}), latter)
        if from_ms is not None:
            again[slot] = Span(from_ms)
        held[slot] = latter
        grounds |= {
            found.zone.key: Grounds(
                found.order_id, found.condition_id, WARNING if found.warns else found.zone.kind, found.reference
            )
            for found in of_slot
        }
    zones = {slot: [found.zone for found in of_slot] for slot, of_slot in by_slot.items()}
    draft.zones = Zones(_with_zones(draft, zones), draft.zones.revision, held, grounds)
    return again


def _with_zones(draft: Draft, zones: dict[int, list[Zone]]) -> Fleet:
    fleet, slots = draft.zones.fleet, len(draft.couplings.persons)
    if len(zones) < 20 and len(fleet):
        for slot, of_slot in sorted(zones.items()):
            fleet = fleet.replaced(slot, of_slot)
        return fleet
    return Fleet.build([zones.get(slot) or list(draft.zones.of_slot(slot)) for slot in range(slots)])


def _pieces(ids: Iterable[uuid.UUID]) -> Iterable[list[uuid.UUID]]:
    every = list(ids)
    return (every[start : start + _MOST_IN_A_QUERY] for start in range(0, len(every), _MOST_IN_A_QUERY))


def save(session: Session, draft: Draft, now: datetime, every_ms: int) -> None:
    """Write the checkpoints of wearers who were judged anew, and, at most so often, how far all have come."""
    now_ms = epoch_ms(now)
    memory = draft.memory
    _save_wearers(session, draft, draft.save_now)
    if 0 <= now_ms - memory.saved_at_ms < every_ms:
        _mark(session, draft)
        return
    moved = sorted((memory.unsaved_slots | draft.touched) - draft.save_now)
    tracks, persons = draft.tracks, draft.couplings.persons
    store.save_tracks(
        session,
        [
            (int(tracks.last_ms[slot]), int(tracks.last_sequence[slot]), _sealed(draft, slot), persons[slot])
            for slot in moved
        ],
    )
    numbers = sorted(memory.unsaved_devices | draft.newest_ms.keys())
    store.save_devices(session, [(draft.newest(number), number) for number in numbers])
    store.save_pulses(session, memory.pulses.unsaved())
    _keep_listening(session, now_ms)
    if memory.marks:
        session.execute(delete(BucketMark))
    draft.saved_at_ms = now_ms


def _keep_listening(session: Session, now_ms: int) -> None:
    """Note that pings are taken in now, and since when without a break: before it, no device could be heard."""
    mark = session.get(ListeningMark, 1)
    if mark is None:
        session.add(ListeningMark(id=1, since_ms=now_ms, seen_ms=now_ms))
        return
    if abs(now_ms - mark.seen_ms) > LISTENING_BREAK_MS:
        mark.since_ms = now_ms
    mark.seen_ms = now_ms


def _save_wearers(session: Session, draft: Draft, slots: set[int]) -> None:
    rows = []
    for slot in sorted(slots):
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
    """Note from where the pings must be gone over if the process ends before the next checkpoint."""
    rows = [
        {"bucket": bucket, "oldest_ms": oldest_ms}
        for bucket, oldest_ms in draft.marks.items()
        if oldest_ms < draft.memory.marks.get(bucket, oldest_ms + 1)
    ]
    if rows:
        insert = (sqlite if store.is_sqlite(session) else postgresql).insert(BucketMark)
        lower = {"oldest_ms": insert.excluded.oldest_ms}
        session.execute(insert.on_conflict_do_update(index_elements=["bucket"], set_=lower), rows)
    draft.marks = {row["bucket"]: row["oldest_ms"] for row in rows}


def _held_to(held: Held) -> list[list[object]]:
    return [
        [zone_id, version, [[span.from_ms, span.until_ms] for span in holds]]
        for (zone_id, version), holds in held.items()
    ]


def held_from(document: list[list[Any]]) -> Held:
    return {
        (zone_id, version): tuple(spans.Span(from_ms, until_ms) for from_ms, until_ms in held)
        for zone_id, version, held in document
    }
