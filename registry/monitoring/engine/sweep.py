"""What a checkpoint still has to write: a piece with each turn, so that no turn is held up by all wearers at once."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sweep:
    """The slots, the devices (by number) and the pulses (by device number) that had moved when it began."""

    slots: tuple[int, ...] = ()
    devices: tuple[int, ...] = ()
    pulses: tuple[int, ...] = ()
    written: int = 0

    @property
    def is_done(self) -> bool:
        """Say whether nothing is left of it."""
        return self.written >= max(len(self.slots), len(self.devices), len(self.pulses))

    def piece(self, many: int) -> Sweep:
        """Return at most so many of each that are left."""
        some = slice(self.written, self.written + many)
        return Sweep(self.slots[some], self.devices[some], self.pulses[some])

    def without(self, many: int) -> Sweep:
        """Return what is left once such a piece is written."""
        rest = replace(self, written=self.written + many)
        return Sweep() if rest.is_done else rest
