"""Evidence of a breach: record it, and see what is still missing."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Action, Actor, Purpose, Scope
from registry.access.service import record
from registry.enforcement import breaches
from registry.enforcement.evidence import service
from registry.enforcement.evidence.checklist import checklist
from registry.enforcement.evidence.schemas import ChecklistSchema, EvidenceSchema, NewEvidenceSchema
from registry.enforcement.models import BreachEvidence
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant

blueprint = Blueprint("evidence", __name__, url_prefix="/v1")


@blueprint.post("/breaches/<uuid:breach_id>/evidence")
@requires(Scope.BREACHES_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewEvidenceSchema, answers={201: EvidenceSchema}, errors=(409,))
def add_evidence(actor: Actor, breach_id: UUID, body: dict[str, Any]) -> Any:
    """Record a piece of evidence of a breach: its sort and where it is kept."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        row = service.add_evidence(session, actor, now, breach_id, service.NewEvidence(**body))
        return Answer(shown(actor, row), 201)


@blueprint.get("/breaches/<uuid:breach_id>/evidence")
@requires(Scope.BREACHES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: ChecklistSchema})
def show_checklist(actor: Actor, breach_id: UUID) -> Any:
    """Show the evidence of a breach and the checklist of its kinds, with what is still missing, in Dutch."""
    now = runtime().clock.now()
    with consultation() as session:
        breach = breaches.readable_breach(session, actor, breach_id)
        record(session, actor, now, Action.CONSULTED, f"breach:{breach.id}")
        needs = service.checklist_of(session, breach)
        kinds = service.kinds_of(session, breach, breaches.sources_of(session, [breach.id]))
        return {
            "kinds": sorted(kinds),
            "needs": [
                {
                    "code": one.need.code,
                    "text": one.need.text_nl,
                    "anyOf": list(one.need.any_of),
                    "metBy": list(one.met_by),
                }
                for one in needs
            ],
            "missing": [one.need.text_nl for one in needs if not one.met_by],
            "complete": all(one.met_by for one in needs),
            "evidence": [shown(actor, one) for one in service.evidence_of(session, breach.id)],
        }


def shown(actor: Actor, row: BreachEvidence) -> dict[str, Any]:
    """Show a piece of evidence; what was noted of it may say where somebody lives."""
    return {
        "id": row.id,
        "kind": row.kind,
        "name": checklist().items[row.kind].name_nl,
        "reference": row.reference,
        "sha256": row.sha256,
        "note": row.note if actor.may(Scope.PROTECTED_READ) else None,
        "recordedAt": format_instant(row.recorded_at),
        "by": row.recorded_by,
        "unit": row.unit,
    }
