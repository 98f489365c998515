"""What the privacy officer looks into, the persons listed for it, and what patterns of questions are counted from."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0027"
down_revision = "0026"

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    _items()
    op.create_table(
        "watched_person",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("added_at", types.UtcDateTime(), nullable=False),
        sa.Column("asker", sa.LargeBinary(), nullable=True),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_watched_person_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_person")),
    )
    op.create_index(op.f("ix_watched_person_organisation_id"), "watched_person", ["organisation_id"])
    op.create_table(
        "lookup_trace",
        sa.Column("pair", sa.LargeBinary(), nullable=False),
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "lookup_id", name=op.f("pk_lookup_trace")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_lookup_trace_asked_at"), "lookup_trace", ["asked_at"])
    op.create_table(
        "unexplained_lookup",
        sa.Column("asker", sa.LargeBinary(), nullable=False),
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("asker", "lookup_id", name=op.f("pk_unexplained_lookup")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_unexplained_lookup_asked_at"), "unexplained_lookup", ["asked_at"])
    op.create_table(
        "lookup_watch_position",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_watch_position")),
    )


def _items() -> None:
    op.create_table(
        "privacy_item",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_ref", sa.Text(), nullable=False),
        sa.Column("raised_at", types.UtcDateTime(), nullable=False),
        sa.Column("review_by", types.UtcDateTime(), nullable=False),
        sa.Column("context", types.Json(), nullable=False),
        sa.Column("asked_by_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_privacy_item_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_item")),
    )
    op.create_index(op.f("ix_privacy_item_organisation_id"), "privacy_item", ["organisation_id"])
    op.create_index(op.f("ix_privacy_item_subject_ref"), "privacy_item", ["subject_ref"])
    op.create_index(
        "uq_privacy_item_kind_subject",
        "privacy_item",
        ["kind", "subject_ref", "organisation_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    for table in ("lookup_watch_position", "unexplained_lookup", "lookup_trace", "watched_person", "privacy_item"):
        op.drop_table(table)
