"""The first copy: whole tables, read at one moment, in pieces as large as memory takes without noticing.

Into an empty copy nothing has to be replaced, and an index is made quickest when all its rows are there. What came
since that moment is taken in as any news.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from registry.db import Database
from registry.db.bulk import Layout, insert
from registry.db.streaming import rows_of
from registry.dispatch.standby.copying import OF_ORDERS, newest_version

_AT_ONCE = 5_000


def copy_everything(source: Session, target: Database) -> UUID | None:
    """Fill the copy with every order as `source` sees them; returns the newest version of then.

    `source` must see the register as it is at one moment. What a copying that was cut off left is thrown away.
    """
    for table in OF_ORDERS:
        with target.transaction() as session:
            session.execute(delete(table))
            for index in table.indexes:
                index.drop(session.connection(), checkfirst=True)
        _copy(source, target, table)
        with target.transaction() as session:
            for index in table.indexes:
                index.create(session.connection(), checkfirst=True)
    return newest_version(source)


def _copy(source: Session, target: Database, table: Table) -> None:
    each = Layout(table, tuple(column.name for column in table.columns))
    for rows in rows_of(source, each, _AT_ONCE):
        with target.transaction() as session:
            insert(session, [(each, rows)])
