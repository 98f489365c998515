"""When a device is silent, and when it is its provider that is.

Configuration, not law: no source sets these limits. They are three of a device's own intervals, within bounds; for
a missing position one waits as long as for a missing message, as indoors both fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry.monitoring.rules import Call

GAPS_MISSED = 3
LEAST_MS, MOST_MS, UNKNOWN_AFTER_MS = 15 * 60_000, 60 * 60_000, 30 * 60_000
_PROVIDER_LEAST_MS = 2 * 60_000
LEAST_DEVICES = 3
_SILENT_SHARE, _RESTORED_SHARE = 0.5, 0.25


class SilenceKind(StrEnum):
    """What is missing: every message (geen berichten), or a position in those that come (geen positie).

    A position that is too vague to tell where he is counts for none. Of a unit in his home, what would be a position is
    whether he is there.
    """

    NO_MESSAGE = "no_message"
    NO_POSITION = "no_position"


CALLS: Mapping[SilenceKind, Call] = {
    SilenceKind.NO_MESSAGE: Call("device_no_message", 2, "Enkelband: er komen geen berichten meer"),
    SilenceKind.NO_POSITION: Call("device_no_position", 2, "Enkelband: wel berichten, maar geen bruikbare positie"),
}
UNIT_CALLS: Mapping[SilenceKind, Call] = {
    SilenceKind.NO_MESSAGE: Call("home_unit_no_message", 2, "Thuisunit: er komen geen berichten meer"),
    SilenceKind.NO_POSITION: Call("home_unit_no_presence", 2, "Thuisunit: wel berichten, maar niet of hij thuis is"),
}
PROVIDER_CALL = Call("provider_silent", 1, "Storing bij de leverancier: enkelbanden zwijgen")
STOPPED_CALL = Call("judging_stopped", 1, "Posities van enkelbanden worden niet beoordeeld: de dienst staat stil")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a device on a wearer (epoch ms, None where it never was); `worn_ms` is when that began.

    `listening_ms` is from when this service has listened without a break: before it nothing could be heard.
    """

    worn_ms: int
    listening_ms: int
    heard_ms: int | None
    since_ms: int | None
    fixed_ms: int | None
    heard_gap_ms: int | None
    fixed_gap_ms: int | None


def silence_after_ms(gap_ms: int | None) -> int:
    """Return after how long (ms) a device with such a usual gap (ms) is silent.

    >>> [silence_after_ms(gap_ms) // 60_000 for gap_ms in (None, 15_000, 600_000, 7_200_000)]
    [30, 15, 30, 60]
    """
    return UNKNOWN_AFTER_MS if gap_ms is None else min(max(GAPS_MISSED * gap_ms, LEAST_MS), MOST_MS)


def silences(one: Heard, now_ms: int) -> dict[SilenceKind, int]:
    """Return what is missing of a device now, and since when (epoch ms).

    >>> heard = Heard(0, 0, 60_000, 0, 30_000, 60_000, 60_000)
    >>> silences(heard, 960_000), silences(heard, 960_001)
    ({}, {<SilenceKind.NO_MESSAGE: 'no_message'>: 60000})
    """
    found: dict[SilenceKind, int] = {}
    began_ms = max(one.worn_ms, one.heard_ms or 0)
    if now_ms - max(began_ms, one.listening_ms) > silence_after_ms(one.heard_gap_ms):
        found[SilenceKind.NO_MESSAGE] = began_ms
    if one.heard_ms is not None:
        placed_ms = max(one.worn_ms, one.fixed_ms or 0)
        waited_ms = one.heard_ms - max(placed_ms, one.listening_ms, one.since_ms or 0)
        if waited_ms > silence_after_ms(one.fixed_gap_ms):
            found[SilenceKind.NO_POSITION] = placed_ms
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider's worn devices stand: how many, how many are silent, when the newest was heard (epoch ms)."""

    devices: int
    silent: int
    heard_ms: int
    least_gap_ms: int | None


def is_disturbed(one: Standing, now_ms: int, *, was: bool) -> bool:
    """Say whether it is the provider: nothing at all comes from it, or half of its devices are silent.

    It is over when fewer than a quarter are silent and something comes again, so that it does not flap.

    >>> one = Standing(700, 450, 0, 60_000)
    >>> is_disturbed(one, 0, was=False), is_disturbed(Standing(700, 200, 0, 60_000), 0, was=True)
    (True, True)
    >>> is_disturbed(Standing(2, 2, 0, 60_000), 10**9, was=False)
    False
    """
    if one.devices < LEAST_DEVICES:
        return False
    quiet_ms = max(_PROVIDER_LEAST_MS, GAPS_MISSED * one.least_gap_ms) if one.least_gap_ms else UNKNOWN_AFTER_MS
    if now_ms - one.heard_ms > quiet_ms:
        return True
    return one.silent >= max(LEAST_DEVICES, one.devices * (_RESTORED_SHARE if was else _SILENT_SHARE))
