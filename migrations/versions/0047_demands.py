"""Demands of positions; of what left the service of a track, what it was and under which demand."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0047"
down_revision = "0046"

_STANDS = sa.text("revoked_at IS NULL")
_REFERS = {"person_id": "person", "supervising_org_id": "organisation", "demanding_org_id": "organisation"}
_TIMES = ("from_at", "until_at", "valid_until", "recorded_at")


def upgrade() -> None:
    op.create_table(
        "position_demand",
        sa.Column("id", types.Id(), nullable=False),
        *(sa.Column(name, types.Id(), nullable=False) for name in _REFERS),
        *(sa.Column(name, types.UtcDateTime(), nullable=False) for name in _TIMES),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_unit", sa.Text(), nullable=True),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_unit", sa.Text(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revocation_reason_sealed", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_position_demand_{name}"))
            for name, table in _REFERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_demand")),
    )
    for name in ("supervising_org_id", "demanding_org_id"):
        op.create_index(op.f(f"ix_position_demand_{name}"), "position_demand", [name])
    stands = {"sqlite_where": _STANDS, "postgresql_where": _STANDS}
    op.create_index("ix_position_demand_stands", "position_demand", ["valid_until"], **stands)
    _tell_exports_apart()


def _tell_exports_apart() -> None:
    with op.batch_alter_table("track_export") as export:
        export.add_column(sa.Column("kind", sa.Text(), nullable=True))
        export.add_column(sa.Column("demand_id", types.Id(), nullable=True))
    op.execute("UPDATE track_export SET kind = CASE WHEN episode_id IS NULL THEN 'history' ELSE 'bundle' END")
    with op.batch_alter_table("track_export") as export:
        export.alter_column("kind", existing_type=sa.Text(), nullable=False)
        export.create_foreign_key(op.f("fk_track_export_demand_id"), "position_demand", ["demand_id"], ["id"])
        export.create_index(op.f("ix_track_export_demand_id"), ["demand_id"])


def downgrade() -> None:
    op.execute("DELETE FROM track_export WHERE kind = 'positions'")
    with op.batch_alter_table("track_export") as export:
        export.drop_index(op.f("ix_track_export_demand_id"))
        export.drop_constraint(op.f("fk_track_export_demand_id"), type_="foreignkey")
        export.drop_column("demand_id")
        export.drop_column("kind")
    op.drop_table("position_demand")
