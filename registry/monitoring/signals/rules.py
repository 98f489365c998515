"""What a device says of itself: which words mean what, how loud each is, and how marks become stretches of time.

Configuration, not law: no source sets these words, priorities and levels. NIJ Standard-1004.00 asks that removal, a low
battery and lost signals are alerted; the words are those of Traccar's alarms beside the plain names of the parts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry.monitoring.rules import Call

_BETWEEN_WORDS = re.compile(r"[\s,;]+")
_LOW_PCT, _EMPTY_PCT = 20.0, 5.0
_CHARGED_BY_PCT = 10.0  # so much above a level before it is over, or a level at its edge would call again and again
CHARGED_PCT = _LOW_PCT + _CHARGED_BY_PCT


class SignalKind(StrEnum):
    """What is the matter with a device."""

    STRAP = "strap"
    CASE = "case"
    EMERGENCY = "emergency"
    JAMMING = "jamming"
    BATTERY_LOW = "battery_low"
    BATTERY_EMPTY = "battery_empty"
    CHARGER = "charger"
    CLOCK = "clock"
    IMPLAUSIBLE = "implausible"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a human is called; `needs_look` is what somebody has to see even when it is over already."""

    priority: int
    title_nl: str
    raised_by: frozenset[str]
    cleared_by: frozenset[str] = frozenset()
    needs_look: bool = True


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MEANINGS: Mapping[SignalKind, Meaning] = {
    SignalKind.STRAP: Meaning(1, "Enkelband: bandbreuk", _words("strap removing"), _words("strapclosed")),
    SignalKind.CASE: Meaning(
        1, "Enkelband: kast geopend of beschadigd", _words("case tampering"), _words("caseclosed")
    ),
    SignalKind.EMERGENCY: Meaning(1, "Enkelband: noodsignaal", _words("emergency sos")),
    SignalKind.JAMMING: Meaning(2, "Enkelband: ontvangst wordt gestoord", _words("jamming"), _words("jammingended")),
    SignalKind.BATTERY_LOW: Meaning(
        3, "Enkelband: batterij bijna leeg", _words("battery_low lowbattery lowpower"), _words("batterynormal"), False
    ),
    SignalKind.BATTERY_EMPTY: Meaning(
        2, "Enkelband: batterij leeg, of uitgeschakeld", _words("battery_empty poweroff"), _words("poweron"), False
    ),
    SignalKind.CHARGER: Meaning(
        3, "Enkelband: lader of netstroom weg", _words("charger powercut"), _words("powerrestored"), False
    ),
    SignalKind.CLOCK: Meaning(3, "Enkelband: klok loopt voor, posities tellen niet", frozenset(), needs_look=False),
    SignalKind.IMPLAUSIBLE: Meaning(2, "Enkelband: ongeloofwaardige posities (sprong of herhaling)", frozenset()),
    SignalKind.OTHER: Meaning(2, "Enkelband: technisch alarm", frozenset()),
}
STATES = frozenset({SignalKind.BATTERY_LOW, SignalKind.BATTERY_EMPTY, SignalKind.CHARGER, SignalKind.CLOCK})
_RAISED_BY = {word: kind for kind, meaning in MEANINGS.items() for word in meaning.raised_by}
_CLEARED_BY = {word: kind for kind, meaning in MEANINGS.items() for word in meaning.cleared_by}
_LATE_NL = " (achteraf gemeld)"


def signal_call(kind: SignalKind, *, late: bool) -> Call:
    """Return how a human is called: what is told too late for a siren is told quietly, under a class of its own.

    >>> signal_call(SignalKind.STRAP, late=False).priority, signal_call(SignalKind.STRAP, late=True).alert_class
    (1, 'device_strap_late')
    """
    meaning = MEANINGS[kind]
    if late:
        return Call(f"device_{kind}_late", 3, meaning.title_nl + _LATE_NL)
    return Call(f"device_{kind}", meaning.priority, meaning.title_nl)


def heard(alarm: str, *, all_clear: bool) -> dict[SignalKind, bool]:
    """Return which kinds an alarm, or an all-clear, names, and whether it says that they are so now.

    >>> {kind.value: on for kind, on in heard("removing,lowBattery", all_clear=False).items()}
    {'strap': True, 'battery_low': True}
    >>> heard("powerRestored", all_clear=False)[SignalKind.CHARGER], heard("strap", all_clear=True)[SignalKind.STRAP]
    (False, False)
    """
    found: dict[SignalKind, bool] = {}
    for word in filter(None, _BETWEEN_WORDS.split(alarm.lower())):
        if word in _CLEARED_BY:
            found.setdefault(_CLEARED_BY[word], False)
        else:
            found[_RAISED_BY.get(word, SignalKind.OTHER)] = not all_clear
    return found


def states_after(
    states: frozenset[SignalKind], named: Mapping[SignalKind, bool], battery_pct: float | None
) -> frozenset[SignalKind]:
    """Return which states hold after a message: battery and charger are as the newest message says.

    >>> low = states_after(frozenset(), {}, 12.0)
    >>> sorted(states_after(low, {}, 25.0)), sorted(states_after(low, {}, 30.0))
    ([<SignalKind.BATTERY_LOW: 'battery_low'>], [])
    """
    found = set(states)
    if battery_pct is not None:
        levels = ((SignalKind.BATTERY_LOW, _LOW_PCT), (SignalKind.BATTERY_EMPTY, _EMPTY_PCT))
        for kind, level_pct in levels:
            if battery_pct < level_pct:
                found.add(kind)
            elif battery_pct >= level_pct + _CHARGED_BY_PCT:
                found.discard(kind)
    for kind in STATES & named.keys():
        (found.add if named[kind] else found.discard)(kind)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Sign:
    """What one new message says of its device; a time (epoch ms) beyond that of its receipt is cut to that.

    `at_ms` is of its position, if it has one, and `said_ms` when the device said it: who is placed no more tells of his
    last position for hours.
    """

    device_number: int
    at_ms: int
    sequence: int
    received_at_ms: int
    named: Mapping[SignalKind, bool]
    battery_pct: float | None
    said_ms: int


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A moment (epoch ms) at which a device said that something is so, or is over."""

    at_ms: int
    sequence: int
    on: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """From when something was so, when it was said last, and from when it was over (epoch ms); None while it is so."""

    from_ms: int
    last_ms: int
    until_ms: int | None = None


def spells(marks: Iterable[Mark], going_on: Spell | None = None) -> list[Spell]:
    """Return the stretches that marks make, in whatever order they are given; `going_on` is what they begin in.

    >>> spells([Mark(30, 0, False), Mark(10, 0, True), Mark(20, 0, True), Mark(50, 0, True)])
    [Spell(from_ms=10, last_ms=20, until_ms=30), Spell(from_ms=50, last_ms=50, until_ms=None)]
    """
    found: list[Spell] = []
    current = going_on
    for mark in sorted(marks):
        if mark.on:
            current = Spell(mark.at_ms if current is None else current.from_ms, mark.at_ms)
        elif current is not None:
            found.append(Spell(current.from_ms, current.last_ms, mark.at_ms))
            current = None
    return found if current is None else [*found, current]
