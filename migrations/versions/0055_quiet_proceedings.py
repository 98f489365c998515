"""Open proceedings in which no term runs keep since when nothing happened in them; the list of the day names them."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from registry.db import types
from registry.enforcement.procedure.clocks import instant
from registry.enforcement.procedure.table import load

revision = "0055"
down_revision = "0054"

_QUIET = sa.text("quiet_since_at IS NOT NULL")
_PROCEEDING = sa.table(
    "proceeding",
    sa.column("id", types.Id()),
    *(sa.column(name, types.UtcDateTime()) for name in ("ended_at", "quiet_since_at")),
)
_DEADLINE = sa.table(
    "deadline",
    sa.column("proceeding_id", types.Id()),
    *(sa.column(name, types.UtcDateTime()) for name in ("due_at", "limit_at")),
    *(sa.column(name, sa.Text()) for name in ("state", "term_id")),
)
_EVENT = sa.table(
    "proceeding_event",
    *(sa.column(name, types.Id()) for name in ("id", "proceeding_id", "corrects")),
    sa.column("recorded_at", types.UtcDateTime()),
    sa.column("details", types.Json()),
)
_PLAN = sa.table(
    "planned_step",
    *(sa.column(name, types.Id()) for name in ("proceeding_id", "done_by")),
    *(sa.column(name, types.UtcDateTime()) for name in ("recorded_at", "planned_at", "withdrawn_at")),
)


def upgrade() -> None:
    for name in ("quiet_since_at", "quiet_told_at"):
        op.add_column("proceeding", sa.Column(name, types.UtcDateTime(), nullable=True))
    op.add_column("daylist", sa.Column("quiet", types.Json(), nullable=False, server_default="[]"))
    _keep_what_lies_still()
    op.create_index(
        "ix_proceeding_quiet", "proceeding", ["quiet_since_at"], sqlite_where=_QUIET, postgresql_where=_QUIET
    )


def _keep_what_lies_still() -> None:
    deadline, proceeding = _DEADLINE.c, _PROCEEDING.c
    runs = sa.exists().where(
        deadline.proceeding_id == proceeding.id,
        deadline.state == "open",
        sa.or_(deadline.due_at.is_not(None), deadline.limit_at.is_not(None)),
        deadline.term_id.not_in(load().rights),
    )
    still = sa.select(proceeding.id).where(proceeding.ended_at.is_(None), ~runs)
    for key in op.get_bind().scalars(still).all():
        since_at = max(_signs(key), default=None)
        op.execute(sa.update(_PROCEEDING).where(proceeding.id == key).values(quiet_since_at=since_at))


def _signs(key: object) -> Iterator[datetime]:
    bind, event, plan = op.get_bind(), _EVENT.c, _PLAN.c
    rows = bind.execute(sa.select(_EVENT).where(event.proceeding_id == key)).all()
    corrected = {row.corrects for row in rows}
    for row in rows:
        hearing_at = None if row.id in corrected else instant(row.details.get("hearing_at"))
        yield from (at for at in (row.recorded_at, hearing_at) if at is not None)
    waiting = sa.select(_PLAN).where(plan.proceeding_id == key, plan.done_by.is_(None), plan.withdrawn_at.is_(None))
    for row in bind.execute(waiting).all():
        yield from (row.recorded_at, row.planned_at)


def downgrade() -> None:
    op.drop_index("ix_proceeding_quiet", table_name="proceeding")
    op.drop_column("daylist", "quiet")
    for name in ("quiet_told_at", "quiet_since_at"):
        op.drop_column("proceeding", name)
