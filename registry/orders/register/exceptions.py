"""What a ban leaves open (uitzondering): contact through a lawyer, handing over a child, a parenting app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]
Window = Mapping[str, Any]


class ExceptionKind(StrEnum):
    """What is left open (soort uitzondering)."""

    LAWYER = "lawyer"
    """via de advocaat"""
    CHILD_HANDOVER = "child_handover"
    """bij de overdracht van een kind"""
    PARENTING_APP = "parenting_app"
    """via een ouderschapsapp"""
    MEDIATION = "mediation"
    """in een bemiddelingsgesprek"""
    COURT = "court"
    """bij een zitting"""
    OTHER = "other"
    """anders"""


_KINDS_NL = {
    ExceptionKind.LAWYER: "via de advocaat",
    ExceptionKind.CHILD_HANDOVER: "bij de overdracht van een kind",
    ExceptionKind.PARENTING_APP: "via een ouderschapsapp",
    ExceptionKind.MEDIATION: "in een bemiddelingsgesprek",
    ExceptionKind.COURT: "bij een zitting",
    ExceptionKind.OTHER: "anders, zie de tekst van de uitspraak",
}
_DAYS_NL = {
    "mon": "maandag",
    "tue": "dinsdag",
    "wed": "woensdag",
    "thu": "donderdag",
    "fri": "vrijdag",
    "sat": "zaterdag",
    "sun": "zondag",
}


@dataclass(frozen=True, slots=True)
class ExceptionContent:
    """An exception to a ban: the words of the judgment, and the hours or the stretch in which it holds.

    `windows` are weekly, in the time zone of the order; without windows and instants it holds always.
    """

    kind: ExceptionKind
    text: str | None = field(default=None, repr=False)
    windows: tuple[Window, ...] = ()
    from_at: datetime | None = None
    until_at: datetime | None = None
    times_unreadable: bool = False

    def document(self) -> Document:
        """As it is sealed with its condition."""
        return {
            "kind": self.kind.value,
            "text": self.text,
            "windows": [{name: each[name] for name in ("days", "from", "until")} for each in self.windows],
            "from_at": self.from_at.isoformat() if self.from_at else None,
            "until_at": self.until_at.isoformat() if self.until_at else None,
            "times_unreadable": self.times_unreadable,
        }


def exception_nl(told: Mapping[str, Any], zone: ZoneInfo) -> str:
    """A sealed exception in plain Dutch: what is left open and when; never the words of the judgment.

    >>> told = {"kind": "child_handover", "windows": [{"days": ["fri"], "from": "17:00", "until": "18:00"}]}
    >>> exception_nl(told, ZoneInfo("Europe/Amsterdam"))
    'Uitgezonderd: bij de overdracht van een kind, vrijdag 17:00-18:00.'
    """
    parts = [_KINDS_NL[ExceptionKind(told["kind"])], *(_window_nl(each) for each in told.get("windows") or ())]
    for name, word in (("from_at", "vanaf"), ("until_at", "tot")):
        if told.get(name):
            parts.append(f"{word} {datetime.fromisoformat(told[name]).astimezone(zone):%d-%m-%Y %H:%M}")
    if told.get("times_unreadable"):
        parts.append("op tijden die onleesbaar zijn aangeleverd")
    return f"Uitgezonderd: {', '.join(parts)}."


def _window_nl(window: Window) -> str:
    return f"{' en '.join(_DAYS_NL[day] for day in window['days'])} {window['from']}-{window['until']}"
