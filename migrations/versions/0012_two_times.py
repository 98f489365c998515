"""Who recorded a detention and why it gave way; what statuses were measured by; confirmations; rows in quarantine."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0012"
down_revision = "0011"

_PENDING = sa.text("outcome = 'pending'")


def upgrade() -> None:
    with op.batch_alter_table("detention") as detention:
        detention.add_column(sa.Column("recorded_by_org_id", types.Id(), nullable=True))
        detention.add_column(sa.Column("replaced_because", sa.Text(), nullable=True))
        detention.add_column(sa.Column("replaced_by_id", types.Id(), nullable=True))
        detention.add_column(sa.Column("replaced_by_org_id", types.Id(), nullable=True))
        for column, table in (
            ("recorded_by_org_id", "organisation"),
            ("replaced_by_id", "detention"),
            ("replaced_by_org_id", "organisation"),
        ):
            detention.create_foreign_key(op.f(f"fk_detention_{column}"), table, [column], ["id"])
    op.create_table(
        "measure_record",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.Column("law_packed", sa.LargeBinary(), nullable=False),
        sa.Column("unconfirmed_after_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_record")),
    )
    op.create_index(op.f("ix_measure_record_recorded_at"), "measure_record", ["recorded_at"])
    op.create_table(
        "order_confirmation",
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("confirmed_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_order_confirmation_order_id")),
        sa.PrimaryKeyConstraint("order_id", "confirmed_at", name=op.f("pk_order_confirmation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_intake_row_pending",
        "intake_row",
        ["delivery_id", "row_number"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )


def downgrade() -> None:
    op.drop_index("ix_intake_row_pending", table_name="intake_row")
    op.drop_table("order_confirmation")
    op.drop_table("measure_record")
    with op.batch_alter_table("detention") as detention:
        for column in ("replaced_by_org_id", "replaced_by_id", "recorded_by_org_id"):
            detention.drop_constraint(op.f(f"fk_detention_{column}"), type_="foreignkey")
        for column in ("replaced_by_org_id", "replaced_by_id", "replaced_because", "recorded_by_org_id"):
            detention.drop_column(column)
