"""How many fixes a second are judged on one core by the pure functions of `geo`, without database and network.

The wearers, their areas and their plan are those of `bench.fleet`, a whole cycle of it, so that 2 % of the fixes lie
inside an area or within 150 m. A batch holds one fix of each wearer, or a hundred. `looked_at_share` says how many
of the fixes lay in a window that was walked through one by one.
"""

import gc
import json
import random
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench import data, fleet
from geo import windows
from geo.columns import Fixes
from geo.fleet import Fleet
from geo.policy import METHOD
from geo.projection import Floats
from geo.track import Previous, TrackState
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone

_WEARERS, _ROUNDS, _SEED = 1_000, 1_000, 1
_BEGIN_MS = 1_700_000_000_000
_ROUNDS_A_BATCH = (1, 10, 100)


@dataclass(slots=True)
class _Known:
    """How far each wearer was judged, as the engine keeps it."""

    last_deg: Floats
    sigmas_m: Floats
    last_ms: int
    watched: npt.NDArray[np.bool_]
    states: dict[int, TrackState] = field(default_factory=dict)

    def state(self, slot: int) -> TrackState:
        if slot in self.states:
            return self.states[slot]
        if self.last_ms < 0:
            return TrackState()
        (lat_deg, lon_deg), sigma_m = self.last_deg[slot].tolist(), float(self.sigmas_m[slot])
        return TrackState((self.last_ms, 0), Previous(self.last_ms, lat_deg, lon_deg, sigma_m))


def main() -> None:
    """Judge the same fixes in batches of several sizes, and print a JSON line for each."""
    wearers = fleet.wearers(_WEARERS, _SEED)
    zones = Fleet.build([_zones(wearer) for wearer in wearers])
    dice = random.Random(_SEED)
    places = [[wearer.place(step, dice) for step in range(_ROUNDS)] for wearer in wearers]
    places_deg = np.array([[(one.lat_deg, one.lon_deg) for one in of_wearer] for of_wearer in places])
    gc.collect()
    gc.freeze()
    for rounds in _ROUNDS_A_BATCH:
        batches = [_fixes(places_deg, begin, begin + rounds) for begin in range(0, _ROUNDS, rounds)]
        taken_s, changes, looked_at = _judged(zones, batches)
        count = _WEARERS * _ROUNDS
        size = {"wearers": _WEARERS, "zones": fleet.ZONES * _WEARERS, "vertices": data.VERTICES, "fixes": count}
        told = {"name": "fixes_judged_per_s", "value": round(count / taken_s), "unit": "1/s", "cores": 1}
        varied = {"batch": rounds * _WEARERS, "looked_at_share": round(looked_at / count, 4), "changes": changes}
        print(json.dumps(told | varied | {"size": size}), flush=True)


def _zones(wearer: fleet.Wearer) -> list[Zone]:
    conditions = fleet.order(wearer, _SEED)["conditions"]
    shapes = [shape_from_geojson(each["zone"]["shape"]) for each in conditions]
    named = zip((f"{wearer.number}/{each['reference']}" for each in conditions), shapes, strict=True)
    return [Zone(name, 1, "exclusion", shape, (Span(0),)) for name, shape in named]


def _fixes(places_deg: Floats, begin: int, end: int) -> Fixes:
    """The fixes of all wearers from one round until another, in order of wearer and time."""
    rounds = np.arange(begin, end)
    slots, steps = np.repeat(np.arange(_WEARERS), len(rounds)), np.tile(rounds, _WEARERS)
    unknown = np.full(len(slots), np.nan)
    at_ms = _BEGIN_MS + steps * fleet.INTERVAL_S * 1000
    accuracies_m = 5.0 + slots % 20
    return Fixes(slots, at_ms, np.zeros_like(slots), places_deg[slots, steps], accuracies_m, unknown, unknown)


def _judged(zones: Fleet, batches: list[Fixes]) -> tuple[float, int, int]:
    """Return how long judging took (s), how many changes came of it, and how many fixes lay in a window."""
    sigmas_m = METHOD.accuracy.sigmas_m(batches[0].accuracies_m, batches[0].hdops)[batches[0].ends()]
    known = _Known(np.full((_WEARERS, 2), np.nan), sigmas_m, -1, np.zeros(_WEARERS, dtype=np.bool_))
    taken_s, changes, looked_at = 0.0, 0, 0
    for fixes in batches:
        begun_s = time.perf_counter()
        batch = windows.Batch(fixes, fixes.befores_deg(known.last_deg[fixes.slots]), zones, known.watched, METHOD)
        judged = windows.judge(batch, known.state)
        for slot, found in judged.items():
            known.watched[slot] = not found.state.is_quiet
            known.states.pop(slot, None)
            if known.watched[slot]:
                known.states[slot] = found.state
        ends = fixes.ends()
        known.last_deg[fixes.slots[ends]], known.last_ms = fixes.places_deg[ends], int(fixes.at_ms[ends[-1]])
        taken_s += time.perf_counter() - begun_s
        changes += sum(len(found.changes) for found in judged.values())
        looked_at += sum(window.end - window.begin for window in batch.windows().values())
    return taken_s, changes, looked_at


if __name__ == "__main__":
    main()
