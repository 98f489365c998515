"""What left the service of a wearer's track: which bundle or history, for whom, and why."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "track_export",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("episode_id", types.Id(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_track_export_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_track_export_person_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_track_export_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_export")),
    )
    op.create_index(op.f("ix_track_export_person_id"), "track_export", ["person_id"])


def downgrade() -> None:
    op.drop_table("track_export")
