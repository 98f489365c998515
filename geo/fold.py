"""One step of the fold over tracks: which fixes are weighed, what chance that gives, and what is decided on it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo import whereabouts
from geo.crossing import chance_of
from geo.episode import Change
from geo.looking import Seen
from geo.policy import Method
from geo.projection import Territory, distance_m
from geo.standing import Look, Standing, after_look, closed_in_time, crossed
from geo.track import Fix, Previous, Sight, TrackState
from geo.zones import Zone, ZoneKey

_SETTLED = 0.001
_SPEED_OVER_MS = 120_000


@dataclass(slots=True)
class Walker:
    """A wearer on the way through his fixes; `place` is the fix at hand, counted from 1 as `Seen` does."""

    fixes: Sequence[Fix]
    zones: Sequence[Zone]
    seen: Seen
    sight: Sight | None
    standings: dict[ZoneKey, Standing]
    changes: list[Change] = field(default_factory=list)
    was_under_way: bool = False
    place: int = 0
    weighed_before: Previous | None = None
    chances: dict[int, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: TrackState, fixes: Sequence[Fix], zones: Sequence[Zone], seen: Seen) -> "Walker":
        """A wearer before his first fix."""
        return cls(fixes, zones, seen, state.sight, dict(state.standings), was_under_way=not state.is_quiet)

    def goes_on(self) -> bool:
        """Go to the next fix that can change anything; say whether there is one."""
        self.place += 1
        if self.sight is None and not self.standings:
            ahead = bisect_left(self.seen.matters, self.place)
            self.place = self.seen.matters[ahead] if ahead < len(self.seen.matters) else len(self.seen.fixes)
        return self.place < len(self.seen.fixes)

    def state(self, before: TrackState) -> TrackState:
        """How far he has been judged now."""
        if not self.fixes:
            return TrackState(before.last, before.previous, self.sight, kept(self.standings))
        last = self.fixes[-1]
        return TrackState((last.at_ms, last.sequence), self.seen.fixes[-1], self.sight, kept(self.standings))

    @property
    def fix(self) -> Previous:
        """The fix at hand."""
        return self.seen.fixes[self.place]

    @property
    def former(self) -> Previous | None:
        """The fix before it."""
        former = self.seen.fixes[self.place - 1]
        return former if former.at_ms >= 0 else None

    @property
    def is_weighed(self) -> bool:
        """Whether the fix at hand is the last that was weighed."""
        return self.sight is not None and self.sight.weighed is self.fix

    def off_m(self, zone: int) -> float:
        """Metres from the fix at hand to the edge of a zone, negative inside."""
        return self.seen.distances_m[zone][self.place]

    def is_near(self, zone: int) -> bool:
        """Whether the fix at hand is so near to the edge of a zone that it must be weighed."""
        return abs(self.off_m(zone)) <= self.seen.reaches_m[self.place]

    def edge_in_sight(self) -> Territory | None:
        """The territory of an edge that the fix at hand is near to, or that he came over since the last fix."""
        for number, zone in enumerate(self.zones):
            if not self.seen.holds[number][self.place]:
                continue
            came_over = self.former is not None and self.was_against(number) != self.is_against(number)
            if came_over or self.is_near(number):
                return zone.shape.territory
        return None

    def is_against(self, zone: int) -> bool:
        """Whether the fix at hand, taken as true, is against a zone."""
        return (self.off_m(zone) <= 0.0) == (self.zones[zone].kind == "exclusion")

    def was_against(self, zone: int) -> bool:
        """Whether the fix before it was."""
        return (self.seen.distances_m[zone][self.place - 1] <= 0.0) == (self.zones[zone].kind == "exclusion")

    def concerns(self, zone: int) -> bool:
        """Whether the fix at hand can change how he stands to a zone."""
        standing = self.standings.get(self.zones[zone].key)
        if (standing is not None and standing.episode is not None) or (zone, self.place) in self.seen.lines:
            return True
        if not self.seen.holds[zone][self.place]:
            return False
        reach_m = self.seen.reaches_m[self.place]
        return self.off_m(zone) <= reach_m if self.zones[zone].kind == "exclusion" else self.off_m(zone) >= -reach_m

    def decide(self, method: Method) -> None:
        """Hold the fix at hand against each zone, and let go of what is no longer in doubt."""
        numbers = [number for number in range(len(self.zones)) if self.concerns(number)]
        for number in numbers:
            self._decide(number, method)
        self.was_under_way |= self.sight is not None or bool(self.standings)
        held = [number for number in numbers if self.seen.holds[number][self.place]]
        is_far = not any(self.is_near(number) for number in held)
        if self.is_weighed and is_far and all(_is_settled(chance) for chance, _ in self.chances.values()):
            self.sight = None
        # Who seems to be deep inside and is not believed to be may turn out to have been there all the time.
        doubted = [number for number in held if self.is_near(number) or self.is_against(number)]
        in_doubt = {self.zones[number].key for number in doubted} if self.sight is not None else set()
        self.standings = {
            key: each for key, each in self.standings.items() if each.episode is not None or key in in_doubt
        }

    def _decide(self, number: int, method: Method) -> None:
        zone, look = self.zones[number], self._look(number, method)
        standing = self.standings.get(zone.key)
        if standing is None:
            begun = look.unseen_before or self.former is None
            standing = (
                Standing(look.against, look.at_ms)
                if begun
                else Standing(self.was_against(number), self.seen.fixes[self.place - 1].at_ms)
            )
        standing, over = closed_in_time(standing, zone, look.at_ms)
        through = self._crossed(number, standing)
        standing, news = after_look(standing, look, zone)
        self.standings[zone.key] = standing
        self.changes += (*over, *through, *news)

    def _look(self, number: int, method: Method) -> Look:
        fix, former = self.fix, self.former
        against = self.is_against(number)
        unseen = former is None or fix.at_ms - former.at_ms > method.line_ms
        if self.sight is not None and not self.is_weighed:
            # It tells no more than the side he is on, and most fixes of who is near an edge are such.
            return Look(fix.at_ms, None, unseen, against, 0.0, weighed=False)
        chance, estimate_m = self.chances.get(number, (1.0 if against else 0.0, None))
        at_rest, thrown = self._explained()
        return Look(
            at_ms=fix.at_ms,
            previous_ms=None if former is None else former.at_ms,
            unseen_before=unseen,
            against=against,
            chance=chance,
            plain=not self.is_near(number),
            distance_m=None if np.isinf(self.off_m(number)) else self.off_m(number),
            sigma_m=fix.sigma_m,
            estimate_m=estimate_m,
            speed_mps=self._speed_mps(),
            at_rest=at_rest,
            thrown=thrown,
        )

    def _explained(self) -> tuple[float | None, float | None]:
        """The chance that he is at rest, and that the receiver is thrown off."""
        if self.sight is None:
            return None, None
        weights = self.sight.array[whereabouts.WEIGHT]
        return (
            float(weights[whereabouts.REST].sum()),
            float(weights[:, whereabouts.THROWN].sum()),
        )

    def _speed_mps(self) -> float | None:
        """How fast he came here from the last weighed fix; what the device says, where that is too long ago."""
        fix, since = self.fix, self.weighed_before or self.former
        if since is not None and 0 < fix.at_ms - since.at_ms <= _SPEED_OVER_MS:
            way_m = distance_m(since.lat_deg, since.lon_deg, fix.lat_deg, fix.lon_deg)
            return way_m / ((fix.at_ms - since.at_ms) / 1000.0)
        return self.fixes[self.place - 1].speed_mps

    def _crossed(self, number: int, standing: Standing) -> tuple[Change, ...]:
        line, former, fix = self.seen.lines.get((number, self.place)), self.former, self.fix
        if line is None or former is None:
            return ()
        after_ms = fix.at_ms - former.at_ms
        length_m = distance_m(former.lat_deg, former.lon_deg, fix.lat_deg, fix.lon_deg)
        ends = (
            (self.seen.distances_m[number][self.place - 1], former.sigma_m),
            (self.off_m(number), fix.sigma_m),
        )
        _, thrown = self._explained()
        chance = chance_of(line, length_m, ends) * (1.0 - (thrown or 0.0))
        between_ms = (
            former.at_ms + round(line.in_share * after_ms),
            former.at_ms + round(line.out_share * after_ms),
        )
        told = Look(fix.at_ms, former.at_ms, False, True, chance, distance_m=-line.detour_m, sigma_m=fix.sigma_m)
        return crossed(standing, told, self.zones[number], between_ms)


def _is_settled(chance: float) -> bool:
    return not _SETTLED < chance < 1.0 - _SETTLED


def kept(standings: Mapping[ZoneKey, Standing]) -> tuple[tuple[ZoneKey, Standing], ...]:
    """Standings in the order in which a state keeps them."""
    return tuple(sorted(standings.items(), key=lambda item: item[0]))
