"""Of each zone of a current version one row of where it lies, in the place of one row a grid cell.

Going back leaves the grid empty: an older service finds zones by a spot only once their orders are delivered again.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from registry.db import types
from registry.orders.models import ZoneRecord
from registry.orders.register.areas import area_of, extent_row

revision = "0019"
down_revision = "0018"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 2_000
_PLACES = sa.table("zone_place", sa.column("zone_id", types.Id()), sa.column("extent_sealed"))
_ZONES = sa.text(
    "SELECT z.id, z.geometry_sealed, coalesce(c.ends_on, v.ends_on) AS ends_on FROM zone z"
    " JOIN condition c ON c.id = z.condition_id JOIN order_version v ON v.id = c.version_id"
    " JOIN protection_order o ON o.current_version_id = c.version_id"
    " WHERE z.id > :after ORDER BY z.id LIMIT :most"
).columns(sa.column("id", types.Id()), sa.column("geometry_sealed"), sa.column("ends_on", sa.Date()))


def upgrade() -> None:
    op.create_table(
        "zone_place",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("zone_id", types.Id(), nullable=False),
        sa.Column("extent_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_zone_place_zone_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_zone_place")),
        sa.UniqueConstraint("zone_id", name=op.f("uq_zone_place_zone_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "zone_place_gone",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("zone_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_zone_place_gone")),
        sqlite_autoincrement=True,
    )
    connection = op.get_bind()
    for zones in _current(connection):
        placed = [row for row in map(_placed, zones) if row]
        if placed:
            connection.execute(sa.insert(_PLACES), placed)
    op.drop_index(op.f("ix_place_key_zone_id"), table_name="place_key")
    op.drop_table("place_key")


def downgrade() -> None:
    op.create_table(
        "place_key",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("zone_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_place_key_zone_id")),
        sa.PrimaryKeyConstraint("key", "zone_id", name=op.f("pk_place_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_place_key_zone_id"), "place_key", ["zone_id"], unique=False)
    op.drop_table("zone_place_gone")
    op.drop_table("zone_place")


def _current(connection: sa.Connection) -> Iterator[list[Any]]:
    after = UUID(int=0)
    query = _ZONES.bindparams(sa.bindparam("after", type_=types.Id()))
    while rows := list(connection.execute(query, {"after": after, "most": _AT_ONCE}).all()):
        yield rows
        after = rows[-1].id


def _placed(row: Any) -> dict[str, Any] | None:
    area = area_of(ZoneRecord.geometry.open(row.id, row.geometry_sealed))
    if area is None:
        return None
    ends_on: date | None = row.ends_on
    return {"zone_id": row.id, "extent_sealed": extent_row(row.id.bytes, area.shape, ends_on)[1]}
