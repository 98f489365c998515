"""Between statements: differences that a later message took away, and digests that older versions lack."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from registry.db import Database, table_of
from registry.http import Runtime
from registry.intake.delivery import raw_rows
from registry.intake.models import IntakeRow
from registry.intake.parsing import parse_row
from registry.intake.reconciliation.items import resolve_all
from registry.intake.reconciliation.models import Difference
from registry.intake.reconciliation.rules import (
    NO_ORDER,
    DifferenceKind,
    KnownVersion,
    Open,
    ResolvedBy,
    settled_by_messages,
)
from registry.intake.reconciliation.storing import PAUSE_S
from registry.intake.rules import Checks, RowOutcome
from registry.orders.force.standing import measures
from registry.orders.models import Order, OrderVersion

_AT_ONCE = 200
_FIRST_ID = UUID(int=0)

# Only orders of which something was recorded since the difference was last seen can have lost it.
_TOUCHED = (
    select(Difference)
    .join(Order, and_(Order.number == Difference.order_number, Order.sending_org_id == Difference.sending_org_id))
    .where(
        Difference.resolved_at.is_(None),
        Difference.id > bindparam("after_id"),
        Order.last_recorded_at >= Difference.last_seen_at,
    )
    .order_by(Difference.id)
    .limit(_AT_ONCE)
)
_VERSIONS = (
    select(Order.number, OrderVersion.version, OrderVersion.order_digest)
    .join(OrderVersion, OrderVersion.order_id == Order.id)
    .where(Order.number.in_(bindparam("numbers", expanding=True)))
)


def settle_differences(shared: Runtime) -> None:
    """Close each difference that a message received since has taken away."""
    after_id = _FIRST_ID
    while True:
        with shared.database.reading() as session:
            found = session.scalars(_TOUCHED, {"after_id": after_id}).all()
            session.expunge_all()
            known = _known(session, {one.order_number for one in found})
        if not found:
            return
        settled = [one.id for one in found if settled_by_messages(_as_seen(one), known[one.order_number])]
        if settled:
            with shared.database.transaction() as session:
                resolve_all(session, settled, shared.clock.now(), ResolvedBy.MESSAGE)
            time.sleep(PAUSE_S)
        after_id = found[-1].id


def _known(session: Session, numbers: Collection[str]) -> defaultdict[str, list[KnownVersion]]:
    known: defaultdict[str, list[KnownVersion]] = defaultdict(list)
    if numbers:
        for number, version, digest in session.connection().execute(_VERSIONS, {"numbers": list(numbers)}):
            known[number].append(KnownVersion(version, True, digest))
    return known


def _as_seen(one: Difference) -> Open:
    return Open(DifferenceKind(one.kind), one.stated_version, one.checksum, one.known_version)


_ACCEPTED = (RowOutcome.ACCEPTED.value, RowOutcome.ACCEPTED_WITH_WARNINGS.value)
_LACKING = select(OrderVersion.id).where(OrderVersion.order_digest.is_(None)).limit(1)
_ROWS = (
    select(IntakeRow.delivery_id, IntakeRow.row_number, OrderVersion.id)
    .join(OrderVersion, and_(OrderVersion.order_id == IntakeRow.order_id, OrderVersion.version == IntakeRow.version))
    .where(OrderVersion.order_digest.is_(None), IntakeRow.outcome.in_(_ACCEPTED))
    .limit(_AT_ONCE)
)
_version = table_of(OrderVersion).c
_KEEP = (
    update(table_of(OrderVersion))
    .where(_version.id == bindparam("version_id"), _version.order_digest.is_(None))
    .values(order_digest=bindparam("digest"))
)


class _Filled:
    """Says that this process found no version left whose digest can be computed."""


def fill_digests(shared: Runtime) -> None:
    """Compute the digest of the order in versions recorded before it was kept, from the rows as they were sent.

    A version that did not come in a row (or whose row is unreadable) keeps none: its content is not compared.
    """
    try:
        shared.get(_Filled)
        return
    except KeyError:
        pass
    while rows := _lacking(shared.database):
        values = [{"version_id": row.id, "digest": _digest(shared, row)} for row in rows]
        with shared.database.transaction() as session:
            session.connection().execute(_KEEP, values)
        time.sleep(PAUSE_S)
    shared.add(_Filled())


def _lacking(database: Database) -> Sequence[Any]:
    with database.reading() as session:
        if session.execute(_LACKING).first() is None:
            return []
        return session.execute(_ROWS).all()


def _digest(shared: Runtime, row: Any) -> bytes:
    """The digest of the order in a raw row, read as when it was judged."""
    checks = Checks(measures().law, shared.clock.now().date())
    found = raw_rows(shared.database, row.delivery_id, row.row_number - 1, 1)
    message = parse_row(found[0][1], checks).message if found else None
    return bytes.fromhex(message.order_digest) if message and message.order_digest else NO_ORDER
