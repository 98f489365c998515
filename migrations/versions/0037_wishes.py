"""What a victim wishes about being told leaves her report for a table of its own, for a scope of its own guards it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from registry.db import new_id, types
from registry.reports.models import Report
from registry.reports.wishes.models import ReportWishes

revision = "0037"
down_revision = "0036"

_AT_ONCE = 500
_REPORTS = sa.table(
    "report",
    sa.column("id", types.Id()),
    sa.column("received_at", types.UtcDateTime()),
    sa.column("partner_org_id", types.Id()),
    sa.column("content_sealed", sa.LargeBinary()),
    sa.column("sent_wishes_id", types.Id()),
)
_WISHES = sa.table(
    "report_wishes",
    sa.column("id", types.Id()),
    sa.column("report_id", types.Id()),
    sa.column("recorded_at", types.UtcDateTime()),
    sa.column("recorded_by", sa.Text()),
    sa.column("organisation_id", types.Id()),
    sa.column("content_sealed", sa.LargeBinary()),
)
_CAREFUL: dict[str, Any] = {
    "about": ["arrest", "freed", "hearing", "outcome"],
    "channel": "partner",
    "reach": None,
    "by_post": False,
    "is_minor": False,
    "contact_person": None,
}


def upgrade() -> None:
    op.add_column("report", sa.Column("contact_blocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("report", sa.Column("sent_wishes_id", types.Id(), nullable=True))
    op.create_table(
        "report_wishes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("report_id", types.Id(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_wishes_report_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_wishes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_wishes")),
    )
    op.create_index(op.f("ix_report_wishes_report_id"), "report_wishes", ["report_id"])
    _move(op.get_bind())


def downgrade() -> None:
    op.drop_table("report_wishes")
    with op.batch_alter_table("report") as report:
        report.drop_column("sent_wishes_id")
        report.drop_column("contact_blocked")


def _move(connection: sa.Connection) -> None:
    after = UUID(int=0)
    while True:
        rows = sa.select(_REPORTS).where(_REPORTS.c.id > after).order_by(_REPORTS.c.id).limit(_AT_ONCE)
        found = connection.execute(rows).all()
        if not found:
            return
        for row in found:
            _move_one(connection, row)
        after = found[-1].id


def _move_one(connection: sa.Connection, row: Any) -> None:
    content = Report.content.open(row.id, row.content_sealed)
    told = content.pop("contact", None)
    own_id = new_id() if told is not None else None
    moved = {"content_sealed": Report.content.close(row.id, content), "sent_wishes_id": own_id}
    connection.execute(sa.update(_REPORTS).where(_REPORTS.c.id == row.id).values(**moved))
    if told is not None:
        wishes = {
            "id": own_id,
            "report_id": row.id,
            "recorded_at": row.received_at,
            "recorded_by": content.get("reported_by", ""),
            "organisation_id": row.partner_org_id,
            "content_sealed": ReportWishes.content.close(own_id, _CAREFUL | told),
        }
        connection.execute(sa.insert(_WISHES), [wishes])
