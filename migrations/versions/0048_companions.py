"""A protected person's own device: her consent, her positions apart from all others, and when he was near her."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0048"
down_revision = "0047"

_CONSENTED = sa.text("revoked_at IS NULL")
_CHANGED = sa.text("changed_at IS NOT NULL")
_OPEN = sa.text("end_ms IS NULL")
_OWNERS = ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id", "partner_org_id")


def upgrade() -> None:
    _companions()
    _fixes()
    _nearnesses()
    op.create_table(
        "nearness_revision",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("nearness_id", types.Id(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["nearness_id"], ["nearness.id"], name="fk_nearness_revision_nearness_id"),
        sa.PrimaryKeyConstraint("id", name="pk_nearness_revision"),
    )
    op.create_index("ix_nearness_revision_nearness_id", "nearness_revision", ["nearness_id"])


def _owned(table: str) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    columns = [sa.Column(name, types.Id(), nullable=True) for name in _OWNERS]
    keys = [sa.ForeignKeyConstraint([name], ["organisation.id"], name=f"fk_{table}_{name}") for name in _OWNERS]
    return [*columns, *keys]


def _companions() -> None:
    op.create_table(
        "companion",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("protected_reference", sa.Text(), nullable=False),
        sa.Column("provider_id", types.Id(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("near_m", sa.BigInteger(), nullable=False),
        sa.Column("consented_at", types.UtcDateTime(), nullable=False),
        sa.Column("consented_by", sa.Text(), nullable=False),
        sa.Column("consent_form", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("changed_at", types.UtcDateTime(), nullable=True),
        sa.Column("heard_ms", sa.BigInteger(), nullable=True),
        *_owned("companion"),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name="fk_companion_order_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name="fk_companion_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_companion"),
    )
    consented = {"sqlite_where": _CONSENTED, "postgresql_where": _CONSENTED}
    op.create_index("uq_companion_device", "companion", ["provider_id", "device"], unique=True, **consented)
    changed = {"sqlite_where": _CHANGED, "postgresql_where": _CHANGED}
    op.create_index("ix_companion_changed", "companion", ["changed_at"], **changed)
    op.create_index("ix_companion_order_id", "companion", ["order_id"])


def _fixes() -> None:
    op.create_table(
        "companion_fix",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("companion_id", types.Id(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["companion_id"], ["companion.id"], name="fk_companion_fix_companion_id"),
        sa.PrimaryKeyConstraint("id", name="pk_companion_fix"),
        sa.UniqueConstraint("companion_id", "at_ms", "sequence", name="uq_companion_fix_companion_id_at_ms_sequence"),
    )
    op.create_index("ix_companion_fix_at_ms", "companion_fix", ["at_ms"])


def _nearnesses() -> None:
    op.create_table(
        "nearness",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("companion_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("end_cause", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
        sa.Column("mover", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("found_late", sa.Boolean(), nullable=False),
        sa.Column("superseded_by_id", types.Id(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("numbers_sealed", sa.LargeBinary(), nullable=False),
        *_owned("nearness"),
        sa.ForeignKeyConstraint(["companion_id"], ["companion.id"], name="fk_nearness_companion_id"),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name="fk_nearness_order_id"),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["nearness.id"], name="fk_nearness_superseded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_nearness"),
    )
    op.create_index("ix_nearness_companion_id_start_ms", "nearness", ["companion_id", "start_ms"])
    going_on = {"sqlite_where": _OPEN, "postgresql_where": _OPEN}
    op.create_index("ix_nearness_open", "nearness", ["companion_id"], **going_on)
    op.create_index("ix_nearness_supervising_org_id", "nearness", ["supervising_org_id"])
    op.create_index("ix_nearness_police_org_id", "nearness", ["police_org_id"])


def downgrade() -> None:
    op.drop_table("nearness_revision")
    op.drop_table("nearness")
    op.drop_table("companion_fix")
    op.drop_table("companion")
