"""Victims' reports through partners."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("partner_reference", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("acute", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=True),
        sa.Column("breach_id", types.Id(), nullable=True),
        sa.Column("linked_by", sa.Text(), nullable=True),
        sa.Column("linked_at", types.UtcDateTime(), nullable=True),
        sa.Column("told_status", sa.Text(), nullable=False),
        sa.Column("told_revision", sa.BigInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_report_breach_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_report_order_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_report_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_report_police_org_id")),
        sa.ForeignKeyConstraint(["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_report_prosecuting_org_id")),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_report_sending_org_id")),
        sa.ForeignKeyConstraint(["supervising_org_id"], ["organisation.id"], name=op.f("fk_report_supervising_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "partner_org_id", "partner_reference", name=op.f("uq_report_partner_org_id_partner_reference")
        ),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_report_receipt_number")),
    )
    op.create_index(op.f("ix_report_breach_id"), "report", ["breach_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_report_breach_id"), table_name="report")
    op.drop_table("report")
