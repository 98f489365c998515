"""What a sender still has to mend: a finding opens when its row is judged, and closes when a later message mends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import Prepared, bulk, new_id, table_of
from registry.intake.findings import Finding, Severity
from registry.intake.judging import NUMBER_OF_ANOTHER, Desk, Judged
from registry.intake.models import IntakeFinding
from registry.intake.rules import RowOutcome
from registry.intake.unknown_orders import ORDER_NOT_KNOWN, SUBJECT_LINK_UNKNOWN
from registry.orders.models import Order, SubjectLinkRecord
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_ACCEPTED = (RowOutcome.ACCEPTED, RowOutcome.ACCEPTED_WITH_WARNINGS)
_KEPT = (*_ACCEPTED, RowOutcome.REJECTED, RowOutcome.CONFLICT)
_TABLE = table_of(IntakeFinding)
_FINDING = bulk.layout(IntakeFinding, " ".join(_TABLE.columns.keys()))
# Made once: every few rows of a delivery ask it.
_UNMENDED = Prepared(
    select(_TABLE).where(
        _TABLE.c.closed_at.is_(None),
        _TABLE.c.sending_org_id == bindparam("sender_id"),
        _TABLE.c.order_number.in_(bindparam("numbers", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A piece of the open findings, the oldest first: so many after an id, of one code or severity or of all."""

    limit: int
    after: UUID | None = None
    code: str | None = None
    severity: Severity | None = None


def open_findings(session: Session, actor: Actor, now: datetime, page: FindingPage) -> Sequence[IntakeFinding]:
    """Return what the actor's organisation still has to mend in what it sent, the oldest first."""
    found = findings_after(session, actor.organisation_id, page)
    record(session, actor, now, Action.CONSULTED, "findings", shown=len(found))
    return found


def findings_after(session: Session, sender_id: UUID, page: FindingPage) -> Sequence[IntakeFinding]:
    """Return the next open findings of a sender."""
    own = select(IntakeFinding).where(IntakeFinding.sending_org_id == sender_id, IntakeFinding.closed_at.is_(None))
    if page.after is not None:
        own = own.where(IntakeFinding.id > page.after)
    if page.code is not None:
        own = own.where(IntakeFinding.code == page.code)
    if page.severity is not None:
        own = own.where(IntakeFinding.severity == page.severity)
    return session.scalars(own.order_by(IntakeFinding.id).limit(page.limit)).all()


def keep(session: Session, desk: Desk, judged: Sequence[Judged], *, again: bool = False) -> None:
    """Open what was found in rows just judged and close what they mended; `again` says that a row is judged anew."""
    if not any(_says(each) for each in judged):
        return
    ledger = _Ledger(desk)
    ledger.read(session, judged, again=again)
    for each in judged:
        if _says(each):
            ledger.enter(each)
    ledger.write(session)
    _close_links(session, desk, judged)
    _close_shared(session, desk, judged[-1].read.row_number)


def _close_shared(session: Session, desk: Desk, row_number: int) -> None:
    """A number that somebody unlike bore too is mended by what was told of either; another sender is told no more."""
    if not desk.known.settled:
        return
    own = _TABLE.c.sending_org_id == desk.actor.organisation_id
    found = (_TABLE.c.code == NUMBER_OF_ANOTHER, _TABLE.c.order_number.in_(sorted(desk.known.settled)))
    still_open = update(_TABLE).where(_TABLE.c.closed_at.is_(None), *found)
    by = {"closed_by_delivery_id": desk.delivery_id, "closed_by_row": row_number}
    session.connection().execute(still_open.where(own).values(closed_at=desk.now, **by))
    session.connection().execute(still_open.where(~own).values(closed_at=desk.now))


# Made once: the arrival of an order that a merge waits for asks it.
_LINKS_OPEN = Prepared(
    select(_TABLE.c.id, SubjectLinkRecord.linked_number)
    .join(Order, Order.number == _TABLE.c.order_number)
    .join(SubjectLinkRecord, SubjectLinkRecord.order_id == Order.id)
    .where(
        _TABLE.c.closed_at.is_(None),
        _TABLE.c.code == SUBJECT_LINK_UNKNOWN,
        _TABLE.c.sending_org_id == bindparam("sender_id"),
        SubjectLinkRecord.linked_number.in_(bindparam("numbers", expanding=True)),
    )
)


def _close_links(session: Session, desk: Desk, judged: Sequence[Judged]) -> None:
    """A merge that named an order which was not there yet is mended by the arrival of that order."""
    arrived = {
        message.order_number: each.read.row_number
        for each in judged
        if each.outcome in _ACCEPTED and (message := each.read.parsed.message) and message.content
    }
    awaited = sorted(arrived.keys() & desk.known.awaited)
    if not awaited:
        return
    for found_id, number in _LINKS_OPEN.all(session, numbers=awaited, sender_id=desk.actor.organisation_id):
        by = {"closed_by_delivery_id": desk.delivery_id, "closed_by_row": arrived[number]}
        closed = update(_TABLE).where(_TABLE.c.id == found_id).values(closed_at=desk.now, **by)
        session.connection().execute(closed)


def _says(each: Judged) -> bool:
    """Whether a row opens or may close anything."""
    return each.outcome in _ACCEPTED or (bool(each.findings) and each.outcome in _KEPT)


class _Ledger:
    """The open findings that a few rows touch, by order number, and of a row without one by its place."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: defaultdict[str | int, list[dict[str, Any]]] = defaultdict(list)
        self._new: dict[UUID, dict[str, Any]] = {}
        self._closed: defaultdict[int, list[UUID]] = defaultdict(list)
        self._accepted: dict[tuple[UUID, int], Judged] = {}

    def read(self, session: Session, judged: Sequence[Judged], *, again: bool) -> None:
        """Read what is open of the orders that rows were accepted of, and of a row that is judged anew."""
        numbers = {each.read.parsed.order_number for each in judged if again or each.outcome in _ACCEPTED} - {None}
        own = self._desk.actor.organisation_id
        for row in _UNMENDED.all(session, numbers=sorted(filter(None, numbers)), sender_id=own):
            self._open[row.order_number].append(row._asdict())
        if again:
            rows = _TABLE.c.row_number.in_([each.read.row_number for each in judged])
            self._read(session, _TABLE.c.order_number.is_(None), _TABLE.c.delivery_id == self._desk.delivery_id, rows)

    def _read(self, session: Session, *which: ColumnElement[bool]) -> None:
        own = _TABLE.c.sending_org_id == self._desk.actor.organisation_id
        query = select(_TABLE).where(_TABLE.c.closed_at.is_(None), own, *which)
        for row in session.connection().execute(query).mappings():
            self._open[row["order_number"] or row["row_number"]].append(dict(row))

    def enter(self, each: Judged) -> None:
        """Take a row in: what it says anew stays open under its first date."""
        number, row_number = each.read.parsed.order_number, each.read.row_number
        told = {(one.code, one.field): one for one in _told(each)}
        if each.outcome in _ACCEPTED and not self._governs(each):
            told = {}
        for key in (number, row_number):
            if key is not None and key in self._open:
                self._open[key] = [one for one in self._open[key] if self._stays(one, each, told)]
        for found in told.values():
            fresh = self._fresh(each, found)
            self._new[fresh["id"]] = fresh
            self._open[number or row_number].append(fresh)

    def _stays(self, one: dict[str, Any], by: Judged, told: dict[tuple[str, str], Finding]) -> bool:
        """Whether a finding stays open; one that the row says again is not opened a second time."""
        if not self._is_mended(one, by):
            return True
        if one["outcome"] == by.outcome and told.pop((one["code"], one["place"]), None):
            return True
        self._close(one, by)
        return False

    def _governs(self, each: Judged) -> bool:
        """Whether the register has no higher version of the order that carried the order itself."""
        order = self._desk.known.order(each.read.parsed.message) if each.read.parsed.message else None
        return order is None or each.version is None or each.version >= max(order.carriers, default=0)

    def _is_mended(self, one: dict[str, Any], by: Judged) -> bool:
        """Whether a row takes the place of what a finding is about: a rejected row by any later acceptance, a warning
        by the newest content of the order, and a row itself when it is judged anew."""
        same_row = (one["delivery_id"], one["row_number"]) == (self._desk.delivery_id, by.read.row_number)
        if same_row or by.outcome not in _ACCEPTED:
            return same_row
        if one["outcome"] not in _ACCEPTED:
            return (one["delivery_id"], one["row_number"]) < (self._desk.delivery_id, by.read.row_number)
        message = by.read.parsed.message
        if message is None or message.content is None:
            return False
        return one["code"] == ORDER_NOT_KNOWN or self._governs(by)

    def _close(self, one: dict[str, Any], by: Judged) -> None:
        if self._new.pop(one["id"], None) is None:
            self._closed[by.read.row_number].append(one["id"])
        if one["outcome"] == RowOutcome.REJECTED and by.outcome in _ACCEPTED:
            self._accepted[one["delivery_id"], one["row_number"]] = by

    def _fresh(self, each: Judged, found: Finding) -> dict[str, Any]:
        return {
            "id": new_id(),
            "sending_org_id": self._desk.actor.organisation_id,
            "delivery_id": self._desk.delivery_id,
            "row_number": each.read.row_number,
            "outcome": each.outcome.value,
            "order_number": each.read.parsed.order_number,
            "version": each.version,
            "code": found.code,
            "severity": found.severity,
            "place": found.field,
            "cause": found.cause,
            "opened_at": self._desk.now,
            "closed_at": None,
            "closed_by_delivery_id": None,
            "closed_by_row": None,
        }

    def write(self, session: Session) -> None:
        """Write what opened and closed, and tell the sender of each rejected row that is accepted now."""
        bulk.insert(session, [(_FINDING, [bulk.plain(_FINDING, row) for row in self._new.values()])])
        for row_number, ids in self._closed.items():
            closed = {"closed_at": self._desk.now, "closed_by_delivery_id": self._desk.delivery_id}
            mended = update(_TABLE).where(_TABLE.c.id.in_(ids))
            session.connection().execute(mended.values(closed | {"closed_by_row": row_number}))
        for (delivery_id, row_number), by in self._accepted.items():
            self._tell(session, delivery_id, row_number, by)

    def _tell(self, session: Session, delivery_id: UUID, row_number: int, by: Judged) -> None:
        publish(
            session,
            self._desk.now,
            EventType.ROW_ACCEPTED,
            f"delivery:{delivery_id}",
            {self._desk.actor.organisation_id},
            delivery_id=delivery_id,
            row=row_number,
            outcome=by.outcome.value,
            order_id=by.order_id,
            version=by.version,
            by_delivery_id=self._desk.delivery_id,
            by_row=by.read.row_number,
        )


def _told(each: Judged) -> Iterable[Finding]:
    """What a row tells its sender: of one in conflict nothing was used, so only the conflict itself counts."""
    if each.outcome is RowOutcome.CONFLICT:
        return (one for one in each.findings if one.severity == "conflict")
    return each.findings
