"""Reports whose partner was told an assessment are looked at once more: the breach may have been judged otherwise."""

from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.execute(
        "UPDATE report SET told_revision = -1 WHERE breach_id IS NOT NULL AND id IN "
        "(SELECT report_id FROM report_release WHERE assessment_id IS NOT NULL AND told_at IS NOT NULL)"
    )


def downgrade() -> None:
    """What was looked at once more stays so."""
