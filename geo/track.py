"""The positions of one wearer, and how far his track has been judged."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geo.episode import Episode, in_order
from geo.errors import TrackError
from geo.projection import Floats, Territory
from geo.standing import Standing
from geo.zones import ZoneKey


@dataclass(frozen=True, slots=True)
class Fix:
    """A position of a device; finite degrees (WGS84), time in epoch ms, and what the device told of its quality.

    >>> Fix(1_700_000_000_000, 52.09, 5.12).order
    (1700000000000, 0, 52.09, 5.12)
    """

    at_ms: int
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None = None
    sequence: int = 0
    hdop: float | None = None
    speed_mps: float | None = None

    @property
    def order(self) -> tuple[int, int, float, float]:
        """The order of a track: time, then sequence; the position only makes ties come out alike every time."""
        return (self.at_ms, self.sequence, self.lat_deg, self.lon_deg)


@dataclass(frozen=True, slots=True)
class Previous:
    """The last fix of a track, in degrees, with its standard deviation in metres."""

    at_ms: int
    lat_deg: float
    lon_deg: float
    sigma_m: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of where a wearer is while he is near an edge: `cells` of geo.whereabouts for one track.

    `weighed` is the last fix that was weighed; the cells are kept as bytes, so that two sights can be compared.
    """

    territory: Territory
    weighed: Previous
    cells: bytes

    @classmethod
    def of(cls, territory: Territory, weighed: Previous, cells: Floats) -> "Sight":
        """A sight from cells of shape (8, 3, 3)."""
        return cls(territory, weighed, np.ascontiguousarray(cells).tobytes())

    @property
    def array(self) -> Floats:
        """The cells, of shape (8, 3, 3)."""
        return np.frombuffer(self.cells).reshape(8, 3, 3)


@dataclass(frozen=True, slots=True)
class TrackState:
    """How far a wearer's track has been judged: all that judging on from there needs.

    `last` is (epoch ms, sequence) of the last fix. A wearer who is far from every edge, or plainly on one side, has no
    sight, and no standing but those with an episode that goes on.
    """

    last: tuple[int, int] | None = None
    previous: Previous | None = None
    sight: Sight | None = None
    standings: tuple[tuple[ZoneKey, Standing], ...] = ()

    @property
    def open(self) -> tuple[Episode, ...]:
        """The episodes that go on."""
        return in_order(each.episode for _, each in self.standings if each.episode is not None)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing but the last fix matters to what follows."""
        return self.sight is None and not self.standings

    def passed(self, fix: Fix, sigma_m: float) -> "TrackState":
        """The state after a fix of which it is known that it changes nothing.

        >>> TrackState().passed(Fix(5, 52.0, 5.0, sequence=2), 10.0).last
        (5, 2)
        """
        previous = Previous(fix.at_ms, fix.lat_deg, fix.lon_deg, sigma_m)
        return replace(self, last=(fix.at_ms, fix.sequence), previous=previous)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit in JSON; they hold positions."""
        sight = self.sight
        return {
            "last": None if self.last is None else list(self.last),
            "previous": None if self.previous is None else asdict(self.previous),
            "sight": None
            if sight is None
            else {
                "territory": sight.territory.value,
                "weighed": asdict(sight.weighed),
                "cells": base64.b64encode(sight.cells).decode(),
            },
            "standings": [[zone_id, version, each.to_list()] for (zone_id, version), each in self.standings],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "TrackState":
        """Read what `to_dict` wrote; raises TrackError for anything else.

        >>> state = TrackState((5, 0), Previous(5, 52.0, 5.0, 10.0), None, ((("Z", 1), Standing(True, 5)),))
        >>> TrackState.from_dict(state.to_dict()) == state
        True
        """
        try:
            last, previous, sight = document["last"], document["previous"], document["sight"]
            return cls(
                None if last is None else (int(last[0]), int(last[1])),
                None if previous is None else Previous(**previous),
                None if sight is None else _sight(sight),
                tuple(((name, version), Standing.from_list(each)) for name, version, each in document["standings"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TrackError("state_unreadable", "this is no state of a track") from error


def _sight(document: Mapping[str, Any]) -> Sight:
    cells = base64.b64decode(document["cells"], validate=True)
    if len(cells) != 8 * 9 * 8:
        raise ValueError("cells of another size")
    return Sight(Territory(document["territory"]), Previous(**document["weighed"]), cells)
