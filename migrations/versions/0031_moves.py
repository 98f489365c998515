"""That the end of a deadline moved, from when to when, and why."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "deadline_move",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("deadline_id", types.Id(), nullable=False),
        sa.Column("moved_at", types.UtcDateTime(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("former_due_at", types.UtcDateTime(), nullable=True),
        sa.Column("former_due_on", sa.Date(), nullable=True),
        sa.Column("former_target_at", types.UtcDateTime(), nullable=True),
        sa.Column("former_law_hash", sa.Text(), nullable=True),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("target_at", types.UtcDateTime(), nullable=True),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_move_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_move")),
    )
    op.create_index(op.f("ix_deadline_move_deadline_id"), "deadline_move", ["deadline_id"])
    op.create_index(op.f("ix_deadline_move_law_hash"), "deadline_move", ["law_hash"])


def downgrade() -> None:
    op.drop_table("deadline_move")
