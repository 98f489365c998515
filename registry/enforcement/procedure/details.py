"""What a recorded step may say, and which steps happen once."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
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
_ONCE = frozenset({EventKind.RECEIPT, EventKind.EXAMINING_JUDGE_DECISION, EventKind.OUTCOME})
_COURTS = ("court", "appeal_court")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact as somebody reports it; `corrects` names an event that was recorded wrongly and no longer counts."""

    kind: EventKind
    occurred_at: datetime
    details: Details = field(default_factory=dict)
    key: str | None = None
    corrects: uuid.UUID | None = None

    @property
    def content_key(self) -> str:
        """Equal for equal facts, so that the same one sent twice changes nothing."""
        content = [self.kind, self.occurred_at.isoformat(), dict(sorted(self.details.items())), str(self.corrects)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def same_step(kind: EventKind, first: Details, second: Details) -> bool:
    """Whether two events of a kind are the same step, apart from when it was."""
    return all(first.get(name) == second.get(name) for name in _TELLS_APART.get(kind, ()))


def happens_once(kind: EventKind, several: Collection[EventKind]) -> bool:
    """Whether a proceeding knows this step once, so that a second one contradicts the first."""
    return kind in _ONCE and kind not in several


def establishes(kind: EventKind, details: Details) -> bool:
    """Whether this is a decision of a court that the breach is established."""
    by_court = kind is not EventKind.OUTCOME or details.get("decided_by") in _COURTS
    return details.get("breach_established") == "true" and "breach_established" in FLAGS.get(kind, ()) and by_court
