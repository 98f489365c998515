"""A number that a correction left out ties nobody any more; it is kept for whoever asks by it."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

# What is known without opening an identity: the current version itself is the correction. The next message of any other
# order that a correction concerns says it.
_TAKEN_BACK = """
UPDATE carried_number SET taken_back = true WHERE party_id IN (
    SELECT order_party.id FROM order_party JOIN order_version ON order_version.id = order_party.version_id
    WHERE order_version.kind = 'correction'
)
"""


def upgrade() -> None:
    op.add_column("carried_number", sa.Column("taken_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_TAKEN_BACK)


def downgrade() -> None:
    op.execute("DELETE FROM carried_number WHERE taken_back")
    op.drop_column("carried_number", "taken_back")
