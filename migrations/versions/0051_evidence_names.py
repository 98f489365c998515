"""A file that is given again under another name keeps both names."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("report_evidence", sa.Column("again_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("report_evidence", "again_sealed")
