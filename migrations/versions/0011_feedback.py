"""What a sender still has to mend, and what is told about orders before it happens."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0011"
down_revision = "0010"

_UNMENDED = sa.text("closed_at IS NULL")
_UNMENDED_UNNUMBERED = sa.text("closed_at IS NULL AND order_number IS NULL")
_DUE = sa.text("due_at IS NOT NULL")
_BETWEEN = sa.text("other_order_id IS NOT NULL")
_WHOLE = (
    ("notice", ["order_id"]),
    ("notice_audience", ["notice_id"]),
    ("notice_audience", ["organisation_id", "is_open", "notice_id"]),
    ("notice_audience", ["organisation_id", "kind", "notice_id"]),
)
_PARTIAL = (
    ("ix_intake_finding_unmended", "intake_finding", ["sending_org_id", "id"], _UNMENDED),
    ("ix_intake_finding_unmended_severity", "intake_finding", ["sending_org_id", "severity", "id"], _UNMENDED),
    ("ix_intake_finding_unmended_code", "intake_finding", ["sending_org_id", "code", "id"], _UNMENDED),
    ("ix_intake_finding_unmended_order", "intake_finding", ["order_number"], _UNMENDED),
    ("ix_intake_finding_unmended_row", "intake_finding", ["delivery_id", "row_number"], _UNMENDED_UNNUMBERED),
    ("ix_person_watch_due", "person_watch", ["due_at"], _DUE),
    ("ix_notice_other_order_id", "notice", ["other_order_id"], _BETWEEN),
)


def upgrade() -> None:
    op.create_table(
        "intake_finding",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=False),
        sa.Column("delivery_id", types.Id(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_by_delivery_id", types.Id(), nullable=True),
        sa.Column("closed_by_row", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_intake_finding_sending_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_finding")),
    )
    op.create_table(
        "person_watch",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("examined_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_watch_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_watch")),
    )
    op.create_table(
        "watch_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("swept_order_id", types.Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_mark")),
    )
    op.create_table(
        "notice",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("condition_type", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("other_order_id", types.Id(), nullable=True),
        sa.Column("occurs_at", types.UtcDateTime(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=True),
        sa.Column("found_late", sa.Boolean(), nullable=False),
        sa.Column("raised_at", types.UtcDateTime(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_notice_order_id")),
        sa.ForeignKeyConstraint(["other_order_id"], ["protection_order.id"], name=op.f("fk_notice_other_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_table(
        "notice_audience",
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("notice_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_audience_notice_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_audience_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "notice_id", name=op.f("pk_notice_audience")),
        sqlite_with_rowid=False,
    )
    for table, columns in _WHOLE:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
    for name, table, columns, where in _PARTIAL:
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
    op.create_index("uq_notice_key", "notice", ["key"], unique=True, sqlite_where=_UNMENDED, postgresql_where=_UNMENDED)


def downgrade() -> None:
    for table in ("notice_audience", "notice", "watch_mark", "person_watch", "intake_finding"):
        op.drop_table(table)
