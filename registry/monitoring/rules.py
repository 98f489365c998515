"""Words and limits of monitoring: what becomes of a ping and of an episode."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from geo.episode import Cause, Verdict
from geo.spans import Span
from geo.zones import ZoneKey

DEVICES_A_BUCKET = 512
DAY_MS = 86_400_000
BLIND_AFTER_MS = 5 * 60_000  # configuration: how long a wearer may be out of sight before it counts as blind time
# Configuration: from this standard deviation on (a radius of some 750 m) a position tells nobody where he is, and does
# not count as seen. In a small area such a one raises no suspicion, for it is likelier that he is elsewhere.
VAGUE_SIGMA_M = 500.0


class PingKind(StrEnum):
    """What a ping says: a position (positie), how the device does (status), an alarm, or that one is over (veilig).

    A home unit (thuisunit) says that its wearer is within its reach (aanwezig) or is not (afwezig).
    """

    POSITION = "position"
    STATUS = "status"
    ALARM = "alarm"
    ALL_CLEAR = "all_clear"
    PRESENT = "present"
    ABSENT = "absent"


PING_CODES = {kind: code for code, kind in enumerate(PingKind)}


class DeviceKind(StrEnum):
    """What is coupled to a wearer: a monitor on his body (enkelband), or a receiver in his home (thuisunit)."""

    TRACKER = "tracker"
    HOME_UNIT = "home_unit"


class Source(StrEnum):
    """Whose account an episode is: of the positions of his monitor, or of the unit in his home."""

    TRACKER = "tracker"
    HOME_UNIT = "home_unit"


class OtherAccount(StrEnum):
    """What the other source says of an episode: it saw the same, or the opposite."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"


class PingOutcome(StrEnum):
    """What became of a ping."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    NOT_STORED = "not_stored"
    """the last order of the wearer had ended by then, or a protected person's device has no consent for it"""


CLOCK_AHEAD_MS = 120_000  # configuration: a position from further ahead of its receipt shows only that a clock is wrong


class UnusedReason(StrEnum):
    """Why a position that was stored is not judged."""

    CLOCK_AHEAD = "clock_ahead"
    """its time lies after its receipt"""
    NULL_ISLAND = "null_island"
    """latitude and longitude are both 0, as trackers send when they have no position"""


class EpisodeStatus(StrEnum):
    """Where an episode stands; a withdrawn or merged one stays readable."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


LIVE_STATUSES = (EpisodeStatus.OPEN, EpisodeStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Call:
    """How a human is called for an episode: class and priority of the alert, and its title on a Dutch screen."""

    alert_class: str
    priority: int
    title_nl: str


# The kind of an episode in the ring around a banned zone: he is near it, which is told quietly and is no breach.
WARNING = "warning"

_NEAR = Call("zone_near", 3, "Drager is dicht bij een verboden gebied")
_SUSPECTED = {
    "exclusion": Call("zone_suspected", 3, "Drager is mogelijk in een verboden gebied"),
    "inclusion": Call("zone_suspected", 3, "Drager is mogelijk niet in het gebied waar hij moet zijn"),
}
_PASSED = {
    "exclusion": Call("zone_passed", 3, "Drager is kort in een verboden gebied geweest"),
    "inclusion": Call("zone_passed", 3, "Drager is kort weg geweest uit het gebied waar hij moet zijn"),
}
_BREACH_NL = {
    "exclusion": {
        Cause.ENTERED: "Drager is een verboden gebied in gegaan",
        Cause.FIRST_SEEN: "Drager is bij zijn eerste positie in een verboden gebied",
        Cause.ZONE_BEGAN: "Drager is in een gebied dat verboden is geworden",
        Cause.WINDOW_OPENED: "Drager is in een verboden gebied op een tijd waarop dat niet mag",
        Cause.EXEMPTION_ENDED: "Drager is na afloop van zijn ontheffing in een verboden gebied",
    },
    "inclusion": {
        Cause.LEFT: "Drager is weggegaan uit het gebied waar hij moet zijn",
        Cause.FIRST_SEEN: "Drager is bij zijn eerste positie niet in het gebied waar hij moet zijn",
        Cause.ZONE_BEGAN: "Drager is niet in het gebied waar hij moet zijn sinds de voorwaarde geldt",
        Cause.WINDOW_OPENED: "Drager is niet op tijd in het gebied waar hij moet zijn",
        Cause.EXEMPTION_ENDED: "Drager is na afloop van zijn ontheffing niet in het gebied waar hij moet zijn",
    },
}
_STAYS_NL = {
    "exclusion": "Drager is in een verboden gebied",
    "inclusion": "Drager is niet in het gebied waar hij moet zijn",
}
_FOUND_LATE_NL = " (achteraf gevonden)"


HOME_UNIT_NL = "Thuisunit: "
CONTRADICTED_NL = {
    Source.HOME_UNIT: "; de enkelband zegt dat hij er wel is",
    Source.TRACKER: "; de thuisunit zegt dat hij er wel is",
}
"""Added to what one source says of who must be home, where the other says otherwise."""

NO_LONGER_HOLDS_NL = "; het verbod geldt inmiddels niet meer"
"""Added once the zone holds no longer: whoever was called must not go on as if it did."""


def call_for(zone_kind: str, verdict: Verdict, cause: Cause, *, late: bool) -> Call:
    """Return how a human is called: quietly for a suspicion or a passage, by the siren for a stay, unless found late.

    In the ring around a banned zone it is always quietly.

    >>> call_for("exclusion", Verdict.CONFIRMED, Cause.ENTERED, late=False).priority
    1
    >>> call_for("exclusion", Verdict.CONFIRMED, Cause.ENTERED, late=True).alert_class
    'zone_breach_late'
    """
    if zone_kind == WARNING:
        return _NEAR
    if verdict in (Verdict.SUSPECTED, Verdict.WITHDRAWN):
        return _SUSPECTED[zone_kind]
    if verdict is Verdict.PASSED:
        return _PASSED[zone_kind]
    alert_class, priority = ("zone_breach", 1) if zone_kind == "exclusion" else ("zone_absence", 2)
    title_nl = _BREACH_NL[zone_kind].get(cause, _STAYS_NL[zone_kind])
    return Call(f"{alert_class}_late", 3, title_nl + _FOUND_LATE_NL) if late else Call(alert_class, priority, title_nl)


@dataclass(frozen=True, slots=True)
class EnginePolicy:
    """Configuration, not law: how old news may be for a siren, how far back is judged again, how much may wait.

    A turn writes as many checkpoints as it took in pings, and `least_swept` at least.
    """

    live_limit_ms: int = 15 * 60 * 1000
    judge_again_ms: int = 30 * DAY_MS
    checkpoint_every_ms: int = 5_000
    least_swept: int = 250
    blind_after_ms: int = BLIND_AFTER_MS
    most_waiting_pings: int = 100_000
    most_pings_together: int = 5_000
    most_backlog_together: int = 1_000

    @classmethod
    def keeping(cls, days: int) -> "EnginePolicy":
        """Return the policy where positions are kept for so many days: nothing is judged again without them.

        >>> EnginePolicy.keeping(7).judge_again_ms // 86_400_000, EnginePolicy.keeping(90).judge_again_ms // 86_400_000
        (7, 30)
        """
        return cls(judge_again_ms=min(cls().judge_again_ms, days * DAY_MS))


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
