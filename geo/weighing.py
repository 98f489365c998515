"""Weighing the fixes at hand of many wearers in one go, and the chance this gives for each zone concerned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo import whereabouts
from geo.fold import Walker
from geo.policy import Method
from geo.projection import Floats, Territory
from geo.shapes import signed_distances_m
from geo.track import Previous, Sight
from geo.whereabouts import WEIGHT, X_M, Y_M

_NEGLIGIBLE = 1e-4


def weigh(walkers: Sequence[Walker], method: Method) -> None:
    """Weigh the fix at hand of each wearer who is near an edge, or came over one; the others are plainly placed."""
    rows = []
    for walker in walkers:
        walker.chances, walker.weighed_before = {}, None
        if (row := _row(walker, method)) is not None:
            rows.append(row)
    for territory in {row.territory for row in rows}:
        _weigh_in([row for row in rows if row.territory is territory], territory, method)


@dataclass(frozen=True, slots=True)
class _Row:
    """A wearer whose fix is weighed: from what he was known by, or beginning at the fix before, or at this one."""

    walker: Walker
    territory: Territory
    known: Sight | None
    former: Previous | None


def _row(walker: Walker, method: Method) -> _Row | None:
    fix, known = walker.fix, walker.sight
    if known is not None and fix.at_ms - known.weighed.at_ms > method.memory_ms:
        known = walker.sight = None
    if known is not None:
        walker.weighed_before = known.weighed
        is_due = fix.at_ms - known.weighed.at_ms >= method.step_ms
        return _Row(walker, known.territory, known, None) if is_due else None
    territory = walker.edge_in_sight()
    if territory is None:
        return None
    former = walker.former
    if former is not None and fix.at_ms - former.at_ms > method.memory_ms:
        former = None
    return _Row(walker, territory, None, former)


def _weigh_in(rows: list[_Row], territory: Territory, method: Method) -> None:
    fixes = [row.walker.fix for row in rows]
    places_m = territory.plane.all_to_plane_m(np.array([(fix.lat_deg, fix.lon_deg) for fix in fixes]))
    sigmas_m = np.array([fix.sigma_m for fix in fixes])
    cells = np.empty((8, len(rows), 3, 3))
    alone = [place for place, row in enumerate(rows) if row.known is None and row.former is None]
    led = [place for place, row in enumerate(rows) if row.known is not None or row.former is not None]
    if alone:
        cells[:, alone] = whereabouts.begun(places_m[alone], sigmas_m[alone], method.model)
    if led:
        before, after_s = _before([rows[place] for place in led], territory, method)
        cells[:, led] = whereabouts.followed(before, after_s, places_m[led], sigmas_m[led], method.model)
    for place, row in enumerate(rows):
        row.walker.sight = Sight.of(territory, row.walker.fix, cells[:, place])
    _give_chances([row.walker for row in rows], cells, sigmas_m, method)


def _before(rows: list[_Row], territory: Territory, method: Method) -> tuple[Floats, Floats]:
    """Cells before the fix at hand, and how many seconds ago they were true."""
    cells = np.empty((8, len(rows), 3, 3))
    after_s = np.empty(len(rows))
    begin = []
    for place, row in enumerate(rows):
        since = row.known.weighed if row.known is not None else row.former
        if since is None:
            raise ValueError("a track that begins here follows nothing")
        after_s[place] = (row.walker.fix.at_ms - since.at_ms) / 1000.0
        if row.known is not None:
            cells[:, place] = row.known.array
        else:
            begin.append((place, since))
    if begin:
        places_m = territory.plane.all_to_plane_m(np.array([(one.lat_deg, one.lon_deg) for _, one in begin]))
        sigmas_m = np.array([one.sigma_m for _, one in begin])
        cells[:, [place for place, _ in begin]] = whereabouts.begun(places_m, sigmas_m, method.model)
    return cells, after_s


def _give_chances(walkers: list[Walker], cells: Floats, sigmas_m: Floats, method: Method) -> None:
    """Give each wearer the chance that he is against each zone concerned, and the distance to its edge estimated."""
    pairs = [
        (row, number)
        for row, walker in enumerate(walkers)
        for number, zone in enumerate(walker.zones)
        if walker.concerns(number) and walker.sight and zone.shape.territory is walker.sight.territory
    ]
    if not pairs:
        return
    of_row = [row for row, _ in pairs]
    zones = [walkers[row].zones[number] for row, number in pairs]
    weights = np.where(cells[WEIGHT, of_row] > _NEGLIGIBLE, cells[WEIGHT, of_row], 0.0)
    pair, motion, receiver = np.nonzero(weights)
    places_m = cells[X_M : Y_M + 1][:, of_row][:, pair, motion, receiver].T
    off_m = np.zeros_like(weights)
    off_m[pair, motion, receiver] = signed_distances_m([zones[place].shape for place in pair.tolist()], places_m)
    spreads_m = whereabouts.spread_m(cells[:, of_row], sigmas_m[of_row], method.model)
    inside = whereabouts.below(-off_m / spreads_m)
    banned = np.array([zone.kind == "exclusion" for zone in zones])[:, None, None]
    areas_m2 = np.array([zone.shape.area_m2 for zone in zones])[:, None, None]
    most = 1.0 - np.exp(-areas_m2 / (2.0 * np.pi * spreads_m * spreads_m))
    against = np.where(banned, np.minimum(inside, most), 1.0 - inside)
    share = whereabouts.total(weights)
    chances = (whereabouts.total(weights * against) / share).tolist()
    estimates_m = (whereabouts.total(weights * off_m) / share).tolist()
    for (row, number), chance, estimate_m in zip(pairs, chances, estimates_m, strict=True):
        walkers[row].chances[number] = (chance, estimate_m)
