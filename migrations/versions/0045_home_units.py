"""Home units: what is coupled, for which condition, and whose account an episode is."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

_PRESENCE = "kind >= 4"


def upgrade() -> None:
    op.add_column("coupling", sa.Column("kind", sa.Text(), nullable=False, server_default="tracker"))
    op.add_column("coupling", sa.Column("condition_reference", sa.Text(), nullable=True))
    op.add_column("episode", sa.Column("source", sa.Text(), nullable=False, server_default="tracker"))
    where = {"sqlite_where": sa.text(_PRESENCE), "postgresql_where": sa.text(_PRESENCE)}
    op.create_index("ix_ping_presence", "ping", ["device_number", "at_ms"], **where)


def downgrade() -> None:
    op.drop_index("ix_ping_presence", table_name="ping")
    op.drop_column("episode", "source")
    op.drop_column("coupling", "condition_reference")
    op.drop_column("coupling", "kind")
