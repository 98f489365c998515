"""Holds of positions, what is kept while others are removed, and what was removed."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0042"
down_revision = "0041"

_HELD = sa.text("released_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "position_hold",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("supervising_org_id", types.Id(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("from_at", types.UtcDateTime(), nullable=False),
        sa.Column("until_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_unit", sa.Text(), nullable=True),
        sa.Column("release_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_position_hold_person_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_position_hold_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_position_hold_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_hold")),
    )
    for name in ("organisation_id", "supervising_org_id"):
        op.create_index(op.f(f"ix_position_hold_{name}"), "position_hold", [name])
    op.create_index("ix_position_hold_held", "position_hold", ["person_id"], sqlite_where=_HELD, postgresql_where=_HELD)
    op.create_table(
        "kept_window",
        sa.Column("device_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("alarms_only", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_number", "from_ms", "alarms_only", name=op.f("pk_kept_window")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "position_removal",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("untold", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_removal")),
    )
    op.create_index(op.f("ix_position_removal_before_on"), "position_removal", ["before_on"])


def downgrade() -> None:
    op.drop_table("position_removal")
    op.drop_table("kept_window")
    op.drop_table("position_hold")
