"""What the engine knows without asking: a cache, changed only when a transaction is on disk."""

import uuid
from dataclasses import dataclass, field

from geo.episode import Episode
from geo.fleet import Fleet
from geo.policy import METHOD, Method
from geo.track import TrackState
from geo.zones import Zone, ZoneKey
from registry.monitoring.companions.pairs import Pairs
from registry.monitoring.engine.pulses import Beat, Pulses
from registry.monitoring.engine.sweep import Sweep
from registry.monitoring.engine.tracks import NEVER_MS, Tracks
from registry.monitoring.engine.wearing import Couplings
from registry.monitoring.rules import Held
from registry.monitoring.signals.rules import SignalKind


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a zone rests on; of which kind it is, or `warning` for the ring around a banned one."""

    order_id: uuid.UUID
    condition_id: uuid.UUID | None
    kind: str = "exclusion"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of all wearers, as of a revision. Replaced as a whole; `held` is also what checkpoints keep."""

    fleet: Fleet
    revision: int | None = None
    held: dict[int, Held] = field(default_factory=dict)
    grounds: dict[ZoneKey, Grounds] = field(default_factory=dict)

    def of_slot(self, slot: int) -> tuple[Zone, ...]:
        """Return a wearer's zones; none for a wearer that came later."""
        return self.fleet.zones_of(slot) if slot < len(self.fleet) else ()


@dataclass(frozen=True, slots=True)
class AtHome:
    """How far the units in a wearer's home were judged (epoch ms): by the newest message, and until when."""

    last_ms: int
    due_ms: int | None


@dataclass(slots=True)
class Memory:
    """All of it. A batch works on a `draft()`, which takes the memory's place once it is on disk.

    `states` holds the wearers of whom something is under way, and `recent` what their state was a little earlier, for
    fixes that come a little late.
    """

    couplings: Couplings
    zones: Zones
    tracks: Tracks
    numbers: dict[uuid.UUID, dict[str, int]]
    newest_ms: dict[int, int]
    method: Method = METHOD
    states: dict[int, TrackState] = field(default_factory=dict)
    recent: dict[int, tuple[TrackState, ...]] = field(default_factory=dict)
    quiet: set[int] = field(default_factory=set)
    signals: dict[int, frozenset[SignalKind]] = field(default_factory=dict)
    at_home: dict[int, AtHome] = field(default_factory=dict)
    pairs: Pairs | None = None
    pair_due: dict[uuid.UUID, int] = field(default_factory=dict)
    pulses: Pulses = field(default_factory=Pulses)
    marks: dict[int, int] = field(default_factory=dict)
    marks_since: dict[int, int] = field(default_factory=dict)
    again: "Again" = field(default_factory=dict)
    unsaved_slots: set[int] = field(default_factory=set)
    unsaved_devices: set[int] = field(default_factory=set)
    sweep: Sweep = field(default_factory=Sweep)
    saved_at_ms: int = 0

    def draft(self) -> "Draft":
        """Return an overlay to work on."""
        tracks = self.tracks.copy(len(self.couplings.persons))
        return Draft(self, self.couplings, self.zones, tracks)


@dataclass(frozen=True, slots=True)
class Span:
    """From when (epoch ms) a wearer is to be judged again, and until when his fixes changed; None means until now."""

    from_ms: int
    until_ms: int | None = None

    def with_(self, other: "Span") -> "Span":
        """Return what covers both."""
        ends = (self.until_ms, other.until_ms)
        until_ms = None if ends[0] is None or ends[1] is None else max(ends[0], ends[1])
        return Span(min(self.from_ms, other.from_ms), until_ms)


Again = dict[int, Span]


def add_span(again: Again, slot: int, span: Span) -> None:
    """Note that a wearer is to be judged again."""
    again[slot] = again[slot].with_(span) if slot in again else span


def lower(oldest_ms: dict[int, int], others_ms: dict[int, int]) -> dict[int, int]:
    """Return the older instant (epoch ms) of each bucket."""
    older = {bucket: at_ms for bucket, at_ms in others_ms.items() if at_ms < oldest_ms.get(bucket, at_ms + 1)}
    return oldest_ms | older


@dataclass(slots=True)
class Draft:
    """What a transaction changes in the memory, kept apart until it is on disk."""

    memory: Memory
    couplings: Couplings
    zones: Zones
    tracks: Tracks
    numbers: dict[uuid.UUID, dict[str, int]] = field(default_factory=dict)
    newest_ms: dict[int, int] = field(default_factory=dict)
    states: dict[int, TrackState] = field(default_factory=dict)
    recent: dict[int, tuple[TrackState, ...]] = field(default_factory=dict)
    quiet: dict[int, bool] = field(default_factory=dict)
    signals: dict[int, frozenset[SignalKind]] = field(default_factory=dict)
    at_home: dict[int, AtHome] = field(default_factory=dict)
    pairs: Pairs | None = None
    pair_due: dict[uuid.UUID, int | None] = field(default_factory=dict)
    beats: list[Beat] = field(default_factory=list)
    marks: dict[int, int] = field(default_factory=dict)
    marked: dict[int, int] | None = None
    touched: set[int] = field(default_factory=set)
    save_now: set[int] = field(default_factory=set)
    sweep: Sweep = field(default_factory=Sweep)
    swept: Sweep = field(default_factory=Sweep)
    begins_sweep: bool = False
    saved_at_ms: int | None = None

    @property
    def method(self) -> Method:
        """Return how tracks are judged."""
        return self.memory.method

    def number(self, organisation_id: uuid.UUID, name: str) -> int | None:
        """Return the number of a provider's device, if it is known."""
        number = self.memory.numbers.get(organisation_id, {}).get(name)
        return self.numbers.get(organisation_id, {}).get(name) if number is None else number

    def newest(self, number: int) -> int:
        """Return a time (epoch ms) after which no ping of a device is stored."""
        newest = self.newest_ms.get(number)
        return self.memory.newest_ms.get(number, NEVER_MS) if newest is None else newest

    def state(self, slot: int) -> TrackState:
        """Return how far a wearer has been judged."""
        if not self.tracks.watched[slot]:
            return self.tracks.quiet_state(slot)
        known = self.states.get(slot)
        return self.memory.states[slot] if known is None else known

    def open_of(self, slot: int) -> tuple[Episode, ...]:
        """Return a wearer's open episodes."""
        return self.state(slot).open if self.tracks.watched[slot] else ()

    def earlier(self, slot: int) -> tuple[TrackState, ...]:
        """Return states of a wearer from a little earlier, oldest first; the present one is the last of them."""
        known = self.recent.get(slot)
        return self.memory.recent.get(slot, ()) if known is None else known

    def judged(self, slot: int, state: TrackState) -> None:
        """Take in how far a wearer has been judged now."""
        self.tracks.take(slot, state)
        self.states[slot] = state
        self.touched.add(slot)

    def is_quiet(self, slot: int) -> bool:
        """Say whether an episode that goes on was found too late for a siren."""
        return self.quiet.get(slot, slot in self.memory.quiet)

    def couple(self, couplings: Couplings) -> None:
        """Take in other couplings, perhaps with more wearers."""
        self.couplings = couplings
        self.tracks = self.tracks.copy(len(couplings.persons))

    def begin_sweep(self) -> Sweep:
        """Begin to write all that moved since the last sweep began, with what this turn moves."""
        self.begins_sweep = True
        memory = self.memory
        slots = sorted((memory.unsaved_slots | self.touched) - self.save_now)
        devices = sorted(memory.unsaved_devices | self.newest_ms.keys())
        return Sweep(tuple(slots), tuple(devices), memory.pulses.unsaved())

    def keep(self) -> None:
        """Make it the memory: the transaction is on disk."""
        memory = self.memory
        memory.couplings, memory.zones, memory.tracks = self.couplings, self.zones, self.tracks
        for organisation_id, numbers in self.numbers.items():
            memory.numbers.setdefault(organisation_id, {}).update(numbers)
        memory.newest_ms.update(self.newest_ms)
        memory.again = {}
        for slot, state in self.states.items():
            if state.is_quiet:
                memory.states.pop(slot, None)
                memory.recent.pop(slot, None)
            else:
                memory.states[slot] = state
        memory.recent.update({slot: states for slot, states in self.recent.items() if slot in memory.states})
        for slot, is_quiet in self.quiet.items():
            (memory.quiet.add if is_quiet else memory.quiet.discard)(slot)
        for number, signals in self.signals.items():
            memory.signals[number] = signals
            if not signals:
                del memory.signals[number]
        memory.at_home.update(self.at_home)
        memory.pairs = self.pairs or memory.pairs
        due_ms = memory.pair_due | self.pair_due
        memory.pair_due = {pair: at_ms for pair, at_ms in due_ms.items() if at_ms is not None}
        memory.pulses.saved(self.swept.pulses)
        memory.pulses.take(self.beats)
        self._keep_saved()

    def _keep_saved(self) -> None:
        """Take over what is on disk of how far all have come, and what is yet to be written."""
        memory = self.memory
        if self.saved_at_ms is not None:
            memory.saved_at_ms = self.saved_at_ms
        memory.sweep = self.sweep
        if self.marked is not None:
            memory.marks = self.marked
        if self.begins_sweep:
            memory.unsaved_slots, memory.unsaved_devices, memory.marks_since = set(), set(), {}
            return
        memory.unsaved_slots |= self.touched - self.save_now
        memory.unsaved_devices |= self.newest_ms.keys()
        memory.marks_since = lower(memory.marks_since, self.marks)
