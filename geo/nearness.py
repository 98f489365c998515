"""What is found of two people who both move: the stretches in which they were near, and the reasons in numbers.

A stretch is told whoever brought it about; who came to whom, and whether they only met on their way, is told with it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from geo.episode import Verdict
from geo.spans import Span


class NearCause(StrEnum):
    """Why a stretch began: they came near, or were near when both were first known, or when it began to matter."""

    CAME_NEAR = "came_near"
    FIRST_SEEN = "first_seen"
    BEGAN = "began"


class NearEnd(StrEnum):
    """Why a stretch ended: they went apart, one of them was not seen any more, or it matters no longer.

    Once he wears no device any more nobody knows where he is, though the order binds him still.
    """

    APART = "apart"
    OUT_OF_SIGHT = "out_of_sight"
    NO_LONGER_HOLDS = "no_longer_holds"
    NO_LONGER_WORN = "no_longer_worn"


@dataclass(frozen=True, slots=True)
class Hold(Span):
    """A stretch of time (epoch ms) in which it matters that two are near, and how a nearness ends with it."""

    ending: NearEnd = NearEnd.NO_LONGER_HOLDS


class Mover(StrEnum):
    """Who came to whom: the wearer, the protected person, or each a part of the way."""

    WEARER = "wearer"
    PROTECTED = "protected"
    BOTH = "both"


class Way(StrEnum):
    """How two who were near may have met by chance: on their way.

    Both went fast the same way, as on one motorway or in one train; both fast in other directions; or one of them
    passed the other.
    """

    SAME_WAY = "same_way"
    OTHER_WAYS = "other_ways"
    WEARER_PASSED = "wearer_passed"
    PROTECTED_PASSED = "protected_passed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a stretch and the numbers it rests on; what a clock made has none."""

    at_ms: int
    step: str
    distance_m: float | None = None
    sigma_m: float | None = None
    chance: float | None = None
    closing_mps: float | None = None
    contact_s: float | None = None


@dataclass(frozen=True, slots=True)
class Nearness:
    """A stretch of time in epoch ms in which two were near; without an end while it lasts.

    `confirmed` when they were shown to be near; `passed` when that was over before it was shown. `mover` is None where
    neither can be said to have come. Numbers and reasons take no part in comparing.
    """

    start_ms: int
    end_ms: int | None
    cause: NearCause
    verdict: Verdict
    end_cause: NearEnd | None = None
    confirmed_ms: int | None = field(default=None, compare=False)
    mover: Mover | None = None
    way: Way | None = None
    closest: Step | None = field(default=None, compare=False)
    reasons: tuple[Step, ...] = field(default=(), compare=False)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Nearness":
        """Read what `to_dict` wrote."""

        def read(name: str, kind: Any) -> Any:
            return None if document[name] is None else kind(document[name])

        return cls(
            document["start_ms"], document["end_ms"], NearCause(document["cause"]), Verdict(document["verdict"]),
            read("end_cause", NearEnd), document["confirmed_ms"], read("mover", Mover), read("way", Way),
            None if document["closest"] is None else Step(**document["closest"]),
            tuple(Step(**step) for step in document["reasons"]),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit in JSON.

        >>> one = Nearness(0, 9, NearCause.CAME_NEAR, Verdict.PASSED, NearEnd.APART, reasons=(Step(0, "suspected"),))
        >>> again = Nearness.from_dict(one.to_dict())
        >>> again == one, again.reasons == one.reasons
        (True, True)
        """
        plain = {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}
        return plain | {"reasons": [asdict(step) for step in self.reasons]}
