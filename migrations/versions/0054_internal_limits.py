"""A term that the law leaves at "onverwijld" keeps its internal limit; what was met or ended after that was late."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0054"
down_revision = "0053"

# From the aim to the limit, where none had been configured so far: the notice of an arrest to the minister.
_AFTER_AIM = {"T41-M": timedelta(hours=48)}
_LATE = {"met": "met_late", "lapsed": "missed"}
_DEADLINE = sa.table(
    "deadline",
    *(sa.column(name, types.Id()) for name in ("id", "proceeding_id", "stop_event_id")),
    *(sa.column(name, types.UtcDateTime()) for name in ("due_at", "target_at", "limit_at")),
    *(sa.column(name, sa.Text()) for name in ("term_id", "state")),
    sa.column("stages", types.Json()),
)
_EVENT = sa.table("proceeding_event", sa.column("id", types.Id()), sa.column("occurred_at", types.UtcDateTime()))
_PROCEEDING = sa.table("proceeding", sa.column("id", types.Id()), sa.column("ended_at", types.UtcDateTime()))


def upgrade() -> None:
    op.add_column("deadline", sa.Column("limit_at", types.UtcDateTime(), nullable=True))
    columns = _DEADLINE.c
    soft = sa.select(_DEADLINE, _EVENT.c.occurred_at, _PROCEEDING.c.ended_at).where(
        columns.due_at.is_(None), columns.target_at.is_not(None)
    )
    joined = soft.join(_PROCEEDING, _PROCEEDING.c.id == columns.proceeding_id)
    with_stop = joined.outerjoin(_EVENT, _EVENT.c.id == columns.stop_event_id)
    for row in op.get_bind().execute(with_stop).all():
        limit_at = _limit(row)
        if limit_at is None:
            continue
        closed_at = row.occurred_at if row.state == "met" else row.ended_at
        is_late = row.state in _LATE and closed_at is not None and closed_at > limit_at
        told = {"limit_at": limit_at, "state": _LATE[row.state] if is_late else row.state}
        op.execute(sa.update(_DEADLINE).where(columns.id == row.id).values(told))


def _limit(row: sa.Row) -> datetime | None:
    told = [datetime.fromisoformat(at) for stage, at in row.stages if stage == "limit"]
    more = _AFTER_AIM.get(row.term_id)
    return told[0] if told else row.target_at + more if more else None


def downgrade() -> None:
    columns = _DEADLINE.c
    for former, late in _LATE.items():
        soft = sa.update(_DEADLINE).where(columns.due_at.is_(None), columns.limit_at.is_not(None))
        op.execute(soft.where(columns.state == late).values(state=former))
    op.drop_column("deadline", "limit_at")
