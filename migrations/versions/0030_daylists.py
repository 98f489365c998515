"""The deadlines of the day, as each owner was told of them."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0030"
down_revision = "0029"

_RUNNING = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "daylist",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("listed_at", types.UtcDateTime(), nullable=False),
        sa.Column("running", sa.BigInteger(), nullable=False),
        sa.Column("overdue", sa.BigInteger(), nullable=False),
        sa.Column("due_today", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("entries", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_daylist_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daylist")),
        sa.UniqueConstraint("organisation_id", "listed_on", name=op.f("uq_daylist_organisation_id_listed_on")),
    )
    op.create_index(
        "ix_deadline_owned",
        "deadline",
        ["owner_org_id", "soonest_at"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_owned", table_name="deadline")
    op.drop_table("daylist")
