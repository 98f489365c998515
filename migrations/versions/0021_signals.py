"""What devices say of themselves in stretches of time, and the messages with an alarm found by device."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0021"
down_revision = "0020"

_GOES_ON = {"sqlite_where": sa.text("until_ms IS NULL"), "postgresql_where": sa.text("until_ms IS NULL")}
_ALARM = {"sqlite_where": sa.text("alarm IS NOT NULL"), "postgresql_where": sa.text("alarm IS NOT NULL")}
_OWNERS = ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id", "partner_org_id")
_REFERS = {
    "device_id": "device.id",
    "coupling_id": "coupling.id",
    "person_id": "person.id",
    "order_id": "protection_order.id",
} | dict.fromkeys(_OWNERS, "organisation.id")


def upgrade() -> None:
    op.create_table(
        "device_signal",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("device_number", sa.BigInteger(), nullable=False),
        *[sa.Column(name, types.Id(), nullable=name != "device_id") for name in _REFERS],
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("found_late", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        *[
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_device_signal_{name}"))
            for name, target in _REFERS.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_signal")),
    )
    op.create_index(
        op.f("ix_device_signal_device_number_kind_from_ms"), "device_signal", ["device_number", "kind", "from_ms"]
    )
    op.create_index(op.f("ix_device_signal_supervising_org_id"), "device_signal", ["supervising_org_id"])
    op.create_index("ix_device_signal_going_on", "device_signal", ["device_number"], **_GOES_ON)
    op.create_index("ix_ping_alarm", "ping", ["device_number", "at_ms"], **_ALARM)


def downgrade() -> None:
    op.drop_index("ix_ping_alarm", table_name="ping")
    op.drop_table("device_signal")
