"""What became of the rows of a loaded file: how many to which outcome, and what was found wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.intake.findings import finding
from registry.intake.loading.pieces import Piece
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.rules import RowOutcome

MOST_EXAMPLES = 20
_AT_ONCE = 2_000
_OUTCOMES = [one.value for one in RowOutcome if one is not RowOutcome.PENDING]
_FAILED = (RowOutcome.REJECTED, RowOutcome.PENDING)


@dataclass(slots=True)
class Summary:
    """Counts by outcome and by code of finding; examples are rows of the file that were not taken, with the cause."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[tuple[int, str]] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many rows were rejected or could not be processed."""
        return sum(self.outcomes[outcome] for outcome in _FAILED)


def summary(session: Session, stored: Sequence[Piece]) -> Summary:
    """Count what became of every row."""
    told = Summary()
    for piece in stored:
        delivery = session.get_one(IntakeDelivery, piece.delivery_id)
        counts = {name: getattr(delivery, name) for name in _OUTCOMES}
        told.rows += delivery.rows
        told.outcomes.update(counts)
        told.outcomes[RowOutcome.PENDING.value] += delivery.rows - sum(counts.values())
        for row in _rows_with_findings(session, piece):
            _count(told, piece, row)
    return told


def _rows_with_findings(session: Session, piece: Piece) -> Iterator[IntakeRow]:
    query = select(IntakeRow).where(IntakeRow.delivery_id == piece.delivery_id)
    after = 0
    while True:
        page = query.where(IntakeRow.row_number > after).order_by(IntakeRow.row_number).limit(_AT_ONCE)
        found = session.scalars(page).all()
        if not found:
            return
        after = found[-1].row_number
        yield from (row for row in found if row.findings or row.outcome in _FAILED)
        session.expunge_all()


def _count(told: Summary, piece: Piece, row: IntakeRow) -> None:
    codes = [finding(str(code), str(place), cause) for code, place, cause in row.findings]
    told.codes.update({(each.severity, each.code) for each in codes})
    if row.outcome in _FAILED and len(told.examples) < MOST_EXAMPLES:
        causes = [each.code for each in codes if each.severity != "warning"] or [row.last_error or row.outcome]
        told.examples.append((piece.first_row + row.row_number - 1, ", ".join(causes)))
