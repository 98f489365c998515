"""Offline copies of dispatch rooms: keys, copies handed out, journals that came back; questions that came late."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0044"
down_revision = "0043"

_UNWATCHED = sa.text("watched_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "snapshot_key",
        sa.Column("client_id", types.Id(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name="fk_snapshot_key_client_id"),
        sa.PrimaryKeyConstraint("client_id", name="pk_snapshot_key"),
    )
    op.create_table(
        "snapshot_issue",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("client_id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("taken_at", types.UtcDateTime(), nullable=False),
        sa.Column("issued_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name="fk_snapshot_issue_client_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_snapshot_issue_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_issue"),
    )
    op.create_table(
        "snapshot_journal",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("snapshot_id", types.Id(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot_issue.id"], name="fk_snapshot_journal_snapshot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_journal"),
    )
    op.create_index("ix_snapshot_journal_snapshot_id", "snapshot_journal", ["snapshot_id"])
    op.create_table(
        "late_question",
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.Column("watched_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["lookup_id"], ["lookup_question.lookup_id"], name="fk_late_question_lookup_id"),
        sa.PrimaryKeyConstraint("lookup_id", name="pk_late_question"),
    )
    op.create_index(
        "ix_late_question_unwatched",
        "late_question",
        ["lookup_id"],
        sqlite_where=_UNWATCHED,
        postgresql_where=_UNWATCHED,
    )


def downgrade() -> None:
    op.drop_table("late_question")
    op.drop_table("snapshot_journal")
    op.drop_table("snapshot_issue")
    op.drop_table("snapshot_key")
