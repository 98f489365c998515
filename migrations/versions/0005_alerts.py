"""Alerts and the duties they climb."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("alert_class", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("title_nl", sa.Text(), nullable=False),
        sa.Column("subject_ref", sa.Text(), nullable=False),
        sa.Column("context", types.Json(), nullable=False),
        sa.Column("raised_at", types.UtcDateTime(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("next_escalation_at", types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_alert_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_alert_police_org_id")),
        sa.ForeignKeyConstraint(["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_alert_prosecuting_org_id")),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_alert_sending_org_id")),
        sa.ForeignKeyConstraint(["supervising_org_id"], ["organisation.id"], name=op.f("fk_alert_supervising_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_climbing",
        "alert",
        ["next_escalation_at"],
        unique=False,
        sqlite_where=sa.text("next_escalation_at IS NOT NULL"),
        postgresql_where=sa.text("next_escalation_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_alert_supervising_org_id"), "alert", ["supervising_org_id"], unique=False)
    op.create_index(
        "uq_alert_class_subject",
        "alert",
        ["alert_class", "subject_ref"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "alert_duty",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_alert_duty_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_duty")),
        sa.UniqueConstraint("organisation_id", "level", name=op.f("uq_alert_duty_organisation_id_level")),
    )


def downgrade() -> None:
    op.drop_table("alert_duty")
    op.drop_index(
        "uq_alert_class_subject",
        table_name="alert",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_alert_supervising_org_id"), table_name="alert")
    op.drop_index(
        "ix_alert_climbing",
        table_name="alert",
        sqlite_where=sa.text("next_escalation_at IS NOT NULL"),
        postgresql_where=sa.text("next_escalation_at IS NOT NULL"),
    )
    op.drop_table("alert")
