"""Statements of a sender, and the differences found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, request

from registry import logs
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.bodies import MIB, read_body
from registry.http.fields import camel, format_instant
from registry.http.operation import JSON
from registry.intake.lines import Digest, lines
from registry.intake.processing import after
from registry.intake.reconciliation import reading, service
from registry.intake.reconciliation.models import Difference, Statement, StatementFault
from registry.intake.reconciliation.progress import COUNTED
from registry.intake.reconciliation.reconciling import AT_ONCE, Reconciler
from registry.intake.reconciliation.rules import FAULTS_NL, DifferenceKind, LineFault, text_nl
from registry.intake.reconciliation.schemas import (
    DifferenceListSchema,
    DifferenceQuerySchema,
    DifferenceSchema,
    NewDifferenceAssignmentSchema,
    NewDifferenceResolutionSchema,
    StatementListSchema,
    StatementQuerySchema,
    StatementReportQuerySchema,
    StatementReportSchema,
    StatementSchema,
)
from registry.intake.reconciliation.storing import Sent, receive
from registry.intake.streams import NDJSON, unpacked

statements = Blueprint("statements", __name__, url_prefix="/v1")
differences = Blueprint("differences", __name__, url_prefix="/v1")

_ANSWERED_WITHIN_S = 25.0
_FIRST_FAULTS = 50
_log = logs.get(__name__)


@statements.post("/statements")
@requires(Scope.STATEMENTS_WRITE, Purpose.INTAKE)
@operation(raw_body=(JSON, *NDJSON), answers={200: StatementReportSchema, 202: StatementSchema}, errors=(409,))
def create_statement(actor: Actor) -> Any:
    """Send the full statement of all orders, to be compared with the register as it stood at `madeAt`.

    NDJSON: a heading `{"madeAt": ..., "count": ...}`, then a line for each order that has not ended: `orderNumber`, its
    highest `version` and `checksum`, the SHA-256 (hexadecimal) of the RFC 8785 form of that message's `order` object,
    null when it had none. The count may stand in a last line `{"count": ...}` instead. JSON: the heading with the lines
    in `orders`. Up to 1,000 lines are compared at once; of more, 202 says where the report will be.
    """
    shared = runtime()
    statement_id = receive(shared.database, shared.clock, actor, _sent())
    _compare_now(statement_id)
    with shared.database.reading() as session:
        one = session.get_one(Statement, statement_id)
        if one.finished_at is None:
            return Answer(_shown(one), 202, {"Location": f"/v1/statements/{one.id}"})
        return _report(one, service.faults_of(session, one.id, _FIRST_FAULTS), _FIRST_FAULTS)


@statements.get("/statements")
@requires(Scope.STATEMENTS_READ, Purpose.INTAKE)
@operation(query=StatementQuerySchema, answers={200: StatementListSchema})
def list_statements(actor: Actor, query: dict[str, Any]) -> Any:
    """List the statements of the caller's organisation, newest first."""
    with consultation() as session:
        found = service.statements_of(session, actor, runtime().clock.now(), query["limit"], query["cursor"])
        following = str(found[-1].id) if len(found) == query["limit"] else None
        return {"statements": [_shown(one) for one in found], "next": following}


@statements.get("/statements/<uuid:statement_id>")
@requires(Scope.STATEMENTS_READ, Purpose.INTAKE)
@operation(query=StatementReportQuerySchema, answers={200: StatementReportSchema})
def show_statement(actor: Actor, statement_id: UUID, query: dict[str, Any]) -> Any:
    """Show the report of a statement: how far it is, what its lines came to, and which could not be read."""
    with consultation() as session:
        one = service.statement_for(session, actor, runtime().clock.now(), statement_id)
        found = service.faults_of(session, one.id, query["limit"], int(query["cursor"]))
        return _report(one, found, query["limit"])


@differences.get("/differences")
@requires(Scope.STATEMENTS_READ, Purpose.INTAKE)
@operation(query=DifferenceQuerySchema, answers={200: DifferenceListSchema})
def list_differences(actor: Actor, query: dict[str, Any]) -> Any:
    """List the differences between the register and the statements of the caller's organisation, newest first."""
    is_open = None if query["status"] is None else query["status"] == "open"
    asked = service.DifferenceFilter(
        query["limit"], query["cursor"], is_open, query["kind"], query["owner"], query["order_number"]
    )
    with consultation() as session:
        now = runtime().clock.now()
        found = service.differences_of(session, actor, now, asked)
        following = str(found[-1].id) if len(found) == asked.limit else None
        return {"differences": [_difference(one, now) for one in found], "next": following}


@differences.post("/differences/<uuid:difference_id>/assignment")
@requires(Scope.DIFFERENCES_WRITE, Purpose.INTAKE)
@operation(body=NewDifferenceAssignmentSchema, answers={200: DifferenceSchema}, errors=(409,))
def assign_difference(actor: Actor, difference_id: UUID, body: dict[str, Any]) -> Any:
    """Say whose an open difference is, and who takes it."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        told = service.Assignment(body["owner"], body["assignee"])
        return _difference(service.assign(session, actor, now, difference_id, told), now)


@differences.post("/differences/<uuid:difference_id>/resolution")
@requires(Scope.DIFFERENCES_WRITE, Purpose.INTAKE)
@operation(body=NewDifferenceResolutionSchema, answers={200: DifferenceSchema}, errors=(409,))
def resolve_difference(actor: Actor, difference_id: UUID, body: dict[str, Any]) -> Any:
    """Resolve a difference with a reason; a later statement that shows it again opens a new one."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return _difference(service.resolve(session, actor, now, difference_id, body["reason"]), now)


def _sent() -> Sent:
    digest = Digest()
    if request.mimetype in NDJSON:
        head, rest = reading.with_heading(lines(digest.over(unpacked())))
        return Sent(request.mimetype, head, rest, lambda: digest.hex)
    whole = b"".join(digest.over([read_body(runtime().settings.max_body_mib * MIB)]))
    head, orders = reading.document(whole)
    return Sent(JSON, head, iter(orders), lambda: digest.hex)


def _compare_now(statement_id: UUID) -> None:
    """What goes wrong here is no reason to refuse: the lines are on disk, and the worker goes on with them."""
    shared = runtime()
    with shared.database.reading() as session:
        if session.get_one(Statement, statement_id).lines > AT_ONCE:
            return
    try:
        reconciler = Reconciler(shared)
        if statement_id in reconciler.waiting(asking=statement_id):
            reconciler.go_on(statement_id, after(_ANSWERED_WITHIN_S))
    except Exception as error:
        _log.error("statement_left_to_the_worker", statement=str(statement_id), exc_info=error)


def _shown(one: Statement) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status,
        "mediaType": one.media_type,
        "madeAt": format_instant(one.made_at),
        "receivedAt": format_instant(one.received_at),
        "finishedReceivingAt": one.finished_receiving_at and format_instant(one.finished_receiving_at),
        "finishedAt": one.finished_at and format_instant(one.finished_at),
        "sha256": one.sha256,
        "count": one.stated_count,
        "lines": one.lines,
        "faulty": one.faulty,
        "whole": one.is_whole,
        "counts": {camel(name): getattr(one, name) for name in COUNTED},
    }


def _report(one: Statement, faults: Sequence[StatementFault], limit: int) -> dict[str, Any]:
    shown = [_fault(each) for each in faults]
    return _shown(one) | {"faults": shown, "next": str(faults[-1].line_number) if len(faults) == limit else None}


def _fault(one: StatementFault) -> dict[str, Any]:
    message, action = FAULTS_NL[LineFault(one.code)]
    return {"line": one.line_number, "code": one.code, "messageNl": message, "actionNl": action}


def _difference(one: Difference, now: datetime) -> dict[str, Any]:
    until = one.resolved_at or now
    return {
        "id": one.id,
        "orderNumber": one.order_number,
        "kind": one.kind,
        "statedVersion": one.stated_version,
        "knownVersion": one.known_version,
        "textNl": text_nl(DifferenceKind(one.kind), one.stated_version, one.known_version),
        "firstSeenAt": format_instant(one.first_seen_at),
        "firstStatementId": one.first_statement_id,
        "lastSeenAt": format_instant(one.last_seen_at),
        "lastStatementId": one.last_statement_id,
        "ageS": max(int((until - one.first_seen_at).total_seconds()), 0),
        "owner": one.owner,
        "assignment": _assignment(one),
        "resolution": _resolution(one),
    }


def _assignment(one: Difference) -> dict[str, Any] | None:
    if one.assigned_at is None:
        return None
    return {"assignee": one.assignee, "at": format_instant(one.assigned_at), "by": one.assigned_by}


def _resolution(one: Difference) -> dict[str, Any] | None:
    if one.resolved_at is None:
        return None
    at = format_instant(one.resolved_at)
    return {"at": at, "by": one.resolved_by, "user": one.resolved_by_user, "reason": one.reason}
