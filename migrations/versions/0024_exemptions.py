"""Exemptions from a zone: stretches of time in which it does not hold for its wearer.

Going back, an older service reads the causes that exemptions brought as those of a schedule.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("condition_reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_at", types.UtcDateTime(), nullable=False),
        sa.Column("until_at", types.UtcDateTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by_org_id", types.Id(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_exemption_order_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_org_id"], ["organisation.id"], name=op.f("fk_exemption_recorded_by_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_org_id"], ["organisation.id"], name=op.f("fk_exemption_withdrawn_by_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index(op.f("ix_exemption_order_id"), "exemption", ["order_id"])


def downgrade() -> None:
    op.execute("UPDATE episode SET cause = 'window_opened' WHERE cause = 'exemption_ended'")
    op.execute("UPDATE episode SET end_cause = 'schedule_paused' WHERE end_cause = 'exempted'")
    op.drop_table("exemption")
