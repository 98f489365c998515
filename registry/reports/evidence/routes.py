"""Files of evidence with a report: send, list, read."""

import re
import uuid
from contextlib import closing
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from flask import Blueprint, request
from werkzeug.http import parse_options_header

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.db import new_id
from registry.enforcement.evidence.checklist import checklist
from registry.errors import Fault, Invalid, RegistryError
from registry.http import Answer, Upload, operation, runtime
from registry.http.bodies import MIB, read_piece
from registry.http.fields import format_instant, parse_instant
from registry.reports.evidence import receiving, service
from registry.reports.evidence.models import ReportEvidence
from registry.reports.evidence.receiving import Received
from registry.reports.evidence.rules import MEDIA_TYPES
from registry.reports.evidence.schemas import (
    ReportEvidenceListSchema,
    ReportEvidenceQuerySchema,
    ReportEvidenceSchema,
)
from registry.reports.models import Report
from registry.reports.service import own_report, report_for

blueprint = Blueprint("report_evidence", __name__, url_prefix="/v1")

_BINARY = "application/octet-stream"
_NAME_HEADER = "Content-Disposition"
_LONGEST_NAME = 255
_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*utf-8'[^']*'([^;]*)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@blueprint.post("/reports/<uuid:report_id>/evidence")
@requires(Scope.REPORTS_WRITE, Purpose.REPORT)
@operation(
    query=ReportEvidenceQuerySchema,
    raw_body=Upload((_BINARY,), {_NAME_HEADER: "The name of the file: `attachment; filename*=UTF-8''...` (RFC 6266)."}),
    answers={201: ReportEvidenceSchema, 200: ReportEvidenceSchema},
    errors=(409,),
)
def add_evidence(actor: Actor, report_id: UUID, query: dict[str, Any]) -> Any:
    """Send a file of evidence with a report, as it is; the answer has its SHA-256.

    Its content decides what it is. Programs, empty files, files that are two things at once and files over the limit
    are refused with the reason, and nothing of them is kept. 200 says that the report has this file already; a name or
    sort that it was not given under before is kept beside the first, in `again`.
    """
    shared, new = runtime(), service.NewFile(query["kind"], _file_name())
    with shared.database.reading() as session:
        own_report(session, actor, report_id)
    received, is_kept = _received(new_id()), False
    try:
        with closing(received.set_aside):
            receiving.store(shared.database, shared.clock, received)
        with shared.database.transaction() as session:
            row, is_kept = service.keep(session, actor, shared.clock.now(), report_id, (new, received))
    finally:
        if not is_kept:
            receiving.discard(shared.database, received.id)
    return Answer(_shown(row, with_name=True), 201 if is_kept else 200)


@blueprint.get("/reports/<uuid:report_id>/evidence")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(answers={200: ReportEvidenceListSchema})
def list_evidence(actor: Actor, report_id: UUID) -> Any:
    """List the files of a report; what is in them has a scope of its own."""
    with consultation() as session:
        report = report_for(session, actor, runtime().clock.now(), report_id)
        with_name = _sees_names(actor, report)
        return {"evidence": [_shown(one, with_name=with_name) for one in service.files_of(session, report.id)]}


@blueprint.get("/reports/<uuid:report_id>/evidence/<uuid:evidence_id>")
@requires(Scope.EVIDENCE_FILES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: _BINARY})
def show_file(actor: Actor, report_id: UUID, evidence_id: UUID) -> Any:
    """Give a file as it was sent, to save and never to open by itself; that it was read is on record."""
    shared = runtime()
    with consultation() as session:
        report, row = service.file_for(session, actor, shared.clock.now(), report_id, evidence_id)
        name = f"{report.receipt_number}-{row.sha256[:8]}.{MEDIA_TYPES[row.media_type]}"
        headers = {"Content-Length": str(row.size_bytes), _NAME_HEADER: f'attachment; filename="{name}"'}
        pieces = row.pieces
    return Answer(receiving.opened(shared.database, evidence_id, pieces), 200, headers, _BINARY)


def _received(evidence_id: uuid.UUID) -> Received:
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise RegistryError("unsupported_media_type", 415, "Send the file as it is, without Content-Encoding.")
    settings = runtime().settings
    limit_bytes = settings.max_body_mib * MIB
    receiving.refuse_unread(request.content_length, limit_bytes)
    return receiving.take_in(evidence_id, read_piece, limit_bytes, settings.state_dir)


def _file_name() -> str | None:
    """What the sender calls the file; any path in it is part of the name, and leads nowhere."""
    told = request.headers.get(_NAME_HEADER, "")
    extended = _EXTENDED_NAME.search(told)
    # Werkzeug ends a value at the first character that should have been escaped: half a name is another name.
    name = unquote(extended[1]) if extended else parse_options_header(told)[1].get("filename")
    if name is not None and (not 0 < len(name) <= _LONGEST_NAME or _CONTROLS.search(name)):
        detail = f"Name the file in at most {_LONGEST_NAME} characters, without control characters."
        raise Invalid([Fault(f"header {_NAME_HEADER}", detail)])
    return name


def _sees_names(actor: Actor, report: Report) -> bool:
    return actor.organisation_id == report.partner_org_id or actor.may(Scope.PROTECTED_READ)


def _shown(row: ReportEvidence, *, with_name: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "name": checklist().items[row.kind].name_nl,
        "mediaType": row.media_type,
        "sizeBytes": row.size_bytes,
        "sha256": row.sha256,
        "fileName": row.file_name if with_name else None,
        "receivedAt": format_instant(row.received_at),
        "again": [_again(one, with_name=with_name) for one in row.again or ()],
    }


def _again(told: dict[str, Any], *, with_name: bool) -> dict[str, Any]:
    return {
        "kind": told["kind"],
        "name": checklist().items[told["kind"]].name_nl,
        "fileName": told["file_name"] if with_name else None,
        "receivedAt": format_instant(parse_instant(told["at"])),
    }
