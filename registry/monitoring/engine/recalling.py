"""How the memory is rebuilt at start: from checkpoints, and from the pings that were stored after them."""

import uuid

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import fixes_of
from geo.fleet import Fleet
from geo.policy import METHOD, Method
from geo.track import Fix
from registry import lasting
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.knowledge import coupled, learn_changed_zones, with_couplings
from registry.monitoring.engine.memory import Memory, Span, Zones, add_span
from registry.monitoring.engine.placing import batch_of, fill_places, pass_on
from registry.monitoring.engine.saving import held_from
from registry.monitoring.engine.tracks import NEVER_MS, Tracks
from registry.monitoring.engine.wearing import Couplings
from registry.monitoring.models import BucketMark, Device, DevicePulse, EpisodeRecord, TrackCheckpoint
from registry.monitoring.rules import EpisodeStatus, Source
from registry.monitoring.signals.following import going_on
from registry.orders.service import zone_revision


def rebuild(session: Session, method: Method = METHOD) -> Memory:
    """Return the memory as the last transaction left it: checkpoints, and the pings stored after them."""
    with lasting.making():
        return _rebuilt(session, method)


def _rebuilt(session: Session, method: Method) -> Memory:
    couplings = with_couplings(Couplings(), session.execute(coupled()).all())
    slots = couplings.slots
    tracks = Tracks.empty(len(couplings.persons))
    devices = session.execute(select(Device.sending_org_id, Device.name, Device.number, Device.newest_ms)).all()
    numbers: dict[uuid.UUID, dict[str, int]] = {}
    for organisation_id, name, number, _ in devices:
        if organisation_id is None:
            continue
        numbers.setdefault(organisation_id, {})[name] = number
    newest_ms = {number: newest for _, _, number, newest in devices if newest is not None}
    zones = Zones(Fleet.build([[] for _ in slots]))
    memory = Memory(couplings, zones, tracks, numbers, newest_ms, method, signals=going_on(session))
    for person_id, settled_ms in marks.settled(session):
        if person_id in slots:
            tracks.settled_ms[slots[person_id]] = settled_ms
    for pulse in session.execute(select(*DevicePulse.__table__.columns)):
        memory.pulses.recall(pulse[0], pulse[1:])
    _recall_checkpoints(session, memory)
    draft = memory.draft()
    memory.again = learn_changed_zones(session, draft, zone_revision(session))
    memory.zones = draft.zones
    _recall_pings(session, memory)
    return memory


def _recall_checkpoints(session: Session, memory: Memory) -> None:
    slots, tracks = memory.couplings.slots, memory.tracks
    for saved in session.scalars(select(TrackCheckpoint)):
        slot = slots.get(saved.person_id)
        if slot is None:
            continue
        tracks.last_ms[slot] = NEVER_MS if saved.last_ms is None else saved.last_ms
        tracks.last_sequence[slot] = saved.last_sequence
        tracks.fixed_ms[slot] = tracks.last_ms[slot]
        memory.zones.held[slot] = held_from(saved.held)
        if saved.state_sealed is not None:
            state = marks.opened_state(marks.checkpoint_place(saved.person_id), saved.state_sealed)
            tracks.take(slot, state)
            memory.states[slot] = state
            # A state from which the clock has closed an episode since is none to judge a late fix from.
            if state.last is not None and tracks.settled_ms[slot] <= state.last[0]:
                memory.recent[slot] = (state,)
    late = select(EpisodeRecord.person_id).where(
        EpisodeRecord.status == EpisodeStatus.OPEN, EpisodeRecord.found_late, EpisodeRecord.source == Source.TRACKER
    )
    memory.quiet = {slots[person_id] for person_id in session.scalars(late) if person_id in slots}


def _recall_pings(session: Session, memory: Memory) -> None:
    """Go over the pings stored after the last checkpoint; those that need a look are judged again at the first turn."""
    tracks = memory.tracks
    after: list[tuple[int, Fix]] = []
    for bucket, oldest_ms in session.execute(select(BucketMark.bucket, BucketMark.oldest_ms)).all():
        memory.marks[bucket] = oldest_ms
        for number, judged, fix, at_ms in store.since(session, bucket, oldest_ms):
            memory.newest_ms[number] = max(at_ms, memory.newest_ms.get(number, NEVER_MS))
            memory.unsaved_devices.add(number)
            worn = memory.couplings.worn_at(number, at_ms) if judged else None
            if worn is None or fix is None:
                continue
            if not store.is_vague(fix):
                tracks.fixed_ms[worn.slot] = max(int(tracks.fixed_ms[worn.slot]), fix.at_ms)
            if (fix.at_ms, fix.sequence) > (int(tracks.last_ms[worn.slot]), int(tracks.last_sequence[worn.slot])):
                after.append((worn.slot, fix))
    if not after:
        return
    fixes = fixes_of(after).in_order()
    draft = memory.draft()
    fill_places(session, draft, np.unique(fixes.slots))
    looks = batch_of(draft, fixes).windows()
    for slot, fix in after:
        memory.unsaved_slots.add(slot)
        if slot in looks:
            add_span(memory.again, slot, Span(fix.at_ms, fix.at_ms))
    plain = fixes.taken(np.nonzero(~np.isin(fixes.slots, list(looks)))[0])
    pass_on(draft, plain)
    memory.tracks = draft.tracks
