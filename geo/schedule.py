"""When in the week a zone holds: windows in local time, and exceptions during which it does not.

A local time that does not exist, or exists twice, is read as RFC 5545 reads it: with the offset before the change.
So windows that touch in local time touch in real time too, and a night is 10 or 12 hours long when the clock changes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from geo.errors import ScheduleError
from geo.spans import Span, joined, span_at

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MINUTES_A_DAY = 24 * 60
_NEARBY_DAYS = 2
_WEEK_AND_SLACK_DAYS = 9
_DAYS_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of local time that begins on each of the days (0 is Monday); one that ends no later than it begins
    ends on the next day."""

    days: tuple[int, ...]
    from_minute: int
    until_minute: int

    @property
    def length_minutes(self) -> int:
        """Minutes of local time, 24 hours at most.

        >>> Window((0,), 20 * 60, 7 * 60).length_minutes
        660
        """
        length = self.until_minute - self.from_minute
        return length if length > 0 else length + _MINUTES_A_DAY


@dataclass(frozen=True)
class Schedule:
    """Weekly windows in local time and exceptions; without windows always active save for the exceptions.

    >>> night = Schedule((Window((4,), 20 * 60, 7 * 60),), (), "Europe/Amsterdam")
    >>> friday_at = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    >>> night.active(int(friday_at.timestamp() * 1000))
    True
    >>> night.active(int((friday_at + timedelta(hours=7)).timestamp() * 1000))
    False
    """

    weekly: tuple[Window, ...]
    exceptions: tuple[Span, ...]
    time_zone: str
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _seen: dict[date, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", _time_zone(self.time_zone))
        object.__setattr__(self, "exceptions", joined(self.exceptions))

    @classmethod
    def from_wire(cls, document: object, time_zone: str) -> "Schedule":
        """Read `{"weekly": [...], "exceptions": [...]}`; raises ScheduleError with the place of the first fault.

        >>> Schedule.from_wire({"weekly": [{"days": ["mon"], "from": "20:00", "until": "24:00"}]}, "UTC").weekly
        (Window(days=(0,), from_minute=1200, until_minute=1440),)
        """
        if not isinstance(document, Mapping):
            raise ScheduleError("not_an_object", "a schedule is an object with weekly windows and exceptions")
        weekly, exceptions = document.get("weekly"), document.get("exceptions")
        windows = () if weekly is None else tuple(_windows(_items(weekly, "/weekly")))
        if weekly is not None and not windows:
            raise ScheduleError(
                "weekly_empty", "an empty list of windows is unclear: leave it out for always", "/weekly"
            )
        spans = () if exceptions is None else tuple(_exceptions(_items(exceptions, "/exceptions")))
        return cls(windows, spans, time_zone)

    def active(self, at_ms: int) -> bool:
        """Whether the schedule is active at an instant (epoch ms)."""
        return span_at(self.exceptions, at_ms) is None and self.in_window(at_ms)

    def in_window(self, at_ms: int) -> bool:
        """Whether an instant (epoch ms) lies in a window, exceptions aside; without windows it always does."""
        return not self.weekly or span_at(self._spans_around(self._day_of(at_ms), 1), at_ms) is not None

    def starts(self, from_ms: int, until_ms: int) -> list[int]:
        """Every instant (epoch ms) between two at which the schedule may become active: the ends of its exceptions too.

        >>> Schedule((Window((0, 1), 0, 60),), (), "UTC").starts(0, 7 * 86_400_000)
        [345600000, 432000000]
        """
        ends = [span.until_ms for span in self.exceptions if span.until_ms is not None]
        first, last = self._day_of(from_ms), self._day_of(until_ms)
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        windows = [
            self._instant_ms(on, window.from_minute)
            for on in days for window in self.weekly if on.weekday() in window.days
        ]  # fmt: skip
        return [at_ms for at_ms in (*ends, *windows) if from_ms <= at_ms < until_ms]

    def stretch(self, at_ms: int, within: Span) -> Span | None:
        """The unbroken active stretch around an instant (epoch ms), cut to a span; None when not active.

        >>> Schedule((), (Span(50, 60),), "UTC").stretch(70, Span(0, 100))
        Span(from_ms=60, until_ms=100)
        """
        if span_at(self.exceptions, at_ms) or not within.holds(at_ms):
            return None
        weekly = self._weekly_stretch(at_ms)
        if weekly is None:
            return None
        starts = [within.from_ms, weekly[0], *(span.until_ms for span in self.exceptions if span.from_ms <= at_ms)]
        ends = [within.until_ms, weekly[1], *(span.from_ms for span in self.exceptions if span.from_ms > at_ms)]
        return Span(
            max(start for start in starts if start is not None),
            min((end for end in ends if end is not None), default=None),
        )

    def _weekly_stretch(self, at_ms: int) -> tuple[int | None, int | None] | None:
        """Start and end of the windows' stretch; None on a side where the windows cover the whole week."""
        if not self.weekly:
            return (None, None)
        day = self._day_of(at_ms)
        start_ms: int | None = None
        end_ms: int | None = None
        for reach_days in (_NEARBY_DAYS, _WEEK_AND_SLACK_DAYS):
            found = span_at(self._joined_around(day, reach_days), at_ms)
            if found is None or found.until_ms is None:
                return None
            start_ms = found.from_ms if found.from_ms > self._midnight_ms(day, 1 - reach_days) else None
            end_ms = found.until_ms if found.until_ms < self._midnight_ms(day, reach_days + 1) else None
            if start_ms is not None and end_ms is not None:
                break
        return (start_ms, end_ms)

    def _joined_around(self, day: date, reach_days: int) -> tuple[Span, ...]:
        """The windows around a day; those nearby are remembered, for a batch asks for the same day again and again."""
        if reach_days != _NEARBY_DAYS:
            return joined(self._spans_around(day, reach_days))
        spans = self._seen.get(day)
        if spans is None:
            if len(self._seen) >= _DAYS_REMEMBERED:
                self._seen.clear()
            spans = self._seen[day] = joined(self._spans_around(day, reach_days))
        return spans

    def _spans_around(self, day: date, reach_days: int) -> list[Span]:
        days = [day + timedelta(days=offset) for offset in range(-reach_days, reach_days + 1)]
        return [self._span_of(window, on) for on in days for window in self.weekly if on.weekday() in window.days]

    def _span_of(self, window: Window, on: date) -> Span:
        end_minute = window.from_minute + window.length_minutes
        return Span(self._instant_ms(on, window.from_minute), self._instant_ms(on, end_minute))

    def _instant_ms(self, day: date, minute: int) -> int:
        local = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(minutes=minute)
        return round(local.timestamp() * 1000)

    def _midnight_ms(self, day: date, offset_days: int) -> int:
        return self._instant_ms(day, offset_days * _MINUTES_A_DAY)

    def _day_of(self, at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, tz=self._zone).date()


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ScheduleError("time_zone_unknown", "the time zone is not in the IANA list", "/timeZone") from error


def _items(value: object, path: str) -> list[tuple[Mapping[str, object], str]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ScheduleError("not_a_list", "expected a list", path)
    for number, item in enumerate(value):
        if not isinstance(item, Mapping):
            raise ScheduleError("not_an_object", "expected an object", f"{path}/{number}")
    return [(item, f"{path}/{number}") for number, item in enumerate(value)]


def _windows(items: list[tuple[Mapping[str, object], str]]) -> list[Window]:
    return [
        Window(
            _days(item.get("days"), f"{path}/days"),
            _minute(item.get("from"), f"{path}/from"),
            _minute(item.get("until"), f"{path}/until", end=True),
        )
        for item, path in items
    ]


def _days(value: object, path: str) -> tuple[int, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ScheduleError("days_missing", "name at least one day", path)
    if not all(day in _DAYS for day in value):
        raise ScheduleError("day_unknown", f"a day is one of {', '.join(_DAYS)}", path)
    return tuple(sorted({_DAYS.index(day) for day in value}))


def _minute(value: object, path: str, *, end: bool = False) -> int:
    if end and value == "24:00":
        return _MINUTES_A_DAY
    clock = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if clock is None:
        raise ScheduleError("clock_unreadable", "a time of day is written HH:MM", path)
    return int(clock[1]) * 60 + int(clock[2])


def _exceptions(items: list[tuple[Mapping[str, object], str]]) -> list[Span]:
    spans = []
    for item, path in items:
        span = Span(_instant(item.get("from"), f"{path}/from"), _instant(item.get("until"), f"{path}/until"))
        if span.is_empty:
            raise ScheduleError("exception_empty", "an exception ends after it begins", path)
        spans.append(span)
    return spans


def _instant(value: object, path: str) -> int:
    if not isinstance(value, str) or not _OFFSET.fullmatch(value):
        raise ScheduleError("instant_unreadable", "an instant is RFC 3339 with an offset", path)
    try:
        return round(datetime.fromisoformat(value.upper()).astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise ScheduleError("instant_unreadable", "an instant is RFC 3339 with an offset", path) from error
