"""The keys of waiting rows in blocks of their own; what was written of them before is moved there, or removed."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0014"
down_revision = "0013"

_WAITING = {"sqlite_where": sa.text("waiting_keys = 1"), "postgresql_where": sa.text("waiting_keys")}
_BLOCKS = """
    INSERT INTO intake_waiting_block (delivery_id, last_row)
    SELECT id, rows FROM intake_delivery WHERE waiting_keys AND judged_until < rows
"""
_KEYS = """
    INSERT INTO intake_waiting_key (block_id, key, row_number)
    SELECT DISTINCT block.id, substr(old.key, 1, 8), old.row_number
    FROM intake_waiting_block AS block
    JOIN intake_delivery AS delivery ON delivery.id = block.delivery_id
    JOIN intake_row_key AS old ON old.delivery_id = block.delivery_id AND old.row_number > delivery.judged_until
"""
_SETTLED = """
    DELETE FROM intake_row_key WHERE NOT EXISTS (
        SELECT 1 FROM intake_row AS judged
        WHERE judged.delivery_id = intake_row_key.delivery_id AND judged.row_number = intake_row_key.row_number
        AND judged.is_open
    )
"""


def upgrade() -> None:
    op.create_table(
        "intake_waiting_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["intake_delivery.id"], name=op.f("fk_intake_waiting_block_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_waiting_block")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_intake_waiting_block_delivery_id"), "intake_waiting_block", ["delivery_id"])
    op.create_table(
        "intake_waiting_key",
        sa.Column("block_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=8), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("block_id", "key", "row_number", name=op.f("pk_intake_waiting_key")),
        sqlite_with_rowid=False,
    )
    for statement in (_BLOCKS, _KEYS, _SETTLED):
        op.execute(statement)
    op.drop_index("ix_intake_delivery_waiting_keys", table_name="intake_delivery")
    with op.batch_alter_table("intake_delivery") as delivery:
        delivery.drop_column("waiting_keys")


def downgrade() -> None:
    """What waits is judged, and counted, but not found by its keys meanwhile: half of each key is gone."""
    with op.batch_alter_table("intake_delivery") as delivery:
        delivery.add_column(sa.Column("waiting_keys", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("intake_delivery") as delivery:
        delivery.alter_column("waiting_keys", server_default=None)
    op.create_index("ix_intake_delivery_waiting_keys", "intake_delivery", ["id"], unique=False, **_WAITING)
    op.drop_table("intake_waiting_key")
    op.drop_index(op.f("ix_intake_waiting_block_delivery_id"), table_name="intake_waiting_block")
    op.drop_table("intake_waiting_block")
