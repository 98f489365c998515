"""What a recorded step may say, which steps happen once, and when a term is worth a warning."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registry.enforcement.events import EventKind

Details = Mapping[str, str]

STARTING = frozenset({EventKind.ARREST, EventKind.PROSECUTOR_DECISION})
OUTCOMES = (
    *("execution", "partial_execution", "community_service", "extension", "change", "warning", "revoked", "upheld"),
    *("refused", "convicted", "acquitted", "dismissed", "withdrawn", "ended", "other"),
)
# The codes a detail may hold; a detail of another name or code is refused, so that no person is named in one.
CODES: Mapping[EventKind, Mapping[str, tuple[str, ...]]] = {
    EventKind.PROSECUTOR_DECISION: {
        "decision": (
            *("arrest", "execution", "custody", "prosecute", "revoke", "partial_revoke"),
            *("change", "warning", "no_action"),
        )
    },
    EventKind.FILING: {
        "demand": ("custody", "execution", "appeal", "objection"),
        "party": ("prosecution", "subject"),
    },
    EventKind.EXAMINING_JUDGE_DECISION: {"decision": ("granted", "partially_granted", "refused")},
    EventKind.HEARING_HELD: {"outcome": (*OUTCOMES, "adjourned")},
    EventKind.OUTCOME: {"outcome": OUTCOMES, "decided_by": ("court", "prosecutor", "minister", "authority")},
    EventKind.SERVICE: {"of": ("decision", "summons", "order")},
}
INSTANTS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ARREST: ("brought_before_at",),
    EventKind.HEARING_SET: ("hearing_at",),
    EventKind.HEARING_ADJOURNED: ("hearing_at",),
}
FLAGS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.EXAMINING_JUDGE_DECISION: ("breach_established",),
    EventKind.OUTCOME: ("breach_established",),
}
REQUIRED: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.PROSECUTOR_DECISION: ("decision",),
    EventKind.EXAMINING_JUDGE_DECISION: ("decision",),
    EventKind.OUTCOME: ("outcome", "decided_by"),
    EventKind.HEARING_SET: ("hearing_at",),
}
_TELLS_APART: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.FILING: ("demand", "party"),
    EventKind.SERVICE: ("of",),
}
_ONCE = frozenset({EventKind.RECEIPT, EventKind.EXAMINING_JUDGE_DECISION, EventKind.OUTCOME})
# A hospital order knows a provisional measure and a temporary stay, each with a decision of its own (6:6:10a, 6:6:11).
_SEVERAL_DECISIONS = frozenset({"TBSV", "TBSB"})


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


def happens_once(regime: str, kind: EventKind) -> bool:
    """Whether a proceeding of this regime knows this step once, so that a second one contradicts the first."""
    if kind is EventKind.EXAMINING_JUDGE_DECISION and regime in _SEVERAL_DECISIONS:
        return False
    return kind in _ONCE


def establishes(kind: EventKind, details: Details) -> bool:
    """Whether this is a decision of a court that the breach is established."""
    by_court = kind is EventKind.EXAMINING_JUDGE_DECISION or details.get("decided_by") == "court"
    return details.get("breach_established") == "true" and kind in FLAGS and by_court


def warn_at(start_at: datetime, due_at: datetime) -> datetime:
    """When a quarter of the length is left, and at least an hour before the end."""
    return due_at - max((due_at - start_at) / 4, timedelta(hours=1))
