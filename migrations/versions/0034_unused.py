"""Why positions that were stored are not judged."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

_KEY = ("bucket", "at_ms", "device_number", "sequence", "kind")
_TYPES = {"bucket": sa.Integer(), "kind": sa.SmallInteger()}


def upgrade() -> None:
    op.create_table(
        "unused_position",
        *[sa.Column(name, _TYPES.get(name, sa.BigInteger()), autoincrement=False, nullable=False) for name in _KEY],
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_unused_position")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_unused_position_device_number_at_ms"), "unused_position", ["device_number", "at_ms"])


def downgrade() -> None:
    op.drop_table("unused_position")
