"""Tracks are judged by probability: states under way, marks to judge again from, and the reasons of episodes."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0018"
down_revision = "0017"

_RENAMED = {"inside_at_start": "window_opened", "outside_required": "left"}


def upgrade() -> None:
    op.add_column("track_checkpoint", sa.Column("state_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "track_mark",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_track_mark_person_id")),
        sa.PrimaryKeyConstraint("person_id", "at_ms", "sequence", name=op.f("pk_track_mark")),
        sqlite_with_rowid=False,
    )
    op.add_column("episode", sa.Column("zone_kind", sa.Text(), nullable=False, server_default="exclusion"))
    op.add_column("episode", sa.Column("confirmed_ms", sa.BigInteger(), nullable=True))
    op.add_column("episode", sa.Column("reasons", types.Json(), nullable=False, server_default="[]"))
    op.execute("UPDATE episode SET zone_kind = 'inclusion' WHERE cause = 'outside_required'")
    op.create_index(op.f("ix_alert_subject_ref"), "alert", ["subject_ref"])
    for former, latter in _RENAMED.items():
        op.execute(f"UPDATE episode SET cause = '{latter}' WHERE cause = '{former}'")


def downgrade() -> None:
    op.drop_index(op.f("ix_alert_subject_ref"), table_name="alert")
    op.execute("UPDATE episode SET cause = 'outside_required' WHERE zone_kind = 'inclusion'")
    op.execute("UPDATE episode SET cause = 'inside_at_start' WHERE cause NOT IN ('entered', 'outside_required')")
    op.execute("UPDATE episode SET verdict = 'suspected'")
    with op.batch_alter_table("episode") as episode:
        for column in ("reasons", "confirmed_ms", "zone_kind"):
            episode.drop_column(column)
    op.drop_table("track_mark")
    with op.batch_alter_table("track_checkpoint") as checkpoint:
        checkpoint.drop_column("state_sealed")
