"""Case information: ask for it, see by when it is owed, record that it was sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.deadlines import explained, state_at
from registry.enforcement.procedure.clocks import ClockState
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.reports.case_information import service
from registry.reports.case_information.schemas import (
    CaseInformationListSchema,
    CaseInformationQuerySchema,
    CaseInformationRequestSchema,
    NewCaseInformationRequestSchema,
    SentCaseInformationSchema,
)
from registry.reports.informing.service import is_against_wishes

_STATES = {ClockState.MET: "sent", ClockState.MET_LATE: "sent_late"}

blueprint = Blueprint("case_information", __name__, url_prefix="/v1")


@blueprint.post("/reports/<uuid:report_id>/case-information")
@requires(Scope.REPORTS_WRITE, Purpose.REPORT)
@operation(
    body=NewCaseInformationRequestSchema,
    answers={201: CaseInformationRequestSchema, 200: CaseInformationRequestSchema},
)
def ask(actor: Actor, report_id: UUID, body: dict[str, Any]) -> Any:
    """Keep that a victim asks for information of her case; it is owed in writing within fourteen days.

    200 says that a request is open already.
    """
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        asked, is_new = service.ask(session, actor, now, report_id, body["asked_at"])
        return Answer(_shown(session, asked, now), 201 if is_new else 200)


@blueprint.get("/case-information")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(query=CaseInformationQuerySchema, answers={200: CaseInformationListSchema})
def list_requests(actor: Actor, query: dict[str, Any]) -> Any:
    """List the requests for case information that the caller's organisation made, owes or may answer."""
    now = runtime().clock.now()
    with consultation() as session:
        rows = service.requests_of(session, actor, now, open_only=query["state"] == "open")
        return {"requests": [_shown(session, one, now) for one in rows]}


@blueprint.post("/case-information/<uuid:request_id>/sending")
@requires(Scope.INFORMING_WRITE, Purpose.ENFORCEMENT)
@operation(body=SentCaseInformationSchema, answers={200: CaseInformationRequestSchema}, errors=(409,))
def record_sending(actor: Actor, request_id: UUID, body: dict[str, Any]) -> Any:
    """Record that case information was sent in writing, with the proof; also when that was late."""
    now, proof = runtime().clock.now(), body["proof"]
    new = service.Sending(body["sent_at"], body["channel"].value, proof["reference"], proof["sha256"])
    with runtime().database.transaction() as session:
        return _shown(session, service.send(session, actor, now, request_id, new), now)


def _shown(session: Session, asked: service.Asked, now: datetime) -> dict[str, Any]:
    row, deadline = asked
    against = None if row.sent_channel is None else is_against_wishes(session, row.report_id, row.sent_channel)
    return {
        "id": row.id,
        "reportId": row.report_id,
        "askedAt": format_instant(row.asked_at),
        "deadlineId": deadline.id,
        "dueOn": deadline.due_on and deadline.due_on.isoformat(),
        "dueAt": deadline.due_at and format_instant(deadline.due_at),
        "source": deadline.source,
        "steps": explained(deadline),
        "state": _STATES.get(state := state_at(deadline, now), state.value),
        "sentAt": row.sent_at and format_instant(row.sent_at),
        "channel": row.sent_channel,
        "againstHerWishes": against,
    }
