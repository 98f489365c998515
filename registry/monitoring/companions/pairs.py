"""Who is paired with whom, as the engine knows it; no positions of hers are ever in its memory."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pairs:
    """The devices that are carried with consent, by id, each with the slots of its wearer. Replaced as a whole."""

    slots: Mapping[uuid.UUID, tuple[int, ...]] = field(default_factory=dict)
    of_slot: Mapping[int, tuple[uuid.UUID, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, slots: Mapping[uuid.UUID, tuple[int, ...]]) -> "Pairs":
        """Return them, found by slot too."""
        of_slot: dict[int, list[uuid.UUID]] = {}
        for companion_id, own in slots.items():
            for slot in own:
                of_slot.setdefault(slot, []).append(companion_id)
        return cls(slots, {slot: tuple(found) for slot, found in of_slot.items()})
