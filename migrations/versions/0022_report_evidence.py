"""Files of evidence with a report, their sealed content in pieces, and those still being stored."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "report_evidence",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("report_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("breach_evidence_id", types.Id(), nullable=True),
        sa.Column("file_name_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_evidence_report_id")),
        sa.ForeignKeyConstraint(
            ["breach_evidence_id"], ["breach_evidence.id"], name=op.f("fk_report_evidence_breach_evidence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_evidence")),
        sa.UniqueConstraint("report_id", "sha256", name=op.f("uq_report_evidence_report_id_sha256")),
    )
    op.create_table(
        "report_evidence_piece",
        sa.Column("evidence_id", types.Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", "number", name=op.f("pk_report_evidence_piece")),
    )
    op.create_table(
        "report_evidence_arrival",
        sa.Column("evidence_id", types.Id(), nullable=False),
        sa.Column("began_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_report_evidence_arrival")),
    )


def downgrade() -> None:
    op.drop_table("report_evidence_arrival")
    op.drop_table("report_evidence_piece")
    op.drop_table("report_evidence")
