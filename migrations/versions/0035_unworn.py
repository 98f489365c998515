"""Couplings whose wearer no order binds any more, and the positions that wait for a coupling."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0035"
down_revision = "0034"

_WAITS = "judged IS FALSE AND lat_deg IS NOT NULL"


def upgrade() -> None:
    op.add_column("coupling", sa.Column("released_at", types.UtcDateTime(), nullable=True))
    op.add_column("coupling", sa.Column("emptied_at", types.UtcDateTime(), nullable=True))
    where = {"sqlite_where": sa.text(_WAITS), "postgresql_where": sa.text(_WAITS)}
    op.create_index("ix_ping_unjudged", "ping", ["received_at_ms", "at_ms"], **where)


def downgrade() -> None:
    op.drop_index("ix_ping_unjudged", table_name="ping")
    with op.batch_alter_table("coupling") as coupling:
        coupling.drop_column("emptied_at")
        coupling.drop_column("released_at")
