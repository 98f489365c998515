"""Breaches, proceedings and deadlines."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "breach",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("condition_id", types.Id(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("occurred_from", types.UtcDateTime(), nullable=False),
        sa.Column("occurred_until", types.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("proven_by", types.Id(), nullable=True),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"], name=op.f("fk_breach_condition_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_breach_order_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_breach_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_breach_police_org_id")),
        sa.ForeignKeyConstraint(["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_breach_prosecuting_org_id")),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_breach_sending_org_id")),
        sa.ForeignKeyConstraint(["supervising_org_id"], ["organisation.id"], name=op.f("fk_breach_supervising_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_index(op.f("ix_breach_order_id_occurred_from"), "breach", ["order_id", "occurred_from"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("breach_id", types.Id(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("assessed_at", types.UtcDateTime(), nullable=False),
        sa.Column("rests_on", types.Json(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_assessment_breach_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_assessment_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_breach_id"), "assessment", ["breach_id"], unique=False)
    op.create_table(
        "breach_source",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("breach_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("occurred_from", types.UtcDateTime(), nullable=False),
        sa.Column("occurred_until", types.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_source_breach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_source")),
        sa.UniqueConstraint("source_ref", name=op.f("uq_breach_source_source_ref")),
    )
    op.create_index(op.f("ix_breach_source_breach_id"), "breach_source", ["breach_id"], unique=False)
    op.create_table(
        "proceeding",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("breach_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("monitored", sa.Boolean(), nullable=False),
        sa.Column("breach_on", sa.Date(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_by", types.Id(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", types.Id(), nullable=True),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_proceeding_breach_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_proceeding_order_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_proceeding_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_proceeding_police_org_id")),
        sa.ForeignKeyConstraint(
            ["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_proceeding_prosecuting_org_id")
        ),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_proceeding_sending_org_id")),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_proceeding_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding")),
    )
    op.create_index(op.f("ix_proceeding_breach_id"), "proceeding", ["breach_id"], unique=False)
    op.create_index(op.f("ix_proceeding_order_id"), "proceeding", ["order_id"], unique=False)
    op.create_index(
        "uq_proceeding_running",
        "proceeding",
        ["breach_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "proceeding_event",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("proceeding_id", types.Id(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("details", types.Json(), nullable=False),
        sa.Column("corrects", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["corrects"], ["proceeding_event.id"], name=op.f("fk_proceeding_event_corrects")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_proceeding_event_organisation_id")
        ),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_event_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_event")),
        sa.UniqueConstraint("corrects", name=op.f("uq_proceeding_event_corrects")),
        sa.UniqueConstraint(
            "proceeding_id", "idempotency_key", name=op.f("uq_proceeding_event_proceeding_id_idempotency_key")
        ),
    )
    op.create_table(
        "deadline",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("proceeding_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("breach_id", types.Id(), nullable=False),
        sa.Column("term_id", sa.Text(), nullable=False),
        sa.Column("start_event_id", types.Id(), nullable=False),
        sa.Column("stop_event_id", types.Id(), nullable=True),
        sa.Column("title_nl", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("alternative_due_on", sa.Date(), nullable=True),
        sa.Column("target_at", types.UtcDateTime(), nullable=True),
        sa.Column("soonest_at", types.UtcDateTime(), nullable=False),
        sa.Column("warn_at", types.UtcDateTime(), nullable=True),
        sa.Column("near_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("missed_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("steps", types.Json(), nullable=False),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.Column("owner_org_id", types.Id(), nullable=True),
        sa.Column("computed_at", types.UtcDateTime(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_deadline_breach_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_deadline_order_id")),
        sa.ForeignKeyConstraint(["owner_org_id"], ["organisation.id"], name=op.f("fk_deadline_owner_org_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_deadline_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_deadline_police_org_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_deadline_proceeding_id")),
        sa.ForeignKeyConstraint(
            ["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_deadline_prosecuting_org_id")
        ),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_deadline_sending_org_id")),
        sa.ForeignKeyConstraint(["start_event_id"], ["proceeding_event.id"], name=op.f("fk_deadline_start_event_id")),
        sa.ForeignKeyConstraint(["stop_event_id"], ["proceeding_event.id"], name=op.f("fk_deadline_stop_event_id")),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_deadline_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "proceeding_id", "term_id", "start_event_id", name=op.f("uq_deadline_proceeding_id_term_id_start_event_id")
        ),
    )
    op.create_index(op.f("ix_deadline_owner_org_id"), "deadline", ["owner_org_id"], unique=False)
    op.create_index(
        "ix_deadline_running",
        "deadline",
        ["soonest_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_deadline_running",
        table_name="deadline",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_deadline_owner_org_id"), table_name="deadline")
    op.drop_table("deadline")
    op.drop_table("proceeding_event")
    op.drop_index(
        "uq_proceeding_running",
        table_name="proceeding",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_proceeding_order_id"), table_name="proceeding")
    op.drop_index(op.f("ix_proceeding_breach_id"), table_name="proceeding")
    op.drop_table("proceeding")
    op.drop_index(op.f("ix_breach_source_breach_id"), table_name="breach_source")
    op.drop_table("breach_source")
    op.drop_index(op.f("ix_assessment_breach_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_index(op.f("ix_breach_order_id_occurred_from"), table_name="breach")
    op.drop_table("breach")
