"""The questions of lookups, sealed for the privacy officer, and when one was handed to him."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "lookup_question",
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asker", sa.LargeBinary(), nullable=False),
        sa.Column("names_incident", sa.Boolean(), nullable=False),
        sa.Column("names_asker", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_lookup_question_organisation_id")
        ),
        sa.PrimaryKeyConstraint("lookup_id", name=op.f("pk_lookup_question")),
    )
    op.create_table(
        "question_release",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("lookup_id", types.Id(), nullable=False),
        sa.Column("released_at", types.UtcDateTime(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lookup_id"], ["lookup_question.lookup_id"], name=op.f("fk_question_release_lookup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_release")),
    )


def downgrade() -> None:
    op.drop_table("question_release")
    op.drop_table("lookup_question")
