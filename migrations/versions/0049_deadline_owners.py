"""A term outside a proceeding is owned by the nearest there is, also where neither prosecution nor police is known."""

from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.execute(
        "UPDATE deadline SET owner_org_id = COALESCE(supervising_org_id, sending_org_id) WHERE owner_org_id IS NULL"
    )


def downgrade() -> None:
    """What is owned stays owned."""
