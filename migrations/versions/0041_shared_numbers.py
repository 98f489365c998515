"""Numbers that tie a party though only an earlier version tells them, numbers that two people share, and of which order
a detention was told; one of which it is not sure whom it is of."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0041"
down_revision = "0040"

_DOUBTED = sa.text("doubt IS NOT NULL AND replaced_at IS NULL")
_UNSETTLED = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "carried_number",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_carried_number_party_id")),
        sa.PrimaryKeyConstraint("key", "party_id", name=op.f("pk_carried_number")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_carried_number_party_id"), "carried_number", ["party_id"])
    op.create_table(
        "shared_number",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_order_id", types.Id(), nullable=False),
        sa.Column("found_at", types.UtcDateTime(), nullable=False),
        sa.Column("settled_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_shared_number_order_id")),
        sa.ForeignKeyConstraint(
            ["other_order_id"], ["protection_order.id"], name=op.f("fk_shared_number_other_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_number")),
    )
    op.create_index(op.f("ix_shared_number_order_id"), "shared_number", ["order_id"])
    op.create_index(op.f("ix_shared_number_other_order_id"), "shared_number", ["other_order_id"])
    op.create_index(
        "ix_shared_number_open", "shared_number", ["order_id"], sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED
    )
    with op.batch_alter_table("detention") as detention:
        detention.add_column(sa.Column("told_for_order_id", types.Id(), nullable=True))
        detention.add_column(sa.Column("doubt", sa.Text(), nullable=True))
        detention.create_foreign_key(
            op.f("fk_detention_told_for_order_id"), "protection_order", ["told_for_order_id"], ["id"]
        )
    op.create_index("ix_detention_doubted", "detention", ["id"], sqlite_where=_DOUBTED, postgresql_where=_DOUBTED)


def downgrade() -> None:
    """A detention of which it is not sure whom it is of is taken back: before, every one stopped the clocks."""
    gone = "replaced_at = recorded_at, replaced_because = 'mistaken'"
    op.execute(f"UPDATE detention SET {gone} WHERE doubt IS NOT NULL AND replaced_at IS NULL")
    op.drop_index("ix_detention_doubted", table_name="detention")
    with op.batch_alter_table("detention") as detention:
        detention.drop_constraint(op.f("fk_detention_told_for_order_id"), type_="foreignkey")
        detention.drop_column("doubt")
        detention.drop_column("told_for_order_id")
    op.drop_table("shared_number")
    op.drop_table("carried_number")
