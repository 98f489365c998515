"""A zone: a shape that is forbidden or prescribed, with the time during which it holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from geo.policy import Policy
from geo.schedule import Schedule
from geo.shapes import Shape
from geo.spans import Span, joined, span_at, without

__all__ = ["Border", "Shape", "Span", "Zone", "ZoneKey", "ZoneKind"]

ZoneKind = Literal["exclusion", "inclusion"]
ZoneKey = tuple[str, int]


class Border(StrEnum):
    """Why a zone begins or stops to hold: its own time, a window of its schedule, or an exemption."""

    ZONE = "zone"
    WINDOW = "window"
    EXEMPTION = "exemption"


@dataclass(frozen=True)
class Zone:
    """One version of a zone (gebied); holds in its spans while its schedule, if it has one, is active.

    During an exemption (ontheffing) it does not hold; the exceptions of its schedule count as exemptions too. `binds`
    is what its spans and its exemptions leave, the schedule aside.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> zone = Zone("Z1", 1, "exclusion", CircleShape(Territory.EUROPEAN, 52.09, 5.12, 200.0), (Span(0, 1000),))
    >>> zone.held(500), zone.held(1000)
    (Span(from_ms=0, until_ms=1000), None)
    """

    id: str
    version: int
    kind: ZoneKind
    shape: Shape
    holds: tuple[Span, ...]
    schedule: Schedule | None = None
    policy: Policy = Policy()
    exemptions: tuple[Span, ...] = ()
    binds: tuple[Span, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", joined(self.holds))
        object.__setattr__(self, "exemptions", joined(self.exemptions))
        object.__setattr__(self, "binds", without(self.holds, self.exemptions) if self.exemptions else self.holds)

    @property
    def key(self) -> ZoneKey:
        """Id and version: what an episode belongs to."""
        return (self.id, self.version)

    def held(self, at_ms: int) -> Span | None:
        """The unbroken stretch around an instant (epoch ms) during which the zone holds; None when it does not."""
        span = span_at(self.binds, at_ms)
        if span is None or self.schedule is None:
            return span
        return self.schedule.stretch(at_ms, span)

    def stretches(self, from_ms: int, until_ms: int) -> Iterator[Span]:
        """The unbroken stretches in which the zone holds and that meet a stretch of time (epoch ms), in order.

        >>> from geo.projection import Territory
        >>> from geo.shapes import CircleShape
        >>> spot = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 200.0)
        >>> zone = Zone("Z1", 1, "inclusion", spot, (Span(0, 90),), exemptions=(Span(50, 70),))
        >>> [(span.from_ms, span.until_ms) for span in zone.stretches(10, 80)]
        [(0, 50), (70, 90)]
        """
        starts = [span.from_ms for span in self.binds]
        if self.schedule is not None:
            starts += self.schedule.starts(from_ms, until_ms)
        last: Span | None = None
        for at_ms in sorted({from_ms, *(start for start in starts if from_ms < start < until_ms)}):
            held = self.held(at_ms)
            if held is not None and held != last:
                last = held
                yield held

    def begins_by(self, at_ms: int) -> Border:
        """What lets the zone begin to hold at this instant (epoch ms), at which it does.

        >>> from geo.projection import Territory
        >>> from geo.shapes import CircleShape
        >>> spot = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 200.0)
        >>> zone = Zone("Z1", 1, "inclusion", spot, (Span(0, 90),), exemptions=(Span(50, 70),))
        >>> [str(zone.begins_by(at_ms)) for at_ms in (0, 70)], [str(zone.ends_by(at_ms)) for at_ms in (50, 90)]
        (['zone', 'exemption'], ['exemption', 'zone'])
        """
        if any(span.from_ms == at_ms for span in self.holds):
            return Border.ZONE
        was_exempt = any(span.until_ms == at_ms for span in self._exempted)
        return Border.EXEMPTION if was_exempt and self._is_scheduled(at_ms - 1) else Border.WINDOW

    def ends_by(self, at_ms: int) -> Border:
        """What lets the zone stop to hold at this instant (epoch ms)."""
        if any(span.until_ms == at_ms for span in self.holds):
            return Border.ZONE
        is_exempt = any(span.from_ms == at_ms for span in self._exempted)
        return Border.EXEMPTION if is_exempt and self._is_scheduled(at_ms) else Border.WINDOW

    @property
    def _exempted(self) -> tuple[Span, ...]:
        return joined((*self.exemptions, *(self.schedule.exceptions if self.schedule else ())))

    def _is_scheduled(self, at_ms: int) -> bool:
        return self.schedule is None or self.schedule.in_window(at_ms)

    def breached_at(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether a position (degrees) is against the zone whenever it holds: inside a ban, outside a duty."""
        return self.shape.covers(lat_deg, lon_deg) == (self.kind == "exclusion")
