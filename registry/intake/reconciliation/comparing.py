"""One step of comparing a statement: what some lines, or some orders that it does not list, come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.intake.reconciliation import items
from registry.intake.reconciliation.agreeing import others
from registry.intake.reconciliation.items import Changes, Found
from registry.intake.reconciliation.listed import among, prefer_indexes
from registry.intake.reconciliation.models import Difference, Statement
from registry.intake.reconciliation.rules import Agreement, Compared, DifferenceKind, KnownVersion, Line, Stage, compare
from registry.orders.force.standing import statuses
from registry.orders.models import Order, OrderVersion
from registry.orders.rows import pieces
from registry.orders.rules import OrderStatus

_UNLISTED_AT_ONCE, _UNCONFIRMED_AT_ONCE = 200, 200
_FIRST_ID = UUID(int=0)
# An order past its end need not be listed any more, whether or not a message said that it ended.
_OVER = (OrderStatus.ENDED, OrderStatus.EXPIRED_VERIFY)

_order = table_of(Order).c
_KNOWN = (
    select(
        Order.number,
        OrderVersion.version,
        (OrderVersion.recorded_at <= bindparam("made_at")).label("is_then"),
        OrderVersion.order_digest,
    )
    .join(OrderVersion, OrderVersion.order_id == Order.id)
    .where(Order.sending_org_id == bindparam("sender_id"), among(Order.number, "numbers"))
)
_LIST = (
    update(table_of(Order))
    .where(_order.sending_org_id == bindparam("sender_id"), among(_order.number, "numbers"))
    .values(last_listed_at=bindparam("made_at"))
)
_CONFIRM = _LIST.values(
    last_confirmed_at=case(
        (_order.last_confirmed_at < bindparam("made_at"), bindparam("made_at")), else_=_order.last_confirmed_at
    )
)
_OPEN_ENDED = (
    select(Order.number)
    .join(OrderVersion, OrderVersion.id == Order.current_version_id)
    .where(Order.sending_org_id == bindparam("sender_id"), among(Order.number, "numbers"))
    .where(OrderVersion.ends_on.is_(None))
)
_UNLISTED = (
    select(Order.id, Order.number)
    .where(
        Order.id > bindparam("after_id"),
        Order.sending_org_id == bindparam("sender_id"),
        Order.created_at <= bindparam("made_at"),
        or_(Order.last_listed_at.is_(None), Order.last_listed_at < bindparam("made_at")),
    )
    .order_by(Order.id)
    .limit(_UNLISTED_AT_ONCE)
)
_VERSIONS = select(OrderVersion.order_id, OrderVersion.version).where(
    OrderVersion.order_id.in_(bindparam("order_ids", expanding=True))
)
_UNCONFIRMED = (
    select(Difference.id)
    .where(
        Difference.sending_org_id == bindparam("sender_id"),
        Difference.resolved_at.is_(None),
        Difference.last_statement_id != bindparam("statement_id"),
    )
    .order_by(Difference.id)
    .limit(_UNCONFIRMED_AT_ONCE)
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is written together, and where that leaves the statement.

    `open_ended` are those confirmed that have no end date, `listed` those that are named and differ, `repeated` the
    lines that name an order again.
    """

    stage: Stage
    reached: str
    counts: Counter[str] = field(default_factory=Counter)
    changes: Changes = field(default_factory=Changes)
    confirmed: Sequence[str] = ()
    open_ended: Sequence[str] = ()
    listed: Sequence[str] = ()
    repeated: Sequence[int] = ()


def grouped(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """The lines of each order together: the first counts, any other repeats it."""
    return (list(group) for _, group in groupby(lines, key=itemgetter(0)))


def lines_step(session: Session, statement: Statement, page: Sequence[list[Line]]) -> Step:
    """Compare some orders that the statement lists."""
    lines = [group[0] for group in page]
    numbers = [line.number for line in lines]
    apart = others(session, statement, lines)
    known = known_versions(session, statement, apart)
    compared = [compare(line, known.get(line.number, ())) for line in lines if line.number in apart]
    found = [_found(each) for each in compared if isinstance(each.result, DifferenceKind)]
    kept = {each.line.number for each in compared if each.result is Agreement.UNREADABLE}
    told = items.changes(found, items.open_items(session, statement.sending_org_id, numbers), kept)
    told.waiting_here = items.waiting_here(session, statement.sending_org_id, told.new)
    differing = {each.line.number for each in compared if not each.agrees}
    confirmed = [number for number in numbers if number not in differing]
    counts = Counter(each.result.value for each in compared)
    counts[Agreement.CONFIRMED.value] += len(lines) - len(compared)
    return Step(
        stage=Stage.LINES,
        reached=numbers[-1],
        counts=counts,
        changes=told,
        confirmed=confirmed,
        open_ended=_open_ended(session, statement, confirmed),
        listed=[number for number in differing if number in known],
        repeated=[line.line_number for group in page for line in group[1:]],
    )


def after_lines(statement: Statement) -> Step:
    """What follows on the last line: of what it does not list a statement tells only when it is whole."""
    return Step(Stage.UNLISTED if statement.is_whole else Stage.LEFTOVERS, "")


def unlisted_step(session: Session, statement: Statement) -> Step:
    """Find orders that the sender does not list, though they were here, and had not ended, when it was made."""
    after_id = UUID(statement.reached) if statement.reached else _FIRST_ID
    asked = {"sender_id": statement.sending_org_id, "made_at": statement.made_at, "after_id": after_id}
    rows = session.connection().execute(_UNLISTED, asked).all()
    if not rows:
        return Step(Stage.UNCONFIRMED, "")
    standing = statuses(session, [row.id for row in rows], statement.made_at)
    live = {row.id: row.number for row in rows if standing[row.id].status not in _OVER}
    versions = _highest(session, live)
    found = [
        Found(number, DifferenceKind.MISSING_THERE, known_version=versions.get(order_id))
        for order_id, number in live.items()
    ]
    open_ones = items.open_items(session, statement.sending_org_id, list(live.values()))
    told = items.changes(found, open_ones, ())
    counts = Counter({DifferenceKind.MISSING_THERE.value: len(found)})
    return Step(Stage.UNLISTED, str(rows[-1].id), counts, told)


def unconfirmed_step(session: Session, statement: Statement) -> Step:
    """Find the items that this statement, which is whole, did not show again: they are over."""
    asked = {"sender_id": statement.sending_org_id, "statement_id": statement.id}
    over = session.connection().scalars(_UNCONFIRMED, asked).all()
    # The items are gone from the next answer, so that there is nothing to remember but that something was done.
    return Step(
        Stage.UNCONFIRMED if over else Stage.LEFTOVERS, str(over[-1]) if over else "", changes=Changes(over=[*over])
    )


def known_versions(session: Session, statement: Statement, numbers: Collection[str]) -> dict[str, list[KnownVersion]]:
    """The versions of the sender's orders with these numbers, and which were there when the statement was made."""
    known: dict[str, list[KnownVersion]] = {}
    if not numbers:
        return known
    asked = {"sender_id": statement.sending_org_id, "made_at": statement.made_at}
    rows = session.connection().execute(_KNOWN, asked | {"numbers": list(numbers)}).all()
    for number, version, is_then, digest in rows:
        known.setdefault(number, []).append(KnownVersion(version, is_then, digest))
    return known


def _open_ended(session: Session, statement: Statement, numbers: Sequence[str]) -> Sequence[str]:
    """Those of the orders that have no end date: of these each confirmation is kept."""
    asked = {"sender_id": statement.sending_org_id, "numbers": numbers}
    return session.connection().scalars(_OPEN_ENDED, asked).all() if numbers else ()


def mark(session: Session, statement: Statement, step: Step) -> None:
    """Note on the orders that the statement lists them, and on those that agree that it confirms them."""
    prefer_indexes(session)
    own = {"sender_id": statement.sending_org_id, "made_at": statement.made_at}
    for statement_of, numbers in ((_CONFIRM, step.confirmed), (_LIST, step.listed)):
        if numbers:
            session.connection().execute(statement_of, own | {"numbers": numbers})


def _found(compared: Compared) -> Found:
    line = compared.line
    return Found(
        line.number, DifferenceKind(compared.result.value), line.version, line.checksum, compared.known_version
    )


def _highest(session: Session, order_ids: Collection[UUID]) -> dict[UUID, int]:
    highest: dict[UUID, int] = {}
    for piece in pieces(order_ids):
        for order_id, version in session.connection().execute(_VERSIONS, {"order_ids": piece}):
            highest[order_id] = max(version, highest.get(order_id, 0))
    return highest
