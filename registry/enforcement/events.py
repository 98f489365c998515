"""What happens in a proceeding, and how a rule says which of those events it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """A fact in a proceeding (stap in de procedure)."""

    ARREST = "arrest"
    """aanhouding"""
    PROSECUTOR_DECISION = "prosecutor_decision"
    """beslissing officier van justitie"""
    FILING = "filing"
    """indiening vordering"""
    RECEIPT = "receipt"
    """ontvangst vordering door de rechtbank"""
    EXAMINING_JUDGE_DECISION = "examining_judge_decision"
    """beslissing rechter-commissaris (bij SVH: de rechter over de schorsing)"""
    HEARING_SET = "hearing_set"
    """zitting bepaald"""
    HEARING_ADJOURNED = "hearing_adjourned"
    """zitting aangehouden"""
    HEARING_HELD = "hearing_held"
    """zitting gehouden"""
    OUTCOME = "outcome"
    """uitkomst"""
    SERVICE = "service"
    """betekening"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a proceeding. Details that matter to the clocks:

    filing `demand`: custody (default), execution, appeal, objection; with appeal `party`: prosecution, subject.
    prosecutor_decision `decision`: arrest, execution, custody, prosecute, revoke, partial_revoke, change, warning,
    no_action. examining_judge_decision `decision`: granted, refused. service `of`: decision (default), summons, order.
    hearing_held `outcome`: what was decided there. hearing_set `hearing_at`, arrest `brought_before_at`: RFC 3339.
    """

    kind: EventKind
    occurred_at: datetime
    id: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events a rule means. A detail left out never hides an event, unless `only` or `present` asks for it."""

    kind: EventKind
    detail: str = ""
    only: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    present: bool = False
    party: str = ""

    def matches(self, event: Event) -> bool:
        """Whether this event is meant."""
        value = event.details.get(self.detail, "")
        if event.kind is not self.kind or (self.present and not value) or (self.only and value not in self.only):
            return False
        return value not in self.unless and (not self.party or event.details.get("party") == self.party)
