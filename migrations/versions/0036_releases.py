"""What police and prosecution release to the partner of a report, and from when."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0036"
down_revision = "0035"

_WAITING = sa.text("told_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "report_release",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("report_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", types.Id(), nullable=True),
        sa.Column("assessment_id", types.Id(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("release_at", types.UtcDateTime(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("told_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_release_report_id")),
        sa.ForeignKeyConstraint(["event_id"], ["proceeding_event.id"], name=op.f("fk_report_release_event_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_report_release_assessment_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_release_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_release")),
    )
    op.create_index(op.f("ix_report_release_report_id"), "report_release", ["report_id"])
    op.create_index(
        "ix_report_release_waiting",
        "report_release",
        ["release_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_table("report_release")
