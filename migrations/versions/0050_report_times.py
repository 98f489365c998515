"""When a victim told the partner; accounts of reports say of which kind they are and since when the chain knew."""

import uuid

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0050"
down_revision = "0049"

_REPORTS = sa.table(
    "report", sa.column("id", types.Id()), sa.column("kind", sa.Text()), sa.column("received_at", types.UtcDateTime())
)
_SOURCES = sa.table(
    "breach_source",
    sa.column("id", types.Id()),
    sa.column("kind", sa.Text()),
    sa.column("source_ref", sa.Text()),
    sa.column("details", types.Json()),
)


def upgrade() -> None:
    op.add_column("report", sa.Column("reported_at", types.UtcDateTime(), nullable=True))
    bind = op.get_bind()
    reports = {row.id: row for row in bind.execute(sa.select(_REPORTS))}
    for row in bind.execute(sa.select(_SOURCES).where(_SOURCES.c.kind == "report")).all():
        report = reports.get(uuid.UUID(row.source_ref.removeprefix("report:")))
        if report is not None:
            told = {"kind": report.kind} if report.kind != "other" else {}
            details = {**told, **(row.details or {}), "aware_at": report.received_at.isoformat()}
            bind.execute(_SOURCES.update().where(_SOURCES.c.id == row.id).values(details=details))


def downgrade() -> None:
    op.drop_column("report", "reported_at")
