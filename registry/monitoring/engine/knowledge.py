"""What changes in couplings and zones on the way."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from geo.fleet import Fleet
from geo.zones import Zone
from registry.monitoring.engine import store
from registry.monitoring.engine.leaving import left
from registry.monitoring.engine.memory import Again, Draft, Grounds, Span, Zones, add_span
from registry.monitoring.engine.news import News
from registry.monitoring.engine.wearing import Couplings, Home, Worn
from registry.monitoring.models import Coupling, Device
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import WARNING, DeviceKind, Held, differs_from_ms
from registry.orders.service import WearerZone, changed_since, zones_of

_MOST_IN_A_QUERY = 5_000


def learn(session: Session, draft: Draft, now: datetime, told: News) -> Again:
    """Take in what changed in couplings and zones; return from when (epoch ms) each wearer is to be judged again."""
    again = dict(draft.memory.again)
    gone = left(session, draft, now) if told.zone_revision != draft.zones.revision else {}
    recoupled = _learn_couplings(session, draft) if told.is_recoupled or gone else {}
    for found in (gone, recoupled, learn_changed_zones(session, draft, told.zone_revision)):
        for slot, span in found.items():
            add_span(again, slot, span)
    return again


def learn_changed_zones(session: Session, draft: Draft, revision: int) -> Again:
    """Read the zones of wearers whose zones changed between the revision that is known and this one, and of new ones.

    What changed after it is read with it, and once more when its own revision is.
    """
    known, persons = draft.zones.revision, draft.couplings.persons
    if known is not None:
        fresh = frozenset(persons[len(draft.zones.fleet) :])
        if revision == known and not fresh:
            return {}
        changed = changed_since(session, known) if revision != known else frozenset()
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
