"""What a recorded step may say, and which steps happen once."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registry.enforcement.procedure.events import EventKind

Details = Mapping[str, str]

OUTCOMES = (
    *("execution", "partial_execution", "community_service", "extension", "change", "warning", "revoked", "upheld"),
    *("refused", "convicted", "acquitted", "dismissed", "withdrawn", "ended", "penalty_forfeited", "civil_detention"),
    "other",
)
# The codes a detail may hold; a detail of another name or code is refused, so that no person is named in one.
CODES: Mapping[EventKind, Mapping[str, tuple[str, ...]]] = {
    EventKind.NOTIFICATION: {"to": ("prosecution", "minister", "issuing_state")},
    EventKind.PROSECUTOR_DECISION: {
        "decision": (
            *("arrest", "execution", "custody", "custody_extended", "prosecute", "revoke", "partial_revoke"),
            *("change", "warning", "no_action"),
        ),
        "because": (
            *("not_provable", "disproportionate", "dealt_with_otherwise", "permitted", "no_breach", "no_capacity"),
            "other",
        ),
    },
    EventKind.FILING: {
        "demand": ("custody", "execution", "temporary_admission", "appeal", "objection"),
        "party": ("prosecution", "subject"),
    },
    EventKind.EXAMINING_JUDGE_DECISION: {"decision": ("granted", "partially_granted", "refused")},
    EventKind.HEARING_HELD: {"outcome": (*OUTCOMES, "adjourned")},
    EventKind.OUTCOME: {
        "outcome": OUTCOMES,
        "decided_by": ("court", "appeal_court", "prosecutor", "minister", "authority"),
    },
    EventKind.SERVICE: {"of": ("decision", "summons", "order")},
}
INSTANTS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ARREST: ("brought_before_at",),
    EventKind.PROBATION_REPORT: ("aware_at",),
    EventKind.PROSECUTOR_DECISION: ("from_at",),
    EventKind.EXAMINING_JUDGE_DECISION: ("from_at",),
    EventKind.HEARING_SET: ("hearing_at",),
    EventKind.HEARING_ADJOURNED: ("hearing_at",),
}
FLAGS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.EXAMINING_JUDGE_DECISION: ("breach_established",),
    EventKind.HEARING_HELD: ("breach_established", "with_new_offence"),
    EventKind.OUTCOME: ("breach_established", "with_new_offence"),
    EventKind.PROBATION_REPORT: ("safety_at_stake",),
}
# Days of substitute detention: as ordered, and as executed.
WHOLE: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.EXAMINING_JUDGE_DECISION: ("days",),
    EventKind.OUTCOME: ("days",),
    EventKind.DETENTION_EXECUTED: ("days",),
}
REQUIRED: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.NOTIFICATION: ("to",),
    EventKind.PROSECUTOR_DECISION: ("decision",),
    EventKind.EXAMINING_JUDGE_DECISION: ("decision",),
    EventKind.OUTCOME: ("outcome", "decided_by"),
    EventKind.HEARING_SET: ("hearing_at",),
    EventKind.DETENTION_EXECUTED: ("days",),
}
# A decision to leave it at that says why.
REQUIRED_WITH: Mapping[EventKind, Mapping[tuple[str, str], str]] = {
    EventKind.PROSECUTOR_DECISION: {("decision", "no_action"): "because"},
}
_TELLS_APART: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.FILING: ("demand", "party"),
    EventKind.NOTIFICATION: ("to",),
    EventKind.OUTCOME: ("decided_by",),
    EventKind.SERVICE: ("of",),
}
_MEANT: Mapping[EventKind, dict[str, str]] = {
    EventKind.FILING: {"demand": "custody"},
    EventKind.SERVICE: {"of": "decision"},
}
_ONCE = frozenset({EventKind.RECEIPT, EventKind.EXAMINING_JUDGE_DECISION, EventKind.OUTCOME})
_DECIDING = (
    EventKind.PROSECUTOR_DECISION,
    EventKind.EXAMINING_JUDGE_DECISION,
    EventKind.HEARING_HELD,
    EventKind.OUTCOME,
)
# A step of these kinds that is told twice is the same one, unless something came in between after which it comes again.
_AGAIN_AFTER: Mapping[EventKind, frozenset[EventKind]] = {
    EventKind.ARREST: frozenset({EventKind.RELEASE, *_DECIDING}),
    EventKind.RELEASE: frozenset({EventKind.ARREST}),
    EventKind.NOTIFICATION: frozenset({EventKind.ARREST, *_DECIDING}),
    EventKind.PROSECUTOR_DECISION: frozenset({EventKind.ARREST, EventKind.RELEASE, EventKind.FILING, *_DECIDING[1:]}),
    EventKind.FILING: frozenset({EventKind.ARREST, *_DECIDING}),
    EventKind.DETENTION_ORDER: frozenset(_DECIDING),
    EventKind.PROVISIONAL_LIFTED: frozenset({EventKind.ARREST, *_DECIDING}),
    EventKind.SERVICE: frozenset({EventKind.HEARING_SET, EventKind.HEARING_ADJOURNED, *_DECIDING}),
}
_COURTS = ("court", "appeal_court")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact as somebody reports it.

    `corrects` names an event that was recorded wrongly and no longer counts; `another` says that it is one more, and
    not the same step told twice.
    """

    kind: EventKind
    occurred_at: datetime
    details: Details = field(default_factory=dict)
    key: str | None = None
    corrects: uuid.UUID | None = None
    another: bool = False

    @property
    def content_key(self) -> str:
        """Equal for equal facts, so that the same one sent twice changes nothing."""
        content = [self.kind, self.occurred_at.isoformat(), dict(sorted(self.details.items())), str(self.corrects)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def same_step(kind: EventKind, first: Details, second: Details) -> bool:
    """Whether two events of a kind are the same step, apart from when it was."""
    return _telling(kind, first) == _telling(kind, second)


def _telling(kind: EventKind, details: Details) -> list[str | None]:
    """What tells a step apart, with what is meant where it is left out: only an appeal can be of either side."""
    meant = _MEANT.get(kind, {}) | dict(details)
    if kind is EventKind.FILING and meant["demand"] not in ("appeal", "objection"):
        meant["party"] = "prosecution"
    return [meant.get(name) for name in _TELLS_APART.get(kind, ())]


def is_told_twice(kind: EventKind, first: Details, second: Details, between: Iterable[EventKind]) -> bool:
    """Whether two events of a kind tell of one step: nothing happened `between` them after which it is taken again."""
    again = _AGAIN_AFTER.get(kind)
    if again is None or not same_step(kind, first, second):
        return False
    same_decision = kind is not EventKind.PROSECUTOR_DECISION or first.get("decision") == second.get("decision")
    return same_decision and again.isdisjoint(between)


def happens_once(kind: EventKind, several: Collection[EventKind]) -> bool:
    """Whether a proceeding knows this step once, so that a second one contradicts the first."""
    return kind in _ONCE and kind not in several


def establishes(kind: EventKind, details: Details) -> bool:
    """Whether this is a decision of a court that the breach is established."""
    by_court = kind is not EventKind.OUTCOME or details.get("decided_by") in _COURTS
    return details.get("breach_established") == "true" and "breach_established" in FLAGS.get(kind, ()) and by_court
