"""What happens in a proceeding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """A fact in a proceeding (stap in de procedure)."""

    ARREST = "arrest"
    """aanhouding"""
    RELEASE = "release"
    """invrijheidstelling"""
    NOTIFICATION = "notification"
    """kennisgeving"""
    PROBATION_REPORT = "probation_report"
    """melding van de reclassering"""
    ADVICE = "advice"
    """advies van de reclassering"""
    PROSECUTOR_DECISION = "prosecutor_decision"
    """beslissing officier van justitie"""
    FILING = "filing"
    """indiening vordering"""
    RECEIPT = "receipt"
    """ontvangst vordering door de rechtbank"""
    EXAMINING_JUDGE_DECISION = "examining_judge_decision"
    """beslissing rechter-commissaris (bij SVH: de rechter over de schorsing)"""
    DETENTION_ORDER = "detention_order"
    """bevel tot verdere voorlopige hechtenis"""
    HEARING_SET = "hearing_set"
    """zitting bepaald"""
    HEARING_ADJOURNED = "hearing_adjourned"
    """zitting aangehouden"""
    HEARING_HELD = "hearing_held"
    """zitting gehouden"""
    OUTCOME = "outcome"
    """uitkomst"""
    PROVISIONAL_LIFTED = "provisional_lifted"
    """voorlopige tenuitvoerlegging opgeheven"""
    SERVICE = "service"
    """betekening"""
    DETENTION_EXECUTED = "detention_executed"
    """vervangende hechtenis ten uitvoer gelegd"""
    COMPLIANCE_ORDER = "compliance_order"
    """bevel tot naleving"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a proceeding; `details` are codes, instants and numbers as text."""

    kind: EventKind
    occurred_at: datetime
    id: str
    details: Mapping[str, str] = field(default_factory=dict)
