"""What becomes of one row, inside a transaction: recorded, seen before, in conflict, or rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.errors import Conflict
from registry.intake.findings import Finding, finding
from registry.intake.known import Known, KnownOrder
from registry.intake.rules import OrderMessage, Parsed, RowOutcome, Verdict, verdict
from registry.intake.senders import with_sender
from registry.intake.unknown_orders import naming_unknown
from registry.orders.rules import WORKS_AT_ONCE, PartyRole
from registry.orders.service import (
    FIRST_VERSION,
    Draft,
    Registered,
    Registration,
    is_plain,
    register,
    register_new,
)

NUMBER_OF_ANOTHER = "number_of_another"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A raw row with what could be read of it, and its draft; made outside the transaction that judges it."""

    row_number: int
    raw: bytes = field(repr=False)
    parsed: Parsed = field(repr=False)
    draft: Draft | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of a row."""

    read: ReadRow
    outcome: RowOutcome
    findings: tuple[Finding, ...]
    order_id: UUID | None = None
    version: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the row must still be found as delivered and not processed."""
        return self.outcome in (RowOutcome.REJECTED, RowOutcome.PENDING)

    @property
    def is_unsettled(self) -> bool:
        """Whether its order may not stand as the register has it: also where a conflict kept an ending from working."""
        message = self.read.parsed.message
        stops = message is not None and message.kind in WORKS_AT_ONCE
        return self.is_open or (self.outcome is RowOutcome.CONFLICT and self.order_id is not None and stops)

    def columns(self, now: datetime) -> dict[str, Any]:
        """The outcome as a row of its table."""
        message, parsed = self.read.parsed.message, self.read.parsed
        return {
            "outcome": self.outcome.value,
            "message_id": message.message_id if message else None,
            "order_number": parsed.order_number,
            "version": self.version or (message.version if message else None),
            "kind": message.kind.value if message else None,
            "order_id": self.order_id,
            "findings": [[each.code, each.field, each.cause] for each in self.findings],
            "judged_at": now,
            "last_error": None,
            "retry_at": None,
            "is_open": self.is_open,
            "open_number": parsed.order_number if self.is_unsettled else None,
        }


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many orders are recorded together, and whether there is time for more; at least one row is always judged.

    They are `orders` when somebody waits, and `most` while nobody does.
    """

    orders: int
    has_time: Callable[[], bool]
    most: int = 0
    is_wanted: Callable[[], bool] = lambda: True

    def are_enough(self, waiting: int) -> bool:
        """Whether so many orders are to be recorded now."""
        return waiting >= self.orders and (waiting >= self.most or self.is_wanted())


ONE_BY_ONE = AtOnce(1, lambda: True)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where rows of a delivery are judged: for whom, when, and against what is known."""

    actor: Actor
    now: datetime
    delivery_id: UUID
    known: Known

    def judge(self, session: Session, rows: Sequence[ReadRow], at_once: AtOnce = ONE_BY_ONE) -> list[Judged]:
        """Judge rows in their order until there is no more time, and record what they say.

        The first messages of orders are recorded together, whatever comes between them alone: it comes out the same.
        """
        judged: list[Judged] = []
        waiting: dict[int, Draft] = {}
        for read in rows:
            read = replace(read, parsed=with_sender(read.parsed, self.actor.organisation_kind, self.now))
            settled = self._settled(read) or self._gathered(read, waiting, len(judged))
            if waiting and settled is None:
                self._write(session, judged, waiting)
            judged.append(settled or self._register(session, read))
            if at_once.are_enough(len(waiting)):
                self._write(session, judged, waiting)
            if not waiting and not at_once.has_time():
                break
        self._write(session, judged, waiting)
        return judged

    def _write(self, session: Session, judged: list[Judged], waiting: dict[int, Draft]) -> None:
        """Record the orders that wait, by their places among the rows judged; alone where numbers leave a doubt."""
        places = list(waiting)
        while places:
            taken = register_new(session, self.actor, self.now, [waiting[place] for place in places])
            for place in places[taken : taken + 1]:
                judged[place] = self._register(session, judged[place].read)
            places = places[taken + 1 :]
        waiting.clear()

    def _settled(self, read: ReadRow) -> Judged | None:
        """What becomes of a row that changes nothing; None when the register is to record it."""
        message, findings = read.parsed.message, read.parsed.findings
        if message is None:
            return Judged(read, RowOutcome.REJECTED, findings)
        order = self.known.order(message)
        if order is not None and order.sending_org_id != self.actor.organisation_id:
            return _conflict(read, "other_sender", "orderNumber")
        existing = self.known.existing(message)
        decision = verdict(existing, message)
        if decision is Verdict.CONFLICT:
            reused = existing.message_digest not in (None, message.digest)
            code, pointer = ("message_id_reused", "messageId") if reused else ("version_reused", "version")
            return _conflict(read, code, pointer, order)
        self.known.note_message(message, self.delivery_id, read.row_number)
        if decision is Verdict.DUPLICATE:
            return Judged(read, RowOutcome.DUPLICATE, findings, order.order_id if order else None)
        return None

    def _gathered(self, read: ReadRow, waiting: dict[int, Draft], place: int) -> Judged | None:
        """The first message of an order, added to those that wait to be recorded together; None for any other."""
        message, drafted = read.parsed.message, read.draft
        if message is None or drafted is None or drafted.news is None or not is_plain(message.kind):
            return None
        if self.known.order(message) is not None or message.order_number in self.known.awaited:
            return None
        waiting[place] = drafted
        return self._recorded(read, UUID(bytes=drafted.order_id), drafted.version_told or FIRST_VERSION)

    def _register(self, session: Session, read: ReadRow) -> Judged:
        message = read.parsed.message
        if message is None:
            raise ValueError("a row without a message is rejected, not recorded")
        read = replace(read, parsed=naming_unknown(read.parsed, self.known.knows))
        try:
            done = register(session, self.actor, self.now, registration_of(message), read.draft)
        except Conflict as error:
            if error.code == "order_of_another_sender":
                return _conflict(read, "other_sender", "orderNumber")
            raise
        self.known.settled |= done.settled
        self.known.settled -= {message.order_number} if done.shared else set()
        doubts = [finding(NUMBER_OF_ANOTHER, each) for each in _shared_numbers(done, message)]
        read = replace(read, parsed=replace(read.parsed, findings=(*read.parsed.findings, *doubts)))
        return self._recorded(read, done.order_id, done.version)

    def _recorded(self, read: ReadRow, order_id: UUID, version: int) -> Judged:
        if read.parsed.message is not None:
            self.known.note_order(read.parsed.message, order_id, version)
        findings = read.parsed.findings
        outcome = RowOutcome.ACCEPTED_WITH_WARNINGS if findings else RowOutcome.ACCEPTED
        return Judged(read, outcome, findings, order_id, version)


def _shared_numbers(done: Registered, message: OrderMessage) -> Iterator[str]:
    """Where in the message the numbers stand that somebody unlike bears too."""
    protected = [each.reference for each in message.content.protected] if message.content else []
    for place in dict.fromkeys((each.role, each.reference, each.kind) for each in done.shared):
        role, reference, kind = place
        if role == PartyRole.SUBJECT:
            yield f"/order/subject/{kind}"
        elif reference in protected:
            yield f"/order/protected/{protected.index(reference)}/{kind}"


def registration_of(message: OrderMessage) -> Registration:
    """A message as the register takes it."""
    return Registration(
        number=message.order_number,
        version=message.version,
        kind=message.kind,
        effective_at=message.effective_at,
        content=message.content,
        digest=message.digest,
        subject_link=message.subject_link,
        corrects=message.corrects,
        order_digest=message.order_digest or "",
        raw=message.raw,
    )


def _conflict(read: ReadRow, code: str, name: str, order: KnownOrder | None = None) -> Judged:
    """A conflict with an order of another sender tells nothing of that order; nor does what is in conflict work."""
    others = (each for each in read.parsed.findings if each.code != "ending_without_order")
    found = (finding(code, f"/{name}"), *others)
    return Judged(read, RowOutcome.CONFLICT, found, order.order_id if order else None)
