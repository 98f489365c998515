"""What victims were told, with the proof, and the information of her case that a victim asks for, with its term."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0038"
down_revision = "0037"

_OPEN = sa.text("sent_at IS NULL")


def upgrade() -> None:
    _create_moments()
    op.create_table(
        "case_information_request",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("report_id", types.Id(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("warn_at", types.UtcDateTime(), nullable=False),
        sa.Column("steps", types.Json(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.Column("near_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("missed_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("sent_unit", sa.Text(), nullable=True),
        sa.Column("sent_channel", sa.Text(), nullable=True),
        sa.Column("proof_reference", sa.Text(), nullable=True),
        sa.Column("proof_sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_case_information_request_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_information_request")),
    )
    table, where = "case_information_request", {"sqlite_where": _OPEN, "postgresql_where": _OPEN}
    op.create_index("uq_case_information_open", table, ["report_id"], unique=True, **where)
    op.create_index("ix_case_information_due", table, ["due_at"], **where)
    op.create_index(op.f("ix_case_information_request_report_id"), table, ["report_id"])


def downgrade() -> None:
    op.drop_table("case_information_request")
    op.drop_table("informed_moment")


def _create_moments() -> None:
    op.create_table(
        "informed_moment",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=True),
        sa.Column("protected", sa.Text(), nullable=True),
        sa.Column("report_id", types.Id(), nullable=True),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("told_at", types.UtcDateTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("proof_kind", sa.Text(), nullable=False),
        sa.Column("proof_reference", sa.Text(), nullable=False),
        sa.Column("proof_sha256", sa.Text(), nullable=True),
        sa.Column("against_wishes", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.CheckConstraint(
            "(order_id IS NULL) <> (report_id IS NULL)", name=op.f("ck_informed_moment_order_or_report")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_informed_moment_order_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_informed_moment_report_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_informed_moment_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_informed_moment")),
        sa.UniqueConstraint(
            "organisation_id",
            "moment",
            "proof_reference",
            name=op.f("uq_informed_moment_organisation_id_moment_proof_reference"),
        ),
    )
    op.create_index(op.f("ix_informed_moment_order_id"), "informed_moment", ["order_id"])
    op.create_index(op.f("ix_informed_moment_report_id"), "informed_moment", ["report_id"])
