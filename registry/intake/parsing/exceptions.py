"""What a ban leaves open, with its times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.errors import ScheduleError
from geo.schedule import Schedule
from registry.intake.parsing.reader import LONGEST_TEXT, Reader
from registry.orders.force.period import zone_of
from registry.orders.register.exceptions import ExceptionContent, ExceptionKind

_DUTCH = {
    "advocaat": ExceptionKind.LAWYER,
    "kinderoverdracht": ExceptionKind.CHILD_HANDOVER,
    "ouderschapsapp": ExceptionKind.PARENTING_APP,
    "bemiddeling": ExceptionKind.MEDIATION,
    "zitting": ExceptionKind.COURT,
}
_KINDS = {each.value: each for each in ExceptionKind} | _DUTCH


def exceptions(condition: Reader, time_zone: str) -> tuple[ExceptionContent, ...]:
    """The exceptions of a condition; one whose times cannot be read is kept as text."""
    return tuple(_exception(each, time_zone) for each in condition.children("exceptions"))


def _exception(reader: Reader, time_zone: str) -> ExceptionContent:
    kind = _KINDS.get((reader.text("kind") or "").casefold())
    if kind is None:
        reader.warn("exception_kind_unknown", "kind")
    zone = zone_of(time_zone)
    from_at, until_at = reader.instant("from", zone), reader.instant("until", zone)
    windows, readable = _windows(reader, time_zone)
    if from_at and until_at and until_at <= from_at:
        reader.warn("exception_times_unreadable", "until")
        readable = False
    read = ExceptionContent(
        kind=kind or ExceptionKind.OTHER,
        text=reader.text("text", longest=LONGEST_TEXT),
        windows=windows,
        from_at=from_at,
        until_at=until_at,
        times_unreadable=not readable,
    )
    reader.close()
    return read


def _windows(reader: Reader, time_zone: str) -> tuple[tuple[Mapping[str, Any], ...], bool]:
    """The weekly windows as delivered, and whether they could be read."""
    wire: Any = reader.raw("weekly")
    if wire is None:
        return (), True
    try:
        Schedule.from_wire({"weekly": wire}, time_zone)
    except ScheduleError as error:
        reader.warn("exception_times_unreadable", error.path.removeprefix("/"), error.code)
        return (), False
    return tuple(wire), True
