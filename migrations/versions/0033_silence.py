"""When devices are heard, and the stretches in which they, or all of a provider's, are not."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0033"
down_revision = "0032"

_GOES_ON = {"sqlite_where": sa.text("until_ms IS NULL"), "postgresql_where": sa.text("until_ms IS NULL")}
_OWNERS = dict.fromkeys(
    ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id", "partner_org_id"), "organisation.id"
)
_OF_DEVICE = {
    "device_id": "device.id",
    "coupling_id": "coupling.id",
    "person_id": "person.id",
    "order_id": "protection_order.id",
}
_PULSE = ("heard_ms", "since_ms", "fixed_ms", "heard_gap_ms", "fixed_gap_ms")


def upgrade() -> None:
    op.create_table(
        "device_pulse",
        sa.Column("device_number", sa.BigInteger(), autoincrement=False, nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=True) for name in _PULSE],
        sa.PrimaryKeyConstraint("device_number", name=op.f("pk_device_pulse")),
    )
    op.create_table(
        "blind_spell",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_blind_spell_person_id")),
        sa.PrimaryKeyConstraint("person_id", "from_ms", name=op.f("pk_blind_spell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listening_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening_mark")),
    )
    op.create_table(
        "provider_silence",
        *_stretch("provider_silence", _OWNERS, ()),
        sa.Column("devices", sa.BigInteger(), nullable=False),
        sa.Column("silent", sa.BigInteger(), nullable=False),
    )
    refers = _OF_DEVICE | {"provider_id": "organisation.id", "provider_silence_id": "provider_silence.id"}
    op.create_table(
        "device_silence",
        *_stretch("device_silence", refers | _OWNERS, tuple(_OF_DEVICE)),
        sa.Column("device_number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("end_cause", sa.Text(), nullable=True),
    )
    op.create_index("ix_provider_silence_going_on", "provider_silence", ["from_ms"], **_GOES_ON)
    op.create_index("ix_device_silence_going_on", "device_silence", ["coupling_id"], **_GOES_ON)
    op.create_index(op.f("ix_device_silence_device_id_from_ms"), "device_silence", ["device_id", "from_ms"])
    op.create_index(op.f("ix_device_silence_supervising_org_id"), "device_silence", ["supervising_org_id"])


def downgrade() -> None:
    for table in ("device_silence", "provider_silence", "listening_mark", "blind_spell", "device_pulse"):
        op.drop_table(table)


def _stretch(table: str, refers: dict[str, str], required: tuple[str, ...]) -> list[sa.schema.SchemaItem]:
    keys = [sa.ForeignKeyConstraint([name], [to], name=op.f(f"fk_{table}_{name}")) for name, to in refers.items()]
    return [
        sa.Column("id", types.Id(), nullable=False),
        *[sa.Column(name, types.Id(), nullable=name not in required) for name in refers],
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        *keys,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
