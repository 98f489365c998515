"""Orders entered ahead of the CJIB's message, and what they are joined by."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0010"
down_revision = "0009"

_WAITING = sa.text("replaced_by_id IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    _orders()
    op.create_table(
        "provisional_document",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["provisional_order.id"], name=op.f("fk_provisional_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisional_document")),
    )
    op.create_table(
        "provisional_key",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["provisional_order.id"], name=op.f("fk_provisional_key_order_id")),
        sa.PrimaryKeyConstraint("key", "order_id", name=op.f("pk_provisional_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_provisional_key_order_id"), "provisional_key", ["order_id"], unique=False)
    op.create_table(
        "provisional_proposal",
        sa.Column("provisional_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("reasons", types.Json(), nullable=False),
        sa.Column("proposed_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_provisional_proposal_order_id")),
        sa.ForeignKeyConstraint(
            ["provisional_id"], ["provisional_order.id"], name=op.f("fk_provisional_proposal_provisional_id")
        ),
        sa.PrimaryKeyConstraint("provisional_id", "order_id", name=op.f("pk_provisional_proposal")),
        sqlite_with_rowid=False,
    )


def _orders() -> None:
    op.create_table(
        "provisional_order",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("entering_org_id", types.Id(), nullable=False),
        sa.Column("instructing_org_id", types.Id(), nullable=False),
        sa.Column("entered_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("replaced_by_id", types.Id(), nullable=True),
        sa.Column("replaced_at", types.UtcDateTime(), nullable=True),
        sa.Column("replaced_version", sa.BigInteger(), nullable=True),
        sa.Column("replaced_how", sa.Text(), nullable=True),
        sa.Column("unlinked_at", types.UtcDateTime(), nullable=True),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document_bytes", sa.BigInteger(), nullable=False),
        sa.Column("entry_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["protection_order.id"], name=op.f("fk_provisional_order_id")),
        sa.ForeignKeyConstraint(
            ["entering_org_id"], ["organisation.id"], name=op.f("fk_provisional_order_entering_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["instructing_org_id"], ["organisation.id"], name=op.f("fk_provisional_order_instructing_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["protection_order.id"], name=op.f("fk_provisional_order_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisional_order")),
        sa.UniqueConstraint(
            "entering_org_id", "reference", name=op.f("uq_provisional_order_entering_org_id_reference")
        ),
    )
    op.create_index(op.f("ix_provisional_order_replaced_by_id"), "provisional_order", ["replaced_by_id"], unique=False)
    op.create_index(
        "ix_provisional_order_waiting",
        "provisional_order",
        ["expires_at"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_table("provisional_proposal")
    op.drop_index(op.f("ix_provisional_key_order_id"), table_name="provisional_key")
    op.drop_table("provisional_key")
    op.drop_table("provisional_document")
    op.drop_index("ix_provisional_order_waiting", table_name="provisional_order")
    op.drop_index(op.f("ix_provisional_order_replaced_by_id"), table_name="provisional_order")
    op.drop_table("provisional_order")
