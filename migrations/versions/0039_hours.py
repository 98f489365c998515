"""The hour at which an order begins and ends in its first and last day, where the sender told it."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("order_version", sa.Column("starts_at", types.UtcDateTime(), nullable=True))
    op.add_column("order_version", sa.Column("ends_at", types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_version", "ends_at")
    op.drop_column("order_version", "starts_at")
