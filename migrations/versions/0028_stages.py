"""Deadlines are warned of in stages; what the watch looks for lies in indexes that hold only what was not told."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0028"
down_revision = "0027"

_WARNING = sa.text("state = 'open' AND warn_at IS NOT NULL")
_UNMISSED = sa.text("state = 'open' AND missed_told_at IS NULL")
_DEADLINE = sa.table(
    "deadline",
    sa.column("id", types.Id()),
    sa.column("due_at", types.UtcDateTime()),
    sa.column("warn_at", types.UtcDateTime()),
    sa.column("near_told_at", types.UtcDateTime()),
    sa.column("stages", types.Json()),
)


def upgrade() -> None:
    op.add_column("deadline", sa.Column("stages", types.Json(), nullable=False, server_default="[]"))
    _keep_warnings()
    op.create_index("ix_deadline_warning", "deadline", ["warn_at"], sqlite_where=_WARNING, postgresql_where=_WARNING)
    op.create_index("ix_deadline_unmissed", "deadline", ["due_at"], sqlite_where=_UNMISSED, postgresql_where=_UNMISSED)


def _keep_warnings() -> None:
    """The one warning there was stays as it was planned; the others come when a deadline is computed again."""
    columns = _DEADLINE.c
    rows = op.get_bind().execute(sa.select(_DEADLINE).where(columns.warn_at.is_not(None))).all()
    for row in rows:
        stage = "quarter" if row.due_at is not None else "aim"
        planned = {"stages": [[stage, row.warn_at.isoformat()]]}
        if row.near_told_at is not None:
            planned["warn_at"] = None
        op.execute(sa.update(_DEADLINE).where(columns.id == row.id).values(planned))


def downgrade() -> None:
    op.execute("UPDATE deadline SET warn_at = near_told_at WHERE warn_at IS NULL AND near_told_at IS NOT NULL")
    op.drop_index("ix_deadline_unmissed", table_name="deadline")
    op.drop_index("ix_deadline_warning", table_name="deadline")
    op.drop_column("deadline", "stages")
