"""Releases: let a partner know, keep back, read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.models import Assessment, ProceedingEvent
from registry.enforcement.procedure.events import EventKind
from registry.enforcement.rules import BreachStatus
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.reports.releases import rules, service
from registry.reports.releases.models import ReportRelease
from registry.reports.releases.schemas import NewPartnerReleaseSchema, PartnerReleaseListSchema, PartnerReleaseSchema
from registry.reports.wishes.guarding import current
from registry.reports.wishes.rules import wants_to_hear_of

blueprint = Blueprint("releases", __name__, url_prefix="/v1")


@blueprint.post("/reports/<uuid:report_id>/releases")
@requires(Scope.REPORTS_RELEASE, Purpose.ENFORCEMENT)
@operation(body=NewPartnerReleaseSchema, answers={201: PartnerReleaseSchema}, errors=(409,))
def release(actor: Actor, report_id: UUID, body: dict[str, Any]) -> Any:
    """Let the partner of a report know what happened, or what the answer is, from an instant on.

    The end user of the call is the person who releases it. Until then the partner reads coarse words only.
    """
    with runtime().database.transaction() as session:
        row = service.release(session, actor, runtime().clock.now(), report_id, service.NewRelease(**body))
        return Answer(_shown(session, [row], whole=True)[0], 201)


@blueprint.get("/reports/<uuid:report_id>/releases")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(answers={200: PartnerReleaseListSchema})
def list_releases(actor: Actor, report_id: UUID) -> Any:
    """List what was released of a report; its partner sees what it was told, and nothing before its time.

    What was told stays; of what was corrected since, `text` begins with saying so.
    """
    with consultation() as session:
        rows = service.releases_of(session, actor, runtime().clock.now(), report_id)
        return {"releases": _shown(session, rows, whole=actor.may(Scope.REPORTS_RELEASE))}


@blueprint.post("/reports/<uuid:report_id>/releases/<uuid:release_id>/withdrawal")
@requires(Scope.REPORTS_RELEASE, Purpose.ENFORCEMENT)
@operation(answers={200: PartnerReleaseSchema}, errors=(409,))
def withdraw_release(actor: Actor, report_id: UUID, release_id: UUID) -> Any:
    """Keep back what was not told yet."""
    with runtime().database.transaction() as session:
        row = service.withdraw(session, actor, runtime().clock.now(), report_id, release_id)
        return _shown(session, [row], whole=True)[0]


def _shown(session: Session, rows: list[ReportRelease], *, whole: bool) -> list[dict[str, Any]]:
    events, assessments = service.sources_of(session, rows)
    wishes = current(session, rows[0].report_id) if rows else None
    wanted = {row.id: wants_to_hear_of(wishes.content if wishes else None, row.kind) for row in rows}
    wire = [_wire(row, _said(row, events, assessments), whole=whole) for row in rows]
    return [one | {"wanted": wanted[one["id"]]} for one in wire]


def _said(
    row: ReportRelease, events: Mapping[UUID, ProceedingEvent], assessments: Mapping[UUID, Assessment]
) -> tuple[str, tuple[str, ...]]:
    """What the partner reads, and what the victim can do."""
    if row.event_id is not None:
        event = events[row.event_id]
        return rules.fact_nl(rules.Fact(EventKind(event.kind), event.occurred_at, event.details)), ()
    if row.assessment_id is not None:
        return rules.assessed_nl(BreachStatus(assessments[row.assessment_id].status)), ()
    return rules.answer_nl(rules.Answer(row.answer or ""))


def _wire(row: ReportRelease, said: tuple[str, tuple[str, ...]], *, whole: bool) -> dict[str, Any]:
    text, options = said
    of_the_chain = {
        "eventId": row.event_id,
        "assessmentId": row.assessment_id,
        "by": row.released_by,
        "unit": row.unit,
        "withdrawnAt": row.withdrawn_at and format_instant(row.withdrawn_at),
        "withdrawnBecause": row.withdrawn_because,
    }
    return {
        "id": row.id,
        "kind": row.kind,
        "text": rules.corrected_nl(text) if row.corrected_at else text,
        "options": list(options),
        "releaseAt": format_instant(row.release_at),
        "toldAt": row.told_at and format_instant(row.told_at),
        "correctedAt": row.corrected_at and format_instant(row.corrected_at),
    } | (of_the_chain if whole else dict.fromkeys(of_the_chain))
