"""By which tables the open deadlines were computed is kept, so that the worker sees that the law changed."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0057"
down_revision = "0056"

_GOING = sa.text("settled_at IS NULL")
_FOLLOWING = sa.text("state = 'open' AND proceeding_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "law_run",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.Column("procedures_hash", sa.Text(), nullable=False),
        sa.Column("noticed_at", types.UtcDateTime(), nullable=False),
        sa.Column("proceedings", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_law_run"),
    )
    op.create_index("ix_law_run_going", "law_run", ["noticed_at"], sqlite_where=_GOING, postgresql_where=_GOING)
    op.create_index("ix_deadline_law", "deadline", ["law_hash"], sqlite_where=_FOLLOWING, postgresql_where=_FOLLOWING)


def downgrade() -> None:
    op.drop_index("ix_deadline_law", table_name="deadline")
    op.drop_index("ix_law_run_going", table_name="law_run")
    op.drop_table("law_run")
