"""A question keeps how its name sounds, as hashes, so that a listed person is recognised when it is misspelt."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.add_column("lookup_question", sa.Column("sounds", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("lookup_question", "sounds")
