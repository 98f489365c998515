"""When a victim told the partner; and the accounts of reports say since when the chain knew, however late the link."""

import uuid

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0048"
down_revision = "0047"

_REPORTS = sa.table("report", sa.column("id", types.Id()), sa.column("received_at", types.UtcDateTime()))
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
    received = {row.id: row.received_at for row in bind.execute(sa.select(_REPORTS))}
    for row in bind.execute(sa.select(_SOURCES).where(_SOURCES.c.kind == "report")).all():
        at = received.get(uuid.UUID(row.source_ref.removeprefix("report:")))
        if at is not None:
            details = {**(row.details or {}), "aware_at": at.isoformat()}
            bind.execute(_SOURCES.update().where(_SOURCES.c.id == row.id).values(details=details))


def downgrade() -> None:
    op.drop_column("report", "reported_at")
