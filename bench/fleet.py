"""Wearers of ankle monitors, and the pings they send: each walks by a fixed plan, so a position needs no memory.

A wearer lives 900 m from each of his three banned areas. In a cycle of 1,000 fixes he goes out once, stays 20 fixes
inside an area or within 150 m of its edge (every other wearer each), and returns; so some 2 % of all fixes are inside
or near, and an episode opens for one fix in 2,000. One ping in a hundred arrives 2 to 40 rounds late, one comes twice.
A fix every 3 seconds keeps the track of a long run within the age at which a breach is still live.
"""

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import data
from bench.people import Place

PROVIDER = "EM-BENCH"
INTERVAL_S = 3
ZONES, DISTANCE_M, _RADIUS_M = 3, 900, 300
_CYCLE, _WALK, _STAY = 1_000, 12, 20
_LATE_SHARE, _TWICE_SHARE = 0.01, 0.01
_ROUNDS_LATE = (2, 40)
_STILL_M = 15.0


@dataclass(frozen=True, slots=True)
class Wearer:
    """Somebody with a monitor, his home, and when in the cycle he begins."""

    number: int
    home: Place
    phase: int

    @property
    def device(self) -> str:
        """The number of his monitor."""
        return f"EM-{self.number:06d}"

    def zone_centre(self, zone: int) -> Place:
        """Return the middle of one of his banned areas."""
        turn = math.tau * zone / ZONES + self.number
        return self.home.moved(DISTANCE_M * math.sin(turn), DISTANCE_M * math.cos(turn))

    def place(self, step: int, noise: random.Random) -> Place:
        """Return where he is at this step."""
        at = (self.phase + step) % _CYCLE
        share = min(1.0, (at + 1) / _WALK, (2 * _WALK + _STAY - at) / _WALK)
        if share <= 0:
            return self.home.moved(noise.gauss(0, _STILL_M), noise.gauss(0, _STILL_M))
        # The way there ends in the middle of the area, or short of its edge.
        away_m = DISTANCE_M if self.number % 2 else DISTANCE_M - _RADIUS_M * 1.1 - noise.uniform(20, 150)
        turn = math.tau * (self.number % ZONES) / ZONES + self.number
        north_m, east_m = (share * away_m * part(turn) + noise.gauss(0, _STILL_M) for part in (math.sin, math.cos))
        return self.home.moved(north_m, east_m)


def wearers(count: int, seed: int) -> list[Wearer]:
    """Return that many wearers, spread over the country and over the cycle."""
    dice = random.Random(seed)
    return [
        Wearer(number, Place(dice.uniform(51.6, 52.6), dice.uniform(4.6, 6.2)), dice.randrange(_CYCLE))
        for number in range(count)
    ]


def order(wearer: Wearer, seed: int) -> dict[str, Any]:
    """Return the order that banishes a wearer from three areas of 64 vertices, followed by a monitor."""
    dice = random.Random(f"{seed}/{wearer.number}")
    made = data.order(wearer.number, seed)
    bans = []
    for number in range(ZONES):
        ban = data.condition(f"C{number + 1}", "location_ban", "Niet komen in het gebied op de kaart.")
        ring = data.polygon(wearer.zone_centre(number), _RADIUS_M, dice)
        bans.append(ban | {"electronicMonitoring": True, "zone": data.zone(ring)})
    return made | {"regime": "VV", "conditions": bans}


@dataclass(slots=True)
class Stream:
    """The pings of all wearers in the order in which they reach the provider."""

    wearers: list[Wearer]
    rounds: int
    seed: int
    first_step: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def batches(self, size: int) -> Iterator[bytes]:
        """Yield bodies for the API; the first fix lies so far back that the last is not in the future."""
        batch: list[str] = []
        for ping in self._in_order():
            batch.append(ping)
            if len(batch) == size:
                yield b'{"pings":[%s]}' % ",".join(batch).encode()
                batch = []

    def _in_order(self) -> Iterator[str]:
        dice = random.Random(self.seed)
        begin = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=self.rounds * INTERVAL_S)
        held: list[tuple[int, str]] = []
        earlier: list[str] = []
        for step in range(self.rounds):
            at = (begin + timedelta(seconds=step * INTERVAL_S)).strftime("%Y-%m-%dT%H:%M:%S")
            while held and held[0][0] <= step:
                self.kinds["late"] += 1
                yield heapq.heappop(held)[1]
            for wearer in self.wearers:
                told = ping(wearer, self.first_step + step, at, dice)
                chance = dice.random()
                if chance < _LATE_SHARE:
                    heapq.heappush(held, (step + dice.randint(*_ROUNDS_LATE), told))
                    continue
                self.kinds["fresh"] += 1
                yield told
                if chance < _LATE_SHARE + _TWICE_SHARE and earlier:
                    self.kinds["twice"] += 1
                    yield earlier[dice.randrange(len(earlier))]
                elif chance > 0.98:
                    earlier = [*earlier[-200:], told]


def ping(wearer: Wearer, step: int, at: str, dice: random.Random) -> str:
    """Return a ping of a wearer at a step of his plan; `at` is its time to the second, without a zone."""
    place = wearer.place(step, dice)
    return (
        f'{{"device":"{wearer.device}","fixTime":"{at}.{wearer.number % 1000:03d}Z","sequence":{step},'
        f'"lat":{place.lat_deg:.7f},"lon":{place.lon_deg:.7f},"accuracyM":{5 + wearer.number % 20},'
        f'"speedMps":{dice.random() * 2:.1f},"batteryPct":{100 - step % 80}}}'
    )
