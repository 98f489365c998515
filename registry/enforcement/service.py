"""The use cases of enforcement, in one place for those who call them: breaches, proceedings, deadlines."""

from registry.enforcement.breaches import (
    BreachFilter,
    Dossier,
    Finding,
    assess,
    assessments_of,
    breach_status,
    breaches_of,
    counted_by_status,
    dossier_for,
    numbered,
    sources_of,
)
from registry.enforcement.courses import Course, course_for
from registry.enforcement.deadlines import count_running, explained, state_at
from registry.enforcement.joining import Suspicion
from registry.enforcement.ledgers import ledger_for
from registry.enforcement.listing import DeadlineFilter, Selection, Shown, deadline_for, deadlines_of
from registry.enforcement.observations import Observation, observe
from registry.enforcement.plans import plan_step, withdraw_plan
from registry.enforcement.proceedings import Start, record_event, start_proceeding
from registry.enforcement.suspicions import suspect, withdraw_account

__all__ = [
    "BreachFilter",
    "Course",
    "DeadlineFilter",
    "Dossier",
    "Finding",
    "Observation",
    "Selection",
    "Shown",
    "Start",
    "Suspicion",
    "assess",
    "assessments_of",
    "breach_status",
    "breaches_of",
    "count_running",
    "counted_by_status",
    "course_for",
    "deadline_for",
    "deadlines_of",
    "dossier_for",
    "explained",
    "ledger_for",
    "numbered",
    "observe",
    "plan_step",
    "record_event",
    "sources_of",
    "start_proceeding",
    "state_at",
    "suspect",
    "withdraw_account",
    "withdraw_plan",
]
