"""How far a delivery is: locked, counted and closed in the transaction that judges some of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.db import PreparedChange, table_of
from registry.errors import NotFound
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeSource
from registry.intake.rules import DeliveryStatus, RowOutcome
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_COUNTED = [one.value for one in RowOutcome if one is not RowOutcome.PENDING]

# Made once: these run for every few rows.
_LOCK = (
    select(table_of(IntakeDelivery))
    .where(IntakeDelivery.id == bindparam("delivery_id"))
    .with_for_update(key_share=True)
)
_RETRYING = select(exists().where(IntakeRow.delivery_id == bindparam("delivery_id"), IntakeRow.retry_at.is_not(None)))
_COUNT = (
    update(table_of(IntakeSource))
    .where(IntakeSource.organisation_id == bindparam("sender_id"))
    .values(unprocessed=IntakeSource.unprocessed + bindparam("more"))
)


@cache
def _change(names: tuple[str, ...]) -> PreparedChange:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    own = update(table_of(IntakeDelivery)).where(IntakeDelivery.id == bindparam("delivery_id"))
    return PreparedChange(own.values(values))


class Progress:
    """A delivery held for this transaction; what changes is written by `write`."""

    def __init__(self, session: Session, delivery_id: UUID) -> None:
        self._session = session
        self._connection = session.connection()
        found = self._connection.execute(_LOCK, {"delivery_id": delivery_id}).mappings().first()
        if found is None:
            raise NotFound("There is no delivery with this id here.")
        self.delivery_id = delivery_id
        self._delivery: dict[str, Any] = dict(found)
        self._changed: dict[str, Any] = {}

    @property
    def sender_id(self) -> UUID:
        """The organisation that sent it."""
        return UUID(str(self._delivery["sending_org_id"]))

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self._delivery["rows"])

    @property
    def judged_until(self) -> int:
        """The number of the last row that was judged."""
        return int(self._delivery["judged_until"])

    def actor(self) -> Actor:
        """Whoever delivered it, in whose name its rows are judged."""
        one = self._delivery
        return Actor(
            client_id=one["client_id"],
            organisation_id=self.sender_id,
            organisation_kind=OrganisationKind(one["sender_kind"]),
            scopes=frozenset(),
            end_user=one["end_user"],
            unit=one["unit"],
            role=one["role"],
            purpose=Purpose.INTAKE,
        )

    def change(self, **values: Any) -> None:
        """Change columns of the delivery."""
        self._delivery |= values
        self._changed |= values

    def count(self, outcomes: Mapping[str, int]) -> None:
        """Add to the counts of outcomes, and take what was settled off the unprocessed rows of the source."""
        settled = 0
        for name in _COUNTED:
            if more := outcomes.get(name, 0):
                self.change(**{name: self._delivery[name] + more})
                settled += more
        if settled:
            self.count_unprocessed(-settled)

    def count_unprocessed(self, more: int) -> None:
        """Add to the unprocessed rows of the source."""
        self._connection.execute(_COUNT, {"sender_id": self.sender_id, "more": more})

    def settle(self, now: datetime, *, announce: bool) -> None:
        """Close the delivery when every row was judged and none is to be tried again, and tell its sender."""
        one = self._delivery
        if self.judged_until < self.rows or one["finished_at"] is not None:
            return
        if self._connection.scalar(_RETRYING, {"delivery_id": self.delivery_id}):
            return
        self.change(status=DeliveryStatus.DONE.value, finished_at=now)
        if announce:
            self._announce(now)

    def _announce(self, now: datetime) -> None:
        counts = Counter({name: self._delivery[name] for name in _COUNTED})
        publish(
            self._session,
            now,
            EventType.DELIVERY_PROCESSED,
            f"delivery:{self.delivery_id}",
            {self.sender_id},
            delivery_id=self.delivery_id,
            status=DeliveryStatus.DONE.value,
            rows=self.rows,
            pending=self.rows - counts.total(),
            ended_at=now,
            **counts,
        )

    def write(self) -> None:
        """Write what changed."""
        if self._changed:
            changed = {f"new_{name}": value for name, value in self._changed.items()}
            _change(tuple(self._changed)).run(self._session, [changed | {"delivery_id": self.delivery_id}])
            self._changed = {}
