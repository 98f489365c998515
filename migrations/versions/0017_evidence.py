"""How heavy and how provable a breach is found, what permitted it, what supports it, and what its accounts tell."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("breach", sa.Column("severity", sa.Text(), nullable=True))
    op.add_column("breach_source", sa.Column("details", types.Json(), nullable=True))
    op.add_column("assessment", sa.Column("provable", sa.Text(), nullable=True))
    op.add_column("assessment", sa.Column("severity", sa.Text(), nullable=True))
    op.add_column("assessment", sa.Column("exemption_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "breach_evidence",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("breach_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_evidence_breach_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_breach_evidence_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_evidence")),
        sa.UniqueConstraint(
            "breach_id",
            "organisation_id",
            "reference",
            name=op.f("uq_breach_evidence_breach_id_organisation_id_reference"),
        ),
    )


def downgrade() -> None:
    op.drop_table("breach_evidence")
    for table, columns in (
        ("assessment", ("exemption_sealed", "severity", "provable")),
        ("breach_source", ("details",)),
        ("breach", ("severity",)),
    ):
        for column in columns:
            op.drop_column(table, column)
