"""Planned steps, and since when somebody is held without a decision."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0016"
down_revision = "0015"

_HELD = sa.text("custody_alarm_at IS NOT NULL")
_COLUMNS = ("custody_limit_at", "custody_alarm_at", "custody_told_at")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("proceeding", sa.Column(name, types.UtcDateTime(), nullable=True))
    op.create_index(
        "ix_proceeding_held", "proceeding", ["custody_alarm_at"], sqlite_where=_HELD, postgresql_where=_HELD
    )
    op.create_table(
        "planned_step",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("proceeding_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("details", types.Json(), nullable=False),
        sa.Column("planned_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("done_by", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["done_by"], ["proceeding_event.id"], name=op.f("fk_planned_step_done_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_planned_step_organisation_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_planned_step_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_step")),
    )
    op.create_index(op.f("ix_planned_step_proceeding_id"), "planned_step", ["proceeding_id"])


def downgrade() -> None:
    op.drop_table("planned_step")
    op.drop_index("ix_proceeding_held", table_name="proceeding")
    for name in _COLUMNS:
        op.drop_column("proceeding", name)
