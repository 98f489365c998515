"""Where the zones of the register lie, in memory: enough to tell which of them are near a spot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from geo.extents import Extents, Near, alike_merged, together
from registry.orders.finding.following import Flags, Following, Ints, opened
from registry.orders.finding.growing import Row
from registry.orders.index_models import ZonePlace, ZonePlaceGone
from registry.orders.register.areas import EXTENT_PLACE

_PLACES = select(ZonePlace.number, type_coerce(ZonePlace.zone_id, NullType()).label("zone_id"), ZonePlace.extent_sealed)
_GONE = select(ZonePlaceGone.number, ZonePlaceGone.zone_number)
_LARGE = 131_072


class Places:
    """The extents of the zones of one database; readers need no lock, for every set of them is put in place whole."""

    def __init__(self) -> None:
        self._sets: tuple[Extents, ...] = ()
        self._gone: Flags = np.zeros(1024, np.bool_)
        self._held: Flags = np.zeros(1024, np.bool_)

    @classmethod
    def following(cls) -> tuple[Places, Following]:
        """The places of one database, not read yet."""
        places = cls()
        return places, Following(places, _PLACES, _GONE)

    def __len__(self) -> int:
        return sum(map(len, self._sets))

    def load(self, session: Session, pieces: Iterator[Sequence[Row]]) -> None:
        """Read all extents."""
        found = [Extents.of(*opened(piece, EXTENT_PLACE)) for piece in pieces]
        self._note(found)
        self._sets = (Extents.merged(found, self._gone),) if found else ()

    def add(self, session: Session, rows: Mapping[int, Row]) -> None:
        """Read extents that were added."""
        added = Extents.of(*opened(rows.values(), EXTENT_PLACE))
        self._note([added])
        self._sets = alike_merged([*self._sets, added], self._gone, _LARGE)

    def held(self, numbers: Ints) -> Flags:
        """Of each of these zones whether it is or was here."""
        known = numbers < len(self._held)
        known[known] = self._held[numbers[known]]
        return known

    def remove(self, number: int) -> None:
        """Let a zone no longer be found."""
        self._gone[number] = True

    def near(self, lat_deg: float, lon_deg: float, radius_m: float) -> Near:
        """The zones that may lie within a radius of a spot."""
        found = together([each.near(lat_deg, lon_deg, radius_m) for each in self._sets])
        return found.of(~self._gone[found.numbers])

    def _note(self, sets: Sequence[Extents]) -> None:
        highest = max((int(each.numbers.max(initial=0)) for each in sets), default=0)
        if highest >= len(self._gone):
            more = max(highest + 1, 2 * len(self._gone)) - len(self._gone)
            self._gone, self._held = np.pad(self._gone, (0, more)), np.pad(self._held, (0, more))
        for each in sets:
            self._held[each.numbers] = True
