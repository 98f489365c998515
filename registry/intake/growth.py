"""Letting PostgreSQL know how its tables grow while a large delivery is judged.

It plans by what it last counted, and counts by itself about once a minute. A plan that was made for an almost empty
table reads the whole of it at every group of rows of the first large delivery.
"""

from __future__ import annotations

from registry.db import Database, table_of
from registry.intake.models import IntakeFinding, IntakeRow, MessageSeen
from registry.orders.index_models import NameToken, PartyName, ZonePlace
from registry.orders.models import (
    Condition,
    Order,
    OrderParty,
    OrderVersion,
    PartyLink,
    Person,
    SearchKey,
    SubjectLinkRecord,
    ZoneRecord,
)

FIRST_AT_ROWS = 5_000
_GROWING = (
    *(Person, Order, OrderVersion, OrderParty, PartyLink, Condition, ZoneRecord, SubjectLinkRecord),
    *(SearchKey, NameToken, PartyName, ZonePlace, IntakeRow, IntakeFinding, MessageSeen),
)


class Growth:
    """Counts the rows that were judged; has the tables counted after so many, and then whenever they doubled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._judged = 0
        self._count_at = FIRST_AT_ROWS

    def by(self, rows: int) -> None:
        """Note that rows were judged."""
        self._judged += rows
        if self._database.is_sqlite or self._judged < self._count_at:
            return
        self._count_at = 2 * self._judged
        with self._database.transaction() as session:
            names = ", ".join(table_of(model).name for model in _GROWING)
            session.connection().exec_driver_sql(f"ANALYZE {names}")
