"""What an episode was judged from, as values: positions, zones, policy, and the point from which it was judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from geo.accuracy import Accuracy
from geo.episode import Episode, collect
from geo.episodes import advance, expire
from geo.policy import Method, Policy
from geo.schedule import Schedule
from geo.spans import Span
from geo.track import Fix, TrackState
from geo.whereabouts import Model, Motion, Receiver
from geo.wire import shape_from_geojson
from geo.zones import Zone

Document = Mapping[str, Any]


class Use(StrEnum):
    """What became of a position: judged, the last one before what was judged, or kept and not judged."""

    USED = "used"
    BEFORE = "before"
    UNUSED = "unused"


class Begin(StrEnum):
    """From what judging goes on: nothing, the last position with nothing under way, or a state that was kept."""

    NOTHING = "nothing"
    FIX = "fix"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class KeptFix:
    """A position as it was stored: device, receipt (epoch ms), and why it is not judged, where it is not.

    One of (0, 0) has no place.
    """

    device_id: str
    at_ms: int
    sequence: int
    received_at_ms: int
    lat_deg: float | None
    lon_deg: float | None
    accuracy_m: float | None
    hdop: float | None
    speed_mps: float | None
    use: Use = Use.USED
    reason: str | None = None

    @property
    def fix(self) -> Fix:
        """The position as it is judged; raises ValueError where there is none."""
        if self.lat_deg is None or self.lon_deg is None:
            raise ValueError("a position that is judged has a place")
        told = (self.accuracy_m, self.sequence, self.hdop, self.speed_mps)
        return Fix(self.at_ms, self.lat_deg, self.lon_deg, *told)


@dataclass(frozen=True, slots=True)
class Worn:
    """That the wearer wore a device, from an instant (epoch ms) until another, or without an end."""

    device_id: str
    worn: Span


@dataclass(frozen=True, slots=True)
class Case:
    """All that the episodes of a stretch of a wearer's track follow from; judged up to `judged_at_ms` (epoch ms)."""

    person_id: str
    worn: tuple[Worn, ...]
    fixes: tuple[KeptFix, ...]
    zones: tuple[Zone, ...]
    method: Method
    begin: Begin
    state: TrackState | None
    judged_at_ms: int

    def of_others(self) -> list[KeptFix]:
        """The positions that are judged and are not of a device that he wore then: there should be none."""
        return [
            one
            for one in self.fixes
            if one.use is not Use.UNUSED
            and not any(each.device_id == one.device_id and each.worn.holds(one.at_ms) for each in self.worn)
        ]

    def begun(self) -> TrackState:
        """The state from which judging goes on."""
        if self.begin is Begin.STATE:
            if self.state is None:
                raise ValueError("the state to go on from is not told")
            return self.state
        before = [one.fix for one in self.fixes if one.use is Use.BEFORE]
        if (self.begin is Begin.FIX) != (len(before) == 1):
            raise ValueError("one position before what is judged, or none")
        state = TrackState()
        for fix in before:
            state = state.passed(fix, self.method.accuracy.sigma_m(fix.accuracy_m, fix.hdop))
        return state

    def episodes(self) -> tuple[Episode, ...]:
        """Judge it again: the pure function of positions, zones and method, up to the instant of the judgement."""
        state = self.begun()
        fixes = sorted((one.fix for one in self.fixes if one.use is Use.USED), key=lambda fix: fix.order)
        after, changes = advance(state, fixes, self.zones, self.method)
        _, ended = expire(after, self.zones, self.judged_at_ms)
        return collect((*changes, *ended), state.open)


def limited(state: TrackState, zones: Iterable[Zone]) -> TrackState:
    """A state in which nothing is said of other zones than these."""
    keys = {zone.key for zone in zones}
    return replace(state, standings=tuple((key, standing) for key, standing in state.standings if key in keys))


def zone_from(told: Document) -> Zone:
    """Read a zone as a bundle tells it: the shape as delivered, so that it is drawn as it was.

    Raises GeometryError, ScheduleError, KeyError, TypeError or ValueError for anything else.
    """
    schedule = told["schedule"]
    if told["kind"] not in ("exclusion", "inclusion"):
        raise ValueError("a zone of another kind")
    return Zone(
        str(told["id"]),
        int(told["version"]),
        told["kind"],
        shape_from_geojson(told["shape"], told["crs"], told["bufferM"]),
        spans_from(told["holds"]),
        None if schedule is None else Schedule.from_wire(schedule, told["timeZone"]),
        Policy(**told["policy"]),
        spans_from(told["exemptions"]),
    )


def zone_to(zone: Zone, drawn: Document) -> dict[str, Any]:
    """Tell a zone: with `shape`, `crs`, `bufferM`, `schedule` and `timeZone` as they were delivered."""
    told = {"id": zone.id, "version": zone.version, "kind": zone.kind} | dict(drawn)
    spans = {"holds": spans_to(zone.holds), "exemptions": spans_to(zone.exemptions)}
    return told | spans | {"policy": asdict(zone.policy)}


def spans_to(spans: Sequence[Span]) -> list[list[int | None]]:
    """Spans as pairs of epoch milliseconds; the end is null where there is none."""
    return [[span.from_ms, span.until_ms] for span in spans]


def spans_from(told: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    """Read what `spans_to` wrote."""
    return tuple(Span(int(from_ms), None if until_ms is None else int(until_ms)) for from_ms, until_ms in told)


def method_from(told: Document) -> Method:
    """Read a method that `asdict` wrote.

    >>> method_from(asdict(Method())) == Method()
    True
    """
    motion, receiver = dict(told["model"]["motion"]), dict(told["model"]["receiver"])
    for part in (motion, receiver):
        part |= {name: _tuples(value) for name, value in part.items() if isinstance(value, list | tuple)}
    rest = {name: value for name, value in told.items() if name not in ("accuracy", "model")}
    return Method(Accuracy(**told["accuracy"]), Model(Motion(**motion), Receiver(**receiver)), **rest)


def _tuples(value: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(_tuples(one) if isinstance(one, list | tuple) else one for one in value)
