"""What is recorded already of the messages at hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared
from registry.intake.models import MessageSeen
from registry.intake.rules import Existing, OrderMessage
from registry.orders.models import Order, OrderVersion
from registry.orders.service import awaited


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

    `awaited` are the numbers of orders that the merge of another order names, `settled` those of orders of which no
    number is borne by somebody unlike any more.
    """

    def __init__(self, session: Session, sender_id: UUID, messages: Sequence[OrderMessage]) -> None:
        self._sender_id = sender_id
        self._seen = self._read_seen(session, {each.message_id for each in messages})
        self._orders: dict[str, KnownOrder] = {}
        numbers = {each.order_number for each in messages}
        self._read_orders(session, numbers | {each.subject_link for each in messages if each.subject_link})
        self.awaited = awaited(session, numbers)
        self.new: list[dict[str, Any]] = []
        self.settled: set[str] = set()

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
