"""Words and limits of monitoring: what becomes of a ping and of an episode, and how loud an alarm of a device is."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from geo.spans import Span
from geo.zones import ZoneKey

DEVICES_A_BUCKET = 512
_STRAP_ALARMS = frozenset({"tampering", "removing", "strap", "case", "sos"})


class PingOutcome(StrEnum):
    """What became of a ping."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class EpisodeStatus(StrEnum):
    """Where an episode stands; a withdrawn or merged one stays readable."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


LIVE_STATUSES = (EpisodeStatus.OPEN, EpisodeStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class EnginePolicy:
    """Configuration, not law: how old news may be for a siren, how far back is judged again, how much may wait."""

    live_limit_ms: int = 15 * 60 * 1000
    judge_again_ms: int = 30 * 86_400_000
    checkpoint_every_ms: int = 5_000
    most_waiting_pings: int = 100_000
    most_pings_together: int = 5_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which piece of a list, newest first."""

    limit: int
    after: uuid.UUID | None = None


def bucket_of(device_number: int) -> int:
    """Return the block of devices whose pings lie together.

    >>> bucket_of(511), bucket_of(512)
    (0, 1)
    """
    return device_number // DEVICES_A_BUCKET


def alarm_priority(alarm: str, age_ms: int, live_limit_ms: int) -> int:
    """Return how loud an alarm is: 1 for the strap or case, 2 for others, 3 for what is told too late for a siren.

    >>> alarm_priority("removing", 0, 1000), alarm_priority("lowBattery", 0, 1000), alarm_priority("sos", 2000, 1000)
    (1, 2, 3)
    """
    if age_ms > live_limit_ms:
        return 3
    return 1 if alarm.lower() in _STRAP_ALARMS else 2


Held = dict[ZoneKey, tuple[Span, ...]]


def differs_from_ms(former: Held, latter: Held) -> int | None:
    """Return the first instant (epoch ms) at which two sets of zones do not hold alike; None when they always do.

    >>> differs_from_ms({("Z", 1): (Span(0),)}, {("Z", 1): (Span(0, 50),)})
    50
    >>> differs_from_ms({}, {("Z", 1): (Span(7, 50),)})
    7
    """
    first: list[int] = []
    for key in former.keys() | latter.keys():
        before, after = former.get(key, ()), latter.get(key, ())
        borders = {border for span in (*before, *after) for border in (span.from_ms, span.until_ms)}
        first += [at for at in borders if at is not None and _holds(before, at) != _holds(after, at)]
    return min(first, default=None)


def _holds(spans: tuple[Span, ...], at_ms: int) -> bool:
    return any(span.holds(at_ms) for span in spans)
