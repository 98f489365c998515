"""The term of case information becomes a deadline among the others; one of these need not follow from a proceeding."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from registry.db import new_id, types
from registry.enforcement.procedure.stages import stages
from registry.law import load
from registry.law.terms import Computed

revision = "0046"
down_revision = "0045"

_OPEN = sa.text("sent_at IS NULL")
_KEYS = ("proceeding_id", "order_id", "breach_id", "start_event_id")
_OWNERS = ("sending_org_id", "supervising_org_id", "police_org_id", "prosecuting_org_id")
_TITLE_NL = "schriftelijke zaaksinformatie aan het slachtoffer"
_MOVED = {
    "due_on": sa.Date(),
    "due_at": types.UtcDateTime(),
    "warn_at": types.UtcDateTime(),
    "steps": types.Json(),
    "source": sa.Text(),
    "law_hash": sa.Text(),
    "near_told_at": types.UtcDateTime(),
    "missed_told_at": types.UtcDateTime(),
}
_MAY_BE_NULL = ("near_told_at", "missed_told_at")
_FROM_REPORT = (*_OWNERS, "order_id", "breach_id")
_REQUESTS = sa.table(
    "case_information_request",
    sa.column("id", types.Id()),
    sa.column("report_id", types.Id()),
    sa.column("deadline_id", types.Id()),
    *(sa.column(name, types.UtcDateTime()) for name in ("asked_at", "recorded_at", "sent_at")),
    *(sa.column(name, kind) for name, kind in _MOVED.items()),
)
_REPORTS = sa.table("report", sa.column("id", types.Id()), *(sa.column(name, types.Id()) for name in _FROM_REPORT))
_DEADLINES = sa.table(
    "deadline",
    *(sa.column(name, types.Id()) for name in ("id", "owner_org_id", *_FROM_REPORT)),
    *(sa.column(name, sa.Text()) for name in ("subject_ref", "term_id", "title_nl", "nature", "state")),
    sa.column("soonest_at", types.UtcDateTime()),
    sa.column("computed_at", types.UtcDateTime()),
    sa.column("stages", types.Json()),
    *(sa.column(name, kind) for name, kind in _MOVED.items()),
)


def upgrade() -> None:
    _untie_moves()
    with op.batch_alter_table("deadline") as deadline:
        for name in _KEYS:
            deadline.alter_column(name, existing_type=types.Id(), nullable=True)
        deadline.add_column(sa.Column("subject_ref", sa.Text(), nullable=True))
        deadline.create_check_constraint(
            op.f("ck_deadline_proceeding_or_subject"), "(proceeding_id IS NULL) = (subject_ref IS NOT NULL)"
        )
    _tie_moves()
    op.add_column("case_information_request", sa.Column("deadline_id", types.Id(), nullable=True))
    _make_deadlines(op.get_bind())
    op.drop_index("ix_case_information_due", table_name="case_information_request")
    with op.batch_alter_table("case_information_request") as request:
        request.alter_column("deadline_id", existing_type=types.Id(), nullable=False)
        request.create_foreign_key(op.f("fk_case_information_request_deadline_id"), "deadline", ["deadline_id"], ["id"])
        request.create_unique_constraint(op.f("uq_case_information_request_deadline_id"), ["deadline_id"])
        for name in _MOVED:
            request.drop_column(name)


def _untie_moves() -> None:
    """SQLite makes a changed table anew, which it refuses while rows of another refer to it."""
    with op.batch_alter_table("deadline_move") as move:
        move.drop_constraint(op.f("fk_deadline_move_deadline_id"), type_="foreignkey")


def _tie_moves() -> None:
    with op.batch_alter_table("deadline_move") as move:
        move.create_foreign_key(op.f("fk_deadline_move_deadline_id"), "deadline", ["deadline_id"], ["id"])


def _make_deadlines(bind: sa.Connection) -> None:
    asked = sa.select(_REQUESTS, *(_REPORTS.c[name] for name in _FROM_REPORT))
    for row in bind.execute(asked.join(_REPORTS, _REPORTS.c.id == _REQUESTS.c.report_id)).mappings().all():
        deadline = _deadline(row)
        bind.execute(_DEADLINES.insert(), deadline)
        mine = _REQUESTS.update().where(_REQUESTS.c.id == row["id"])
        bind.execute(mine.values(deadline_id=deadline["id"]))


def _deadline(row: sa.RowMapping) -> dict[str, object]:
    computed = Computed(row["due_at"], row["due_on"], None, None, None, ())
    coming = [one for one in stages(row["asked_at"], computed, load().holidays) if one.at > row["recorded_at"]]
    is_open, sent_at = row["sent_at"] is None, row["sent_at"]
    told_at = row["near_told_at"]
    warnings = [one.at for one in coming if told_at is None or one.at > told_at]
    return {name: row[name] for name in (*_MOVED, *_FROM_REPORT)} | {
        "id": new_id(),
        "subject_ref": f"case_information:{row['id']}",
        "term_id": "RVZ2",
        "title_nl": _TITLE_NL,
        "nature": "H",
        "state": "open" if is_open else "met" if sent_at < row["due_at"] else "met_late",
        "soonest_at": row["due_at"],
        "computed_at": row["recorded_at"],
        "owner_org_id": row["prosecuting_org_id"] or row["police_org_id"],
        "stages": [[one.stage.value, one.at.isoformat()] for one in coming],
        "warn_at": None if row["missed_told_at"] or not is_open else next(iter(warnings), None),
    }


def downgrade() -> None:
    for name, kind in _MOVED.items():
        op.add_column("case_information_request", sa.Column(name, kind, nullable=True))
    _take_back(op.get_bind())
    with op.batch_alter_table("case_information_request") as request:
        for name, kind in _MOVED.items():
            if name not in _MAY_BE_NULL:
                request.alter_column(name, existing_type=kind, nullable=False)
        request.drop_constraint(op.f("uq_case_information_request_deadline_id"), type_="unique")
        request.drop_constraint(op.f("fk_case_information_request_deadline_id"), type_="foreignkey")
        request.drop_column("deadline_id")
    op.create_index(
        "ix_case_information_due",
        "case_information_request",
        ["due_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.execute("DELETE FROM deadline WHERE proceeding_id IS NULL")
    _untie_moves()
    with op.batch_alter_table("deadline") as deadline:
        deadline.drop_constraint(op.f("ck_deadline_proceeding_or_subject"), type_="check")
        deadline.drop_column("subject_ref")
        for name in _KEYS:
            deadline.alter_column(name, existing_type=types.Id(), nullable=False)
    _tie_moves()


def _take_back(bind: sa.Connection) -> None:
    both = sa.select(_REQUESTS.c.id, *(_DEADLINES.c[name] for name in _MOVED))
    for row in bind.execute(both.join(_DEADLINES, _DEADLINES.c.id == _REQUESTS.c.deadline_id)).mappings().all():
        kept = {name: row[name] for name in _MOVED} | {"warn_at": row["due_at"] - timedelta(days=3, hours=12)}
        bind.execute(_REQUESTS.update().where(_REQUESTS.c.id == row["id"]).values(kept))
