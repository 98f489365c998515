"""The zones around a spot: those whose extent does not tell are opened, and only as many as one question may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from uuid import UUID

import numpy as np
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from geo.extents import Near
from geo.shapes import distances_from_m
from registry.db import Prepared
from registry.orders.finding.memory import places
from registry.orders.finding.zones import shapes_of
from registry.orders.index_models import ZonePlace
from registry.orders.models import Condition, ZoneRecord

MOST_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Around:
    """A position in degrees, a radius in metres within which zones are sought, and the day by which some are over."""

    lat_deg: float
    lon_deg: float
    radius_m: float
    today: date


@dataclass(frozen=True, slots=True)
class ZoneNear:
    """A current zone within reach of a spot, of the condition with this reference; negative metres are inside it.

    The distance is the signed one, or when that is beyond doubt the nearest to the border that it can be.
    """

    zone_id: UUID
    order_id: UUID
    reference: str
    kind: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class ZonesNear:
    """The zones found; `more` is how many others may lie as near, none of which was looked at."""

    found: tuple[ZoneNear, ...]
    more: int = 0


_ZONES = Prepared(
    select(ZonePlace.number, ZoneRecord.id, ZoneRecord.order_id, ZoneRecord.kind, Condition.reference)
    .join(ZoneRecord, ZoneRecord.id == ZonePlace.zone_id)
    .join(Condition, Condition.id == ZoneRecord.condition_id)
    .where(ZonePlace.number.in_(bindparam("numbers", expanding=True)))
)


def zones_near(session: Session, around: Around, doubt_m: float = 0.0) -> ZonesNear:
    """The current zones within a radius of a spot, of any order, whatever its status.

    A zone in which the spot lies by `doubt_m` metres at least is not opened: nobody needs to know how deep it is. Of
    very many the most certain are taken, those whose ban is over by its dates last.
    """
    near = _likeliest(places(session).near(around.lat_deg, around.lon_deg, around.radius_m), around)
    taken = near.of(np.arange(min(len(near), MOST_LOOKED_AT)))
    rows = {row.number: row for row in _ZONES.all(session, numbers=taken.numbers.tolist())}
    bounds = zip(taken.numbers.tolist(), taken.most_m.tolist(), strict=True)
    found = [(rows[number], most_m) for number, most_m in bounds if number in rows]
    doubtful = [row.id for row, most_m in found if most_m > -doubt_m]
    distances_m = _distances(session, doubtful, around)
    zones = (
        ZoneNear(row.id, row.order_id, row.reference, row.kind, distances_m.get(row.id, most_m))
        for row, most_m in found
    )
    within = [each for each in zones if each.distance_m <= around.radius_m]
    return ZonesNear(tuple(sorted(within, key=lambda each: each.distance_m)), len(near) - len(taken))


def _likeliest(near: Near, around: Around) -> Near:
    """In this order: bans that are not over first, and of these the ones whose border the spot has passed furthest."""
    is_over = near.ends_on < around.today.toordinal()
    return near.of(np.lexsort((near.numbers, near.most_m, is_over)))


def _distances(session: Session, zone_ids: Sequence[UUID], around: Around) -> dict[UUID, float]:
    """The signed distance of each zone in metres; infinite for one whose shape cannot be read."""
    if not zone_ids:
        return {}
    known = {zone_id: shape for zone_id, shape in shapes_of(session, zone_ids).items() if shape is not None}
    distances_m = distances_from_m(around.lat_deg, around.lon_deg, list(known.values())).tolist()
    return dict.fromkeys(zone_ids, inf) | dict(zip(known, distances_m, strict=True))
