"""The area of a zone as it is judged, drawn once; zones recorded before are drawn from their geometry, as until now."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("zone", sa.Column("judged_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("zone", "judged_sealed")
