"""That what a partner was told was corrected since, and that the partner was told so."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0052"
down_revision = "0051"

_TOLD = sa.text("told_at IS NOT NULL AND corrected_at IS NULL")


def upgrade() -> None:
    op.add_column("report_release", sa.Column("corrected_at", types.UtcDateTime(), nullable=True))
    op.create_index(
        "ix_report_release_told", "report_release", ["event_id"], sqlite_where=_TOLD, postgresql_where=_TOLD
    )


def downgrade() -> None:
    op.drop_index("ix_report_release_told", table_name="report_release")
    op.drop_column("report_release", "corrected_at")
