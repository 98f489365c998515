"""Proceedings, plans and ledgers as answers show them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from registry.enforcement.courses import Course
from registry.enforcement.models import PlannedStep, ProceedingEvent
from registry.enforcement.procedure.custody import Custody
from registry.enforcement.procedure.details import FLAGS, WHOLE
from registry.enforcement.procedure.ledger import Ledger
from registry.enforcement.procedure.planning import NextStep
from registry.enforcement.shown import deadline, summary
from registry.http.fields import camel, format_instant

_FLAGS = {name for names in FLAGS.values() for name in names}
_WHOLE = {name for names in WHOLE.values() for name in names}


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def details_shown(details: dict[str, str]) -> dict[str, Any]:
    """Show the details of a step as they were sent."""
    return {camel(name): _detail(name, value) for name, value in details.items()}


def _detail(name: str, value: str) -> Any:
    if name in _WHOLE:
        return int(value)
    return value == "true" if name in _FLAGS else value


def _event(event: ProceedingEvent, corrected_by: object) -> dict[str, Any]:
    return summary(event) | {
        "details": details_shown(event.details),
        "recordedAt": format_instant(event.recorded_at),
        "by": event.recorded_by,
        "unit": event.unit,
        "corrects": event.corrects,
        "correctedBy": corrected_by,
    }


def course(found: Course, now: datetime) -> dict[str, Any]:
    """Show a proceeding as it stands."""
    row = found.proceeding
    corrections = {one.corrects: one.id for one in found.events if one.corrects}
    return {
        "id": row.id,
        "breachId": row.breach_id,
        "orderId": row.order_id,
        "regime": row.regime,
        "arrondissement": row.arrondissement,
        "procedure": found.procedure.code,
        "title": found.procedure.title_nl,
        "summary": found.procedure.summary_nl,
        "source": found.procedure.source,
        "startedAt": format_instant(row.started_at),
        "endedAt": _at(row.ended_at),
        "endedBy": row.ended_by,
        "events": [_event(one, corrections.get(one.id)) for one in found.events],
        "plans": [plan(one) for one in found.plans],
        "deadlines": [deadline(one, now) for one in found.deadlines],
        "nextSteps": [_next(one) for one in found.next_steps],
        "custody": found.custody and _custody(found.custody),
        "irregularities": [
            {"code": one.code, "eventId": one.event_id, "text": one.text_nl, "source": one.source}
            for one in found.irregularities
        ],
    }


def plan(row: PlannedStep) -> dict[str, Any]:
    """Show a planned step."""
    return {
        "id": row.id,
        "kind": row.kind,
        "details": details_shown(row.details),
        "plannedAt": format_instant(row.planned_at),
        "recordedAt": format_instant(row.recorded_at),
        "by": row.recorded_by,
        "unit": row.unit,
        "withdrawnAt": _at(row.withdrawn_at),
        "doneBy": row.done_by,
    }


def _next(one: NextStep) -> dict[str, Any]:
    return {
        "step": one.step.code,
        "kind": one.step.kind,
        "name": one.step.name_nl,
        "actors": list(one.actors),
        "values": [value for value in one.step.values if value],
        "outcomes": list(one.options),
        "source": one.source,
    }


def _custody(held: Custody) -> dict[str, Any]:
    return {
        "sinceEventId": held.since.id,
        "sinceAt": format_instant(held.since.occurred_at),
        "limitAt": format_instant(held.limit_at),
        "alarmAt": format_instant(held.alarm_at),
        "source": held.source or None,
    }


def ledger(order_id: uuid.UUID, found: Ledger) -> dict[str, Any]:
    """Show the substitute detention of a measure."""
    over = {one.entry.event_id for one in found.over}
    return {
        "orderId": order_id,
        "leastDays": found.bounds.least,
        "mostDays": found.bounds.most,
        "source": found.bounds.source,
        "eachBreachDays": found.bounds.each,
        "judgmentMaximumDays": found.bounds.maximum,
        "orderedDays": found.ordered,
        "executedDays": found.executed,
        "waitingDays": found.waiting,
        "leftDays": found.left,
        "entries": [
            {
                "kind": one.kind,
                "days": one.days,
                "at": format_instant(one.at),
                "eventId": one.event_id,
                "beyond": one.event_id in over,
            }
            for one in found.entries
        ],
    }
