"""Whose ladder an alert climbs: that of whoever must act, which is not always the supervisor's."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0020"
down_revision = "0019"

# What the service took for the owner of every ladder until now.
_FORMER = "supervising_org_id, police_org_id, prosecuting_org_id, sending_org_id, partner_org_id"


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("ladder_org_id", types.Id(), nullable=True))
        alert.create_foreign_key(op.f("fk_alert_ladder_org_id"), "organisation", ["ladder_org_id"], ["id"])
    op.execute(f"UPDATE alert SET ladder_org_id = COALESCE({_FORMER})")


def downgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.drop_constraint(op.f("fk_alert_ladder_org_id"), type_="foreignkey")
        alert.drop_column("ladder_org_id")
