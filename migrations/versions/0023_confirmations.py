"""Requests to the source of an order to confirm it, and its answers."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0023"
down_revision = "0022"

_OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    owners = ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id", "partner_org_id")
    references = (
        sa.ForeignKeyConstraint([name], ["organisation.id"], name=op.f(f"fk_confirmation_{name}")) for name in owners
    )
    op.create_table(
        "confirmation",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("called_at", types.UtcDateTime(), nullable=True),
        sa.Column("called_late_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        *(sa.Column(name, types.Id(), nullable=True) for name in owners),
        *references,
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_confirmation_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    where = {"sqlite_where": _OPEN, "postgresql_where": _OPEN}
    op.create_index(
        "uq_confirmation_open", "confirmation", ["order_id", "police_org_id", "urgency"], unique=True, **where
    )
    op.create_index("ix_confirmation_order_id_asked_at", "confirmation", ["order_id", "asked_at"])
    op.create_index("ix_confirmation_running", "confirmation", ["due_at"], **where)
    op.create_index(op.f("ix_confirmation_sending_org_id"), "confirmation", ["sending_org_id"])
    op.create_index(op.f("ix_confirmation_police_org_id"), "confirmation", ["police_org_id"])


def downgrade() -> None:
    op.drop_table("confirmation")
