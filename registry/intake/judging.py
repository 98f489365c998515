"""What becomes of one row, inside a transaction: recorded, seen before, in conflict, or rejected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.db import Prepared
from registry.errors import Conflict
from registry.intake.findings import Finding, finding
from registry.intake.models import MessageSeen
from registry.intake.rules import Existing, OrderMessage, Parsed, RowOutcome, Verdict, verdict
from registry.intake.senders import with_sender
from registry.intake.unknown_orders import naming_unknown
from registry.orders.models import Order, OrderVersion
from registry.orders.rules import WORKS_AT_ONCE
from registry.orders.service import (
    FIRST_VERSION,
    Draft,
    Registration,
    awaited,
    is_plain,
    register,
    register_new,
)


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


@dataclass(slots=True)
class KnownOrder:
    """An order of the register: whose it is, the digest of each version, and which of them carried the order itself."""

    order_id: UUID
    sending_org_id: UUID | None
    versions: dict[int, str] = field(default_factory=dict)
    carriers: set[int] = field(default_factory=set)


# Made once: these run for every few rows.
_SEEN = Prepared(
    select(MessageSeen.message_id, MessageSeen.digest).where(
        MessageSeen.sending_org_id == bindparam("sender_id"),
        MessageSeen.message_id.in_(bindparam("message_ids", expanding=True)),
    )
)
_KNOWN = Prepared(
    select(
        Order.number,
        Order.id,
        Order.sending_org_id,
        OrderVersion.version,
        OrderVersion.content_hash,
        OrderVersion.has_content,
    )
    .join(OrderVersion, OrderVersion.order_id == Order.id)
    .where(Order.number.in_(bindparam("numbers", expanding=True)))
)


class Known:
    """What is recorded already of the messages at hand, read in three queries and kept up to date while judging.

    `awaited` are the numbers of orders that the merge of another order names.
    """

    def __init__(self, session: Session, sender_id: UUID, rows: Sequence[ReadRow]) -> None:
        messages = [row.parsed.message for row in rows if row.parsed.message]
        self._sender_id = sender_id
        self._seen = self._read_seen(session, {each.message_id for each in messages})
        self._orders: dict[str, KnownOrder] = {}
        numbers = {each.order_number for each in messages}
        self._read_orders(session, numbers | {each.subject_link for each in messages if each.subject_link})
        self.awaited = awaited(session, numbers)
        self.new: list[dict[str, Any]] = []

    def _read_seen(self, session: Session, message_ids: Collection[str]) -> dict[str, str]:
        found = _SEEN.all(session, sender_id=self._sender_id, message_ids=list(message_ids))
        return {row.message_id: row.digest.hex() for row in found}

    def _read_orders(self, session: Session, numbers: Collection[str]) -> None:
        for row in _KNOWN.all(session, numbers=list(numbers)):
            order = self._orders.setdefault(row.number, KnownOrder(row.id, row.sending_org_id))
            order.versions[row.version] = row.content_hash.hex()
            if row.has_content:
                order.carriers.add(row.version)

    def order(self, message: OrderMessage) -> KnownOrder | None:
        """The order of a message, when the register has it."""
        return self._orders.get(message.order_number)

    def knows(self, number: str) -> bool:
        """Whether the register has an order of that number, and not only messages that would stop one."""
        order = self._orders.get(number)
        return order is not None and bool(order.carriers)

    def existing(self, message: OrderMessage) -> Existing:
        """What the rule that compares messages asks."""
        order = self.order(message)
        return Existing(self._seen.get(message.message_id), order.versions if order else {})

    def note_order(self, message: OrderMessage, order_id: UUID, version: int) -> None:
        """Remember a version just recorded."""
        order = self._orders.setdefault(message.order_number, KnownOrder(order_id, self._sender_id))
        order.versions[version] = message.digest
        if message.content is not None:
            order.carriers.add(version)
        if message.subject_link:
            self.awaited.add(message.subject_link)

    def note_message(self, message: OrderMessage, delivery_id: UUID, row_number: int) -> None:
        """Remember the first message under an id."""
        if message.message_id in self._seen:
            return
        self._seen[message.message_id] = message.digest
        self.new.append(
            {
                "sending_org_id": self._sender_id,
                "message_id": message.message_id,
                "digest": bytes.fromhex(message.digest),
                "delivery_id": delivery_id,
                "row_number": row_number,
            }
        )


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many orders are recorded together, and whether there is time for more; at least one row is always judged."""

    orders: int
    has_time: Callable[[], bool]


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
        waiting: list[Draft] = []
        for read in rows:
            read = replace(read, parsed=with_sender(read.parsed, self.actor.organisation_kind, self.now))
            settled = self._settled(read) or self._gathered(read, waiting)
            if len(waiting) >= at_once.orders or (waiting and settled is None):
                register_new(session, self.actor, self.now, waiting)
                waiting = []
            judged.append(settled or self._register(session, read))
            if not waiting and not at_once.has_time():
                break
        if waiting:
            register_new(session, self.actor, self.now, waiting)
        return judged

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

    def _gathered(self, read: ReadRow, waiting: list[Draft]) -> Judged | None:
        """The first message of an order, added to those that wait to be recorded together; None for any other."""
        message, drafted = read.parsed.message, read.draft
        if message is None or drafted is None or drafted.news is None or not is_plain(message.kind):
            return None
        if self.known.order(message) is not None or message.order_number in self.known.awaited:
            return None
        waiting.append(drafted)
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
        return self._recorded(read, done.order_id, done.version)

    def _recorded(self, read: ReadRow, order_id: UUID, version: int) -> Judged:
        if read.parsed.message is not None:
            self.known.note_order(read.parsed.message, order_id, version)
        findings = read.parsed.findings
        outcome = RowOutcome.ACCEPTED_WITH_WARNINGS if findings else RowOutcome.ACCEPTED
        return Judged(read, outcome, findings, order_id, version)


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
