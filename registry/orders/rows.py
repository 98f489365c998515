"""Rows in and out without the mapper, for the paths that write or read many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import Insert, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.db import Base, bulk, table_of
from registry.db.bulk import Layout, layout
from registry.db.bulk import Row as PlainRow
from registry.orders.index_models import PartyName, ZonePlace
from registry.orders.models import (
    Condition,
    Order,
    OrderParty,
    OrderVersion,
    PartyLink,
    Person,
    SearchKey,
    ZoneRecord,
)
from registry.orders.number_models import CarriedNumber
from registry.orders.rules import MessageKind, OrderFacts, VersionFacts

MOST_PARAMETERS = 5000

T = TypeVar("T")
Row = dict[str, Any]
# The columns of `_VERSION`, by name.
VersionRow: TypeAlias = Any


# A statement that is made once is compiled once: making it anew costs more than running it.
@cache
def _insert(model: type[Base]) -> Insert:
    return insert(table_of(model))


@cache
def _insert_missing(model: type[Base], dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table_of(model)).on_conflict_do_nothing()
    return sqlite.insert(table_of(model)).on_conflict_do_nothing()


def add_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows of the same columns in one statement."""
    if rows:
        session.connection().execute(_insert(model), rows if len(rows) > 1 else rows[0])


# The columns of the rows that `Rows` takes; see `registry.db.bulk` for the form of their values.
PERSON = layout(Person, "id created_at zone_revision")
ORDER = layout(
    Order,
    "id number created_at sending_org_id supervising_org_id police_org_id prosecuting_org_id regime "
    "current_version_id last_recorded_at last_confirmed_at",
)
VERSION = layout(
    OrderVersion,
    "recorded_at order_id version id version_given kind effective_at corrects_version has_content regime decided_on "
    "starts_on ends_on immediately_enforceable imposed_in_presence served_on final_on time_zone end_unreadable "
    "renewals starts_at ends_at content_hash order_digest law_hash content_sealed",
)
PARTY = layout(OrderParty, "order_id id version_id role reference identity_sealed")
LINK = layout(PartyLink, "id party_id person_id cause recorded_at")
CONDITION = layout(
    Condition, "id version_id reference type starts_on ends_on is_monitored not_monitored_because content_sealed"
)
ZONE = layout(ZoneRecord, "order_id version id condition_id kind likeness geometry_sealed judged_sealed")
SEARCH_KEY = layout(SearchKey, "key party_id")
CARRIED = layout(CarriedNumber, "key party_id taken_back")
PARTY_NAME = layout(PartyName, "party_id words_sealed")
ZONE_PLACE = layout(ZonePlace, "zone_id extent_sealed")
# What is referred to stands before what refers to it.
_IN_ORDER = (PERSON, ORDER, VERSION, PARTY, LINK, CONDITION, ZONE, SEARCH_KEY, CARRIED, PARTY_NAME, ZONE_PLACE)
# A table that is its own index takes rows in the order of their keys.
_OWN_INDEX = frozenset({SEARCH_KEY})


class Rows:
    """Rows of the register on their way to the database, to be written together."""

    def __init__(self) -> None:
        self._waiting: dict[Layout, list[PlainRow]] = {each: [] for each in _IN_ORDER}

    def add(self, into: Layout, rows: Iterable[PlainRow]) -> None:
        """Have rows written."""
        self._waiting[into].extend(rows)

    def write(self, session: Session) -> None:
        """Write what was added so far."""
        for each in _OWN_INDEX:
            self._waiting[each].sort()
        bulk.insert(session, list(self._waiting.items()))
        self._waiting = {each: [] for each in _IN_ORDER}


def add_missing(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet; waits for whoever is writing one of them now."""
    if not rows:
        return 0
    connection = session.connection()
    return connection.execute(_insert_missing(model, connection.dialect.name), rows).rowcount


def pieces(values: Collection[T]) -> Iterator[list[T]]:
    """The values in pieces that one statement can take."""
    listed = list(values)
    for start in range(0, len(listed), MOST_PARAMETERS):
        yield listed[start : start + MOST_PARAMETERS]


# What `version_facts` reads of a version, and by which it is known: whoever reads versions selects these.
VERSION_COLUMNS = (
    OrderVersion.order_id,
    OrderVersion.id,
    OrderVersion.version,
    OrderVersion.kind,
    OrderVersion.recorded_at,
    OrderVersion.effective_at,
    OrderVersion.corrects_version,
    OrderVersion.has_content,
    OrderVersion.regime,
    OrderVersion.decided_on,
    OrderVersion.starts_on,
    OrderVersion.ends_on,
    OrderVersion.immediately_enforceable,
    OrderVersion.imposed_in_presence,
    OrderVersion.served_on,
    OrderVersion.final_on,
    OrderVersion.time_zone,
    OrderVersion.end_unreadable,
    OrderVersion.renewals,
    OrderVersion.starts_at,
    OrderVersion.ends_at,
)
_VERSION = select(*VERSION_COLUMNS).where(OrderVersion.order_id.in_(bindparam("order_ids", expanding=True)))


def version_rows(session: Session, order_ids: Collection[UUID]) -> dict[UUID, list[VersionRow]]:
    """The versions of each order, without what is sealed."""
    found: dict[UUID, list[VersionRow]] = {order_id: [] for order_id in order_ids}
    for piece in pieces(order_ids):
        for row in session.connection().execute(_VERSION, {"order_ids": piece}):
            found[row.order_id].append(row)
    return found


def version_facts(row: VersionRow) -> VersionFacts:
    """A version as the fold takes it."""
    facts = OrderFacts(
        regime=row.regime,
        decided_on=row.decided_on,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        immediately_enforceable=row.immediately_enforceable,
        imposed_in_presence=row.imposed_in_presence,
        served_on=row.served_on,
        final_on=row.final_on,
        time_zone=row.time_zone,
        end_unreadable=row.end_unreadable is True,
        renewals=row.renewals,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
    return VersionFacts(
        version=row.version,
        kind=MessageKind(row.kind),
        recorded_at=row.recorded_at,
        effective_at=row.effective_at,
        order=facts if row.has_content else None,
        corrects=row.corrects_version,
    )
