"""Stretches of time in epoch milliseconds, half open: the end itself is outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From an instant until another, or without an end.

    >>> Span(0, 1000).holds(999), Span(0, 1000).holds(1000), Span(0).holds(10**15)
    (True, False, True)
    """

    from_ms: int
    until_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        """Whether the instant (epoch ms) lies in the span."""
        return self.from_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies in the span."""
        return self.until_ms is not None and self.until_ms <= self.from_ms


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same instants in the fewest spans, in order; touching spans become one.

    >>> joined([Span(5, 9), Span(0, 5), Span(20), Span(3, 3)])
    (Span(from_ms=0, until_ms=9), Span(from_ms=20, until_ms=None))
    """
    filled = [span for span in spans if not span.is_empty]
    if len(filled) < 2:
        return tuple(filled)
    result: list[Span] = []
    for span in sorted(filled, key=lambda span: span.from_ms):
        last = result[-1] if result else None
        if last is None or (last.until_ms is not None and last.until_ms < span.from_ms):
            result.append(span)
        elif last.until_ms is not None and (span.until_ms is None or span.until_ms > last.until_ms):
            result[-1] = Span(last.from_ms, span.until_ms)
    return tuple(result)


def without(spans: Iterable[Span], gone: Iterable[Span]) -> tuple[Span, ...]:
    """The instants of some spans that lie in none of the others.

    >>> without([Span(0)], [Span(5, 9), Span(20, 30)])
    (Span(from_ms=0, until_ms=5), Span(from_ms=9, until_ms=20), Span(from_ms=30, until_ms=None))
    """
    rest = joined(spans)
    for each in joined(gone):
        rest = joined(part for span in rest for part in _beside(span, each))
    return rest


def _beside(span: Span, gone: Span) -> list[Span]:
    """What lies before, and what after."""
    before_ms = gone.from_ms if span.until_ms is None else min(span.until_ms, gone.from_ms)
    parts = [Span(span.from_ms, before_ms)]
    if gone.until_ms is not None:
        parts.append(Span(max(span.from_ms, gone.until_ms), span.until_ms))
    return parts


def span_at(spans: Iterable[Span], at_ms: int) -> Span | None:
    """The span that holds the instant (epoch ms), if any.

    >>> span_at([Span(0, 5), Span(8)], 6) is None
    True
    """
    return next((span for span in spans if span.holds(at_ms)), None)


def instant(at_ms: int) -> datetime:
    """Return an instant from epoch milliseconds."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def instant_or_none(at_ms: int | None) -> datetime | None:
    """Return an instant from epoch milliseconds; None of what has none, such as the end of what goes on."""
    return None if at_ms is None else instant(at_ms)
