"""A zone: a shape that is forbidden or prescribed, with the time during which it holds."""

from dataclasses import dataclass
from typing import Literal

from geo.policy import Policy
from geo.schedule import Schedule
from geo.shapes import Shape
from geo.spans import Span, joined, span_at

__all__ = ["Shape", "Span", "Zone", "ZoneKey", "ZoneKind"]

ZoneKind = Literal["exclusion", "inclusion"]
ZoneKey = tuple[str, int]


@dataclass(frozen=True)
class Zone:
    """One version of a zone (gebied); holds in its spans while its schedule, if it has one, is active.

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", joined(self.holds))

    @property
    def key(self) -> ZoneKey:
        """Id and version: what an episode belongs to."""
        return (self.id, self.version)

    def held(self, at_ms: int) -> Span | None:
        """The unbroken stretch around an instant (epoch ms) during which the zone holds; None when it does not."""
        span = span_at(self.holds, at_ms)
        if span is None or self.schedule is None:
            return span
        return self.schedule.stretch(at_ms, span)

    def begins_at(self, at_ms: int) -> bool:
        """Whether one of the spans begins at this instant (epoch ms), rather than a window of the schedule."""
        return any(span.from_ms == at_ms for span in self.holds)

    def ends_at(self, at_ms: int) -> bool:
        """Whether one of the spans ends at this instant (epoch ms), rather than the schedule pausing there."""
        return any(span.until_ms == at_ms for span in self.holds)

    def breached_at(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether a position (degrees) is against the zone whenever it holds: inside a ban, outside a duty."""
        return self.shape.covers(lat_deg, lon_deg) == (self.kind == "exclusion")
