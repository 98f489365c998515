"""Reports as CSV of any length: read a piece at a time, each in a short reading session, and sent as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from registry.db import Database
from registry.http.fields import format_instant
from registry.intake.feedback import FindingPage, findings_after
from registry.intake.findings import finding
from registry.intake.models import IntakeFinding, IntakeRow
from registry.intake.overview import RowPage, rows_of
from registry.intake.sheets import Cells, lines_of

_PIECE_ROWS = 1000
_FINDING = ("code", "severity", "field", "cause", "messageNl", "actionNl")
_REPORT = ("row", "outcome", "messageId", "orderNumber", "version", "kind", "orderId", "attempts", "retryAt", *_FINDING)
_FINDINGS = ("id", "openedAt", "ageDays", "deliveryId", "row", "orderNumber", "version", *_FINDING)


def report_lines(database: Database, delivery_id: UUID, page: RowPage) -> Iterator[bytes]:
    """Give the rows of a delivery that were judged as CSV, a line for each finding; what came with them in columns."""
    yield lines_of([_REPORT])
    left = page.limit
    while left > 0:
        page = replace(page, limit=min(left, _PIECE_ROWS))
        with database.reading() as session:
            rows = rows_of(session, delivery_id, page)
            lines = lines_of(cells for row in rows for cells in _row_cells(row))
            left, after = left - len(rows), rows[-1].row_number if rows else page.after
        yield lines
        if len(rows) < page.limit:
            return
        page = replace(page, after=after)


def finding_lines(database: Database, sender_id: UUID, page: FindingPage, now: datetime) -> Iterator[bytes]:
    """Give the open findings of a sender as CSV."""
    yield lines_of([_FINDINGS])
    left = page.limit
    while left > 0:
        page = replace(page, limit=min(left, _PIECE_ROWS))
        with database.reading() as session:
            found = findings_after(session, sender_id, page)
            lines = lines_of(_open_cells(one, now) for one in found)
            left, after = left - len(found), found[-1].id if found else page.after
        yield lines
        if len(found) < page.limit:
            return
        page = replace(page, after=after)


def age_days(one: IntakeFinding, now: datetime) -> int:
    """Return how many whole days a finding is open."""
    return max(0, (now - one.opened_at).days)


def _row_cells(row: IntakeRow) -> Iterator[Cells]:
    own = (
        *(row.row_number, row.outcome, row.message_id, row.order_number, row.version, row.kind),
        *(row.order_id, row.attempts, row.retry_at and format_instant(row.retry_at)),
    )
    if not row.findings:
        yield (*own, *[None] * len(_FINDING))
    for code, place, cause in row.findings:
        yield (*own, *_finding_cells(str(code), str(place), cause))


def _open_cells(one: IntakeFinding, now: datetime) -> Cells:
    own = (one.id, format_instant(one.opened_at), age_days(one, now), one.delivery_id, one.row_number)
    return (*own, one.order_number, one.version, *_finding_cells(one.code, one.place, one.cause))


def _finding_cells(code: str, place: str, cause: str | None) -> tuple[Any, ...]:
    found = finding(code, place, cause)
    return (found.code, found.severity, found.field, found.cause, found.message_nl, found.action_nl)
