"""What senders delivered, row by row."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "intake_row_key",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "delivery_id", "row_number", name=op.f("pk_intake_row_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_delivery",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("sender_kind", sa.Text(), nullable=False),
        sa.Column("client_id", types.Id(), nullable=True),
        sa.Column("end_user", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_stored_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_receiving_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("judged_until", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("accepted_with_warnings", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("conflict", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("conflicts_told", sa.BigInteger(), nullable=False),
        sa.Column("waiting_keys", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sending_org_id"], ["organisation.id"], name=op.f("fk_intake_delivery_sending_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_delivery")),
    )
    op.create_index(
        "ix_intake_delivery_conflicts_untold",
        "intake_delivery",
        ["id"],
        unique=False,
        sqlite_where=sa.text("conflict > conflicts_told"),
        postgresql_where=sa.text("conflict > conflicts_told"),
    )
    op.create_index(
        op.f("ix_intake_delivery_sending_org_id_id"), "intake_delivery", ["sending_org_id", "id"], unique=False
    )
    op.create_index(
        "ix_intake_delivery_unfinished",
        "intake_delivery",
        ["id"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "ix_intake_delivery_waiting_keys",
        "intake_delivery",
        ["id"],
        unique=False,
        sqlite_where=sa.text("waiting_keys = 1"),
        postgresql_where=sa.text("waiting_keys"),
    )
    op.create_table(
        "intake_message",
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_intake_message_sending_org_id")),
        sa.PrimaryKeyConstraint("sending_org_id", "message_id", name=op.f("pk_intake_message")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_source",
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("last_message_at", types.UtcDateTime(), nullable=False),
        sa.Column("unprocessed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_intake_source_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_intake_source")),
    )
    op.create_table(
        "intake_raw",
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["intake_delivery.id"], name=op.f("fk_intake_raw_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "row_number", name=op.f("pk_intake_raw")),
    )
    op.create_table(
        "intake_row",
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("order_id", types.Id(), nullable=True),
        sa.Column("findings", types.Json(), nullable=False),
        sa.Column("judged_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("retry_at", types.UtcDateTime(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("open_number", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["intake_delivery.id"], name=op.f("fk_intake_row_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "row_number", name=op.f("pk_intake_row")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_intake_row_open_number",
        "intake_row",
        ["open_number"],
        unique=False,
        sqlite_where=sa.text("open_number IS NOT NULL"),
        postgresql_where=sa.text("open_number IS NOT NULL"),
    )
    op.create_index(
        "ix_intake_row_retry",
        "intake_row",
        ["retry_at"],
        unique=False,
        sqlite_where=sa.text("retry_at IS NOT NULL"),
        postgresql_where=sa.text("retry_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_intake_row_retry",
        table_name="intake_row",
        sqlite_where=sa.text("retry_at IS NOT NULL"),
        postgresql_where=sa.text("retry_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_intake_row_open_number",
        table_name="intake_row",
        sqlite_where=sa.text("open_number IS NOT NULL"),
        postgresql_where=sa.text("open_number IS NOT NULL"),
    )
    op.drop_table("intake_row")
    op.drop_table("intake_raw")
    op.drop_table("intake_source")
    op.drop_table("intake_message")
    op.drop_index(
        "ix_intake_delivery_waiting_keys",
        table_name="intake_delivery",
        sqlite_where=sa.text("waiting_keys = 1"),
        postgresql_where=sa.text("waiting_keys"),
    )
    op.drop_index(
        "ix_intake_delivery_unfinished",
        table_name="intake_delivery",
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.drop_index(op.f("ix_intake_delivery_sending_org_id_id"), table_name="intake_delivery")
    op.drop_index(
        "ix_intake_delivery_conflicts_untold",
        table_name="intake_delivery",
        sqlite_where=sa.text("conflict > conflicts_told"),
        postgresql_where=sa.text("conflict > conflicts_told"),
    )
    op.drop_table("intake_delivery")
    op.drop_table("intake_row_key")
