"""Who wears what, as the engine knows it."""

import uuid
from dataclasses import dataclass, field

from registry.monitoring.engine.store import Stretch


@dataclass(frozen=True, slots=True)
class Home:
    """The condition for which a home unit stands in somebody's home."""

    order_id: uuid.UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Worn:
    """A device on a wearer, or in his `home`, from an instant (epoch ms) until another, or without an end."""

    device_number: int
    from_ms: int
    until_ms: int | None
    slot: int
    coupling_id: uuid.UUID
    released_ms: int | None = None
    home: Home | None = None

    def at(self, at_ms: int) -> bool:
        """Say whether it is worn at an instant."""
        return self.from_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


@dataclass(frozen=True, slots=True)
class Couplings:
    """Who wears what; a wearer is known by a slot that never changes. Replaced as a whole.

    `of_slot` has what he wears, `homes` the units in his home, and `units` the numbers of these.
    """

    worn: dict[int, tuple[Worn, ...]] = field(default_factory=dict)
    of_slot: dict[int, tuple[Worn, ...]] = field(default_factory=dict)
    persons: tuple[uuid.UUID, ...] = ()
    slots: dict[uuid.UUID, int] = field(default_factory=dict)
    released: frozenset[int] = frozenset()
    homes: dict[int, tuple[Worn, ...]] = field(default_factory=dict)
    units: frozenset[int] = frozenset()

    def worn_at(self, device_number: int, at_ms: int) -> Worn | None:
        """Return who wears a device at an instant (epoch ms)."""
        return next((worn for worn in self.worn.get(device_number, ()) if worn.at(at_ms)), None)

    def slot_at(self, device_number: int, at_ms: int) -> int:
        """Return the slot of who wears a device on his body at an instant (epoch ms), or -1."""
        slot = -1
        for worn in self.worn.get(device_number, ()):
            if worn.from_ms <= at_ms and (worn.until_ms is None or at_ms < worn.until_ms):
                slot = worn.slot if worn.home is None else -1
        return slot

    def is_released(self, device_number: int, at_ms: int) -> bool:
        """Say whether who wears a device at an instant (epoch ms) was bound by no order any more."""
        worn = self.worn_at(device_number, at_ms)
        return worn is not None and worn.released_ms is not None and at_ms >= worn.released_ms

    def stretches(self, slot: int, from_ms: int, until_ms: int | None = None) -> list[Stretch]:
        """Return what a wearer's devices said from an instant on (epoch ms), as far as he wore them."""
        cut = [
            Stretch(worn.device_number, max(worn.from_ms, from_ms), _earliest(worn.until_ms, until_ms))
            for worn in self.of_slot.get(slot, ())
        ]
        return [one for one in cut if one.until_ms is None or one.from_ms < one.until_ms]


def _earliest(first_ms: int | None, second_ms: int | None) -> int | None:
    known = [one for one in (first_ms, second_ms) if one is not None]
    return min(known, default=None)
