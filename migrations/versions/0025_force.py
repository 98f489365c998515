"""What a status rests on beside the dates of an order: an end that could not be read, and how often it was renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("order_version", sa.Column("end_unreadable", sa.Boolean(), nullable=True))
    op.add_column("order_version", sa.Column("renewals", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_version", "renewals")
    op.drop_column("order_version", "end_unreadable")
