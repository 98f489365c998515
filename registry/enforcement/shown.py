"""Breaches and deadlines as answers show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from registry.enforcement.breaches import Dossier
from registry.enforcement.deadlines import explained, limit_by, state_at, warnings_of
from registry.enforcement.listing import Shown
from registry.enforcement.models import Assessment, Breach, BreachSource, ProceedingEvent
from registry.enforcement.rules import BreachOrigin
from registry.http.fields import camel, format_instant, parse_instant


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _on(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def breach(row: Breach, number: int | None, sources: Iterable[BreachSource]) -> dict[str, Any]:
    """Show a breach with its accounts side by side."""
    return {
        "id": row.id,
        "orderId": row.order_id,
        "conditionId": row.condition_id,
        "origin": row.origin,
        "status": row.status,
        "occurredFrom": format_instant(row.occurred_from),
        "occurredUntil": _at(row.occurred_until),
        "recordedAt": format_instant(row.recorded_at),
        "severity": row.severity,
        "number": number,
        "sources": [_source(one) for one in sources if one.breach_id == row.id],
    }


def _source(one: BreachSource) -> dict[str, Any]:
    details = one.details or {}
    return {
        "kind": one.kind,
        "reference": one.source_ref,
        "occurredFrom": format_instant(one.occurred_from),
        "occurredUntil": _at(one.occurred_until),
        "recordedAt": format_instant(one.recorded_at),
        "breachKind": details.get("kind"),
        "awareAt": details.get("aware_at") and format_instant(parse_instant(details["aware_at"])),
        "safetyAtStake": details.get("safety_at_stake") == "true",
        "withdrawnAt": details.get("withdrawn_at"),
    }


_SIDES = {
    "victim": (BreachOrigin.REPORT,),
    "monitor": (BreachOrigin.MONITOR,),
    "officials": (BreachOrigin.POLICE, BreachOrigin.SUPERVISION),
}


def views(sources: Iterable[BreachSource]) -> dict[str, Any]:
    """Show what each side tells of a breach, side by side."""
    listed = list(sources)
    return {side: _view([one for one in listed if one.kind in kinds]) for side, kinds in _SIDES.items()}


def _view(accounts: list[BreachSource]) -> dict[str, Any]:
    ends = [one.occurred_until for one in accounts if one.occurred_until]
    return {
        "accounts": len(accounts),
        "occurredFrom": _at(min((one.occurred_from for one in accounts), default=None)),
        "occurredUntil": _at(max(ends, default=None)),
    }


def dossier(found: Dossier) -> dict[str, Any]:
    """Show a breach with everything that belongs to it."""
    return breach(found.breach, found.number, found.sources) | {
        "views": views(found.sources),
        "assessments": [assessment(one) for one in found.assessments],
        "proceedings": found.proceedings,
        "proof": proof(found.proof) if found.proof else None,
    }


def assessment(row: Assessment) -> dict[str, Any]:
    """Show what a human found, and what it rested on."""
    return {
        "id": row.id,
        "status": row.status,
        "reason": row.reason,
        "provable": row.provable,
        "severity": row.severity,
        "exemption": row.exemption,
        "by": row.assessed_by,
        "unit": row.unit,
        "at": format_instant(row.assessed_at),
        "restsOn": _rests_on(row.rests_on),
    }


def _rests_on(frozen: dict[str, Any]) -> dict[str, Any]:
    sources = [{camel(name): _instant(name, value) for name, value in one.items()} for one in frozen["sources"]]
    return {camel(name): _instant(name, value) for name, value in frozen.items()} | {"sources": sources}


def _instant(name: str, value: Any) -> Any:
    return format_instant(parse_instant(value)) if value and name.startswith("occurred_") else value


def proof(event: ProceedingEvent) -> dict[str, Any]:
    """Show the decision that made a breach proven."""
    return {
        "proceedingId": event.proceeding_id,
        "eventId": event.id,
        "occurredAt": format_instant(event.occurred_at),
        "recordedAt": format_instant(event.recorded_at),
        "by": event.recorded_by,
    }


def summary(event: ProceedingEvent) -> dict[str, Any]:
    return {"id": event.id, "kind": event.kind, "occurredAt": format_instant(event.occurred_at)}


def deadline(shown: Shown, now: datetime) -> dict[str, Any]:
    """Show a deadline with its events and its steps in Dutch."""
    row = shown.deadline
    return {
        "id": row.id,
        "proceedingId": row.proceeding_id,
        "breachId": row.breach_id,
        "orderId": row.order_id,
        "subject": row.subject_ref,
        "rule": row.term_id,
        "title": row.title_nl,
        "source": row.source,
        "nature": row.nature,
        "state": state_at(row, now).value,
        "dueAt": _at(row.due_at),
        "dueOn": _on(row.due_on),
        "alternativeDueOn": _on(row.alternative_due_on),
        "targetAt": _at(row.target_at),
        "limitAt": _at(row.limit_at),
        "limitBy": limit_by(row).value,
        "warnings": [{"stage": one.stage.value, "at": format_instant(one.at)} for one in warnings_of(row)],
        "warnedAt": _at(row.near_told_at),
        "startEvent": summary(shown.start) if shown.start else None,
        "stopEvent": summary(shown.stop) if shown.stop else None,
        "steps": explained(row),
        "lawHash": row.law_hash,
        "ownerOrganisationId": row.owner_org_id,
    }
