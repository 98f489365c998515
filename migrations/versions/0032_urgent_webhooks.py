"""What is urgent goes out before what is not: an alert does not wait behind the orders of a delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_DUE = sa.text("next_attempt_at IS NOT NULL")
_ALERTS = """
    UPDATE webhook_delivery SET is_urgent = true
    WHERE next_attempt_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM event
        WHERE event.id = webhook_delivery.event_id AND event.type LIKE 'nl.beschermingsbevel.alert.%'
    )
"""


def upgrade() -> None:
    op.drop_index("ix_webhook_delivery_due", table_name="webhook_delivery")
    op.add_column("webhook_delivery", sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_ALERTS)
    with op.batch_alter_table("webhook_delivery") as delivery:
        delivery.alter_column("is_urgent", server_default=None)
    _index("subscription_id", "is_urgent", "next_attempt_at")


def downgrade() -> None:
    op.drop_index("ix_webhook_delivery_due", table_name="webhook_delivery")
    with op.batch_alter_table("webhook_delivery") as delivery:
        delivery.drop_column("is_urgent")
    _index("subscription_id", "next_attempt_at")


def _index(*columns: str) -> None:
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", columns, sqlite_where=_DUE, postgresql_where=_DUE)
