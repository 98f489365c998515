"""The district of a proceeding. How deadlines were computed is written otherwise now, and is derived anew."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# The old form held sentences' codes with their sources; both forms are derived from the events and the table of law.
_FORGET_STEPS = sa.text("UPDATE deadline SET steps = '[]', law_hash = ''")


def upgrade() -> None:
    op.add_column("proceeding", sa.Column("arrondissement", sa.Text(), nullable=True))
    op.execute(_FORGET_STEPS)


def downgrade() -> None:
    op.execute(_FORGET_STEPS)
    op.drop_column("proceeding", "arrondissement")
