"""What is said of a zone that is tried: how often it would have called, and what is wrong with its place or shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from geo.episode import Episode, Verdict
from geo.overlap import shared_m2
from geo.shapes import CircleShape, Shape
from geo.zones import ZoneKind

WEEK_MS = 7 * 86_400_000
_MOST_COMBINED = 6


@dataclass(frozen=True, slots=True)
class Limits:
    """Configuration, not law, but for the first figure.

    A banned area nearer to his home than `near_home_m` leaves the police no time (Boone 2016: 5 km). Ground smaller
    than `dwelling_m2` is taken for that of one dwelling and its garden.
    """

    near_home_m: float = 5_000.0
    dwelling_m2: float = 10_000.0


LIMITS = Limits()


class Warned(StrEnum):
    """What a zone is warned of."""

    NEAR_HOME = "near_home"
    MAIN_ROAD = "main_road"
    RAILWAY = "railway"
    CIRCLE_TELLS_CENTRE = "circle_tells_centre"
    SMALL = "small"
    MEET_IN_ONE_DWELLING = "meet_in_one_dwelling"


TEXTS_NL = {
    Warned.NEAR_HOME: "Het verboden gebied ligt zo dicht bij zijn woning dat de politie niet op tijd kan zijn.",
    Warned.MAIN_ROAD: "Een hoofdweg loopt door het gebied: wie er alleen langs rijdt, geeft meldingen.",
    Warned.RAILWAY: "Een spoorlijn loopt door het gebied: wie er alleen langs rijdt, geeft meldingen.",
    Warned.CIRCLE_TELLS_CENTRE: "Een cirkel verraadt haar middelpunt. Ligt daar een adres dat geheim moet blijven,"
    " kies dan een andere vorm.",
    Warned.SMALL: "Het gebied is zo klein dat het een woning aanwijst.",
    Warned.MEET_IN_ONE_DWELLING: "Deze gebieden hebben samen alleen een plek gemeen die een woning aanwijst.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A zone that is tried; `place` is its place in the question, None for one that the order has already."""

    kind: ZoneKind
    shape: Shape
    place: int | None


@dataclass(frozen=True, slots=True)
class Warning:
    """One warning, of the zones at these places; metres from his home, or square metres of the ground in question."""

    code: Warned
    places: tuple[int, ...]
    distance_m: int | None = None
    area_m2: int | None = None
    replaces: tuple[Shape, ...] = field(default=(), repr=False)


def near_home(tried: Sequence[Tried], home: tuple[float, float], limits: Limits = LIMITS) -> Iterator[Warning]:
    """Banned areas too near to his home (degrees)."""
    for each in _new_bans(tried):
        off_m = max(each.shape.signed_distance_m(*home), 0.0)
        if off_m < limits.near_home_m:
            yield Warning(Warned.NEAR_HOME, _places([each]), distance_m=int(round(off_m, -1)))


def giveaways(tried: Sequence[Tried], limits: Limits = LIMITS) -> Iterator[Warning]:
    """Shapes of banned areas that tell where the protected person lives: each alone, and several together."""
    for each in _new_bans(tried):
        area_m2 = each.shape.area_m2
        if area_m2 < limits.dwelling_m2:
            yield Warning(Warned.SMALL, _places([each]), area_m2=round(area_m2), replaces=(each.shape,))
        elif isinstance(each.shape, CircleShape):
            yield Warning(Warned.CIRCLE_TELLS_CENTRE, _places([each]), replaces=(each.shape,))
    bans = [each for each in tried if each.kind == "exclusion"]
    for together in _combined(bans):
        area_m2 = shared_m2([each.shape for each in together])
        alone = min(each.shape.area_m2 for each in together)
        if any(each.place is not None for each in together) and 0.0 < area_m2 < min(limits.dwelling_m2, alone):
            shapes = tuple(each.shape for each in together)
            yield Warning(Warned.MEET_IN_ONE_DWELLING, _places(together), area_m2=round(area_m2), replaces=shapes)
            return


def _new_bans(tried: Sequence[Tried]) -> list[Tried]:
    return [each for each in tried if each.kind == "exclusion" and each.place is not None]


def _places(tried: Sequence[Tried]) -> tuple[int, ...]:
    return tuple(each.place for each in tried if each.place is not None)


def _combined(bans: Sequence[Tried]) -> Iterator[tuple[Tried, ...]]:
    """Those that are looked at together: all of them first, and then fewer."""
    sizes = range(len(bans), 1, -1) if len(bans) <= _MOST_COMBINED else (len(bans), 2)
    for size in sizes:
        yield from combinations(bans, size)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often zones called: sirens, quiet alerts for a passage or a doubt, and for being near; over so many days."""

    sirens: int
    quiet: int
    near: int
    days: float

    def a_week(self, count: int) -> float:
        """So many in these days, as a number a week; over less than a day nothing is said of a week.

        >>> Calls(6, 0, 0, 28.0).a_week(6)
        1.5
        """
        return round(count * 7.0 / max(self.days, 1.0), 2)


def calls_of(bans: Sequence[Episode], rings: Sequence[Episode], length_ms: int) -> Calls:
    """Count the episodes of zones, and those of the rings around them."""
    sirens = sum(one.verdict is Verdict.CONFIRMED for one in bans)
    return Calls(sirens, len(bans) - sirens, len(rings), length_ms / (WEEK_MS / 7))
