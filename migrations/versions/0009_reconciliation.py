"""Full statements and the differences found; files loaded by hand; the digest of the order in each version."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0009"
down_revision = "0008"

_UNFINISHED = sa.text("finished_at IS NULL")
_OPEN = sa.text("resolved_at IS NULL")
_UNDIGESTED = sa.text("order_digest IS NULL")
_COUNTS = (
    "lines", "faulty", "confirmed", "unchecked", "unreadable", "missing_here", "missing_there", "version_lower",
    "version_higher", "content_differs", "opened", "resolved",
)  # fmt: skip


def upgrade() -> None:
    # The worker fills it in for the versions that are there, from the raw rows; a migration has no keys to open those.
    op.add_column("order_version", sa.Column("order_digest", sa.LargeBinary(), nullable=True))
    _create_index("ix_order_version_undigested", "order_version", ["id"], _UNDIGESTED)
    op.add_column("protection_order", sa.Column("last_listed_at", types.UtcDateTime(), nullable=True))
    op.create_table(
        "statement",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("sender_kind", sa.Text(), nullable=False),
        sa.Column("client_id", types.Id(), nullable=True),
        sa.Column("end_user", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_stored_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_receiving_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("stated_count", sa.BigInteger(), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS],
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_statement_sending_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("sending_org_id", "sha256", name=op.f("uq_statement_sending_org_id_sha256")),
    )
    op.create_index(op.f("ix_statement_sending_org_id_made_at"), "statement", ["sending_org_id", "made_at"])
    _create_index("ix_statement_unfinished", "statement", ["id"], _UNFINISHED)
    op.create_table(
        "statement_block",
        sa.Column("statement_id", types.Id(), nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_block_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "run", "place", name=op.f("pk_statement_block")),
    )
    op.create_table(
        "statement_fault",
        sa.Column("statement_id", types.Id(), nullable=False),
        sa.Column("line_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_fault_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "line_number", name=op.f("pk_statement_fault")),
    )
    _create_difference()
    op.create_table(
        "intake_load_piece",
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("piece", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sending_org_id"], ["organisation.id"], name=op.f("fk_intake_load_piece_sending_org_id")
        ),
        sa.PrimaryKeyConstraint("sending_org_id", "sha256", "size_bytes", "piece", name=op.f("pk_intake_load_piece")),
    )


def _create_difference() -> None:
    op.create_table(
        "difference",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stated_version", sa.BigInteger(), nullable=True),
        sa.Column("checksum", sa.LargeBinary(), nullable=True),
        sa.Column("known_version", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("first_statement_id", types.Id(), nullable=False),
        sa.Column("last_seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_statement_id", types.Id(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("assigned_at", types.UtcDateTime(), nullable=True),
        sa.Column("assigned_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", types.UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_by_user", sa.Text(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_difference_sending_org_id")),
        sa.ForeignKeyConstraint(
            ["first_statement_id"], ["statement.id"], name=op.f("fk_difference_first_statement_id")
        ),
        sa.ForeignKeyConstraint(["last_statement_id"], ["statement.id"], name=op.f("fk_difference_last_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
    )
    _create_index("uq_difference_open", "difference", ["sending_org_id", "order_number", "kind"], _OPEN, unique=True)
    _create_index("ix_difference_open_id", "difference", ["sending_org_id", "id"], _OPEN)
    op.create_index(op.f("ix_difference_sending_org_id_id"), "difference", ["sending_org_id", "id"])


def _create_index(name: str, table: str, columns: list[str], where: sa.TextClause, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("intake_load_piece")
    op.drop_index(op.f("ix_difference_sending_org_id_id"), table_name="difference")
    op.drop_index("ix_difference_open_id", table_name="difference")
    op.drop_index("uq_difference_open", table_name="difference")
    op.drop_table("difference")
    op.drop_table("statement_fault")
    op.drop_table("statement_block")
    op.drop_index("ix_statement_unfinished", table_name="statement")
    op.drop_index(op.f("ix_statement_sending_org_id_made_at"), table_name="statement")
    op.drop_table("statement")
    op.drop_column("protection_order", "last_listed_at")
    op.drop_index("ix_order_version_undigested", table_name="order_version")
    op.drop_column("order_version", "order_digest")
