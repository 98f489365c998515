"""Devices, couplings, pings and episodes."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "bucket_mark",
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oldest_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_bucket_mark")),
    )
    op.create_table(
        "ping",
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("lat_deg", sa.Double(), nullable=True),
        sa.Column("lon_deg", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("hdop", sa.Double(), nullable=True),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("course_deg", sa.Double(), nullable=True),
        sa.Column("altitude_m", sa.Double(), nullable=True),
        sa.Column("battery_pct", sa.Double(), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=8), nullable=False),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "at_ms", "device_number", "sequence", "kind", name=op.f("pk_ping")),
        postgresql_partition_by="RANGE (at_ms)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ping_conflict",
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=8), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint(
            "bucket", "at_ms", "device_number", "sequence", "kind", "content_hash", name=op.f("pk_ping_conflict")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("newest_ms", sa.BigInteger(), nullable=True),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_device_partner_org_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_device_police_org_id")),
        sa.ForeignKeyConstraint(["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_device_prosecuting_org_id")),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_device_sending_org_id")),
        sa.ForeignKeyConstraint(["supervising_org_id"], ["organisation.id"], name=op.f("fk_device_supervising_org_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_device")),
        sa.UniqueConstraint("id", name=op.f("uq_device_id")),
        sa.UniqueConstraint("sending_org_id", "name", name=op.f("uq_device_sending_org_id_name")),
    )
    op.create_table(
        "gateway_token",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("formats", types.Json(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_gateway_token_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_gateway_token_token_hash")),
    )
    op.create_index(op.f("ix_gateway_token_organisation_id"), "gateway_token", ["organisation_id"], unique=False)
    op.create_table(
        "rejected_ping",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organisation_id", types.Id(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rejected_ping_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_ping")),
    )
    op.create_index(
        op.f("ix_rejected_ping_organisation_id_received_at"),
        "rejected_ping",
        ["organisation_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "track_checkpoint",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("held", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_track_checkpoint_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_track_checkpoint")),
    )
    op.create_table(
        "coupling",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("device_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("from_at", types.UtcDateTime(), nullable=False),
        sa.Column("until_at", types.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("judge_again_from", types.UtcDateTime(), nullable=True),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_coupling_device_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_coupling_order_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_coupling_partner_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coupling_person_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_coupling_police_org_id")),
        sa.ForeignKeyConstraint(
            ["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_coupling_prosecuting_org_id")
        ),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_coupling_sending_org_id")),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_coupling_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupling")),
    )
    op.create_index(op.f("ix_coupling_device_id_from_at"), "coupling", ["device_id", "from_at"], unique=False)
    op.create_index(op.f("ix_coupling_person_id"), "coupling", ["person_id"], unique=False)
    op.create_index(
        "ix_coupling_to_judge",
        "coupling",
        ["judge_again_from"],
        unique=False,
        sqlite_where=sa.text("judge_again_from IS NOT NULL"),
        postgresql_where=sa.text("judge_again_from IS NOT NULL"),
    )
    op.create_table(
        "episode",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("condition_id", types.Id(), nullable=True),
        sa.Column("zone_id", sa.Text(), nullable=False),
        sa.Column("zone_version", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("end_cause", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("found_late", sa.Boolean(), nullable=False),
        sa.Column("superseded_by_id", types.Id(), nullable=True),
        sa.Column("split_from_id", types.Id(), nullable=True),
        sa.Column("breach_id", types.Id(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_episode_breach_id")),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"], name=op.f("fk_episode_condition_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_episode_order_id")),
        sa.ForeignKeyConstraint(["partner_org_id"], ["organisation.id"], name=op.f("fk_episode_partner_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_episode_person_id")),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_episode_police_org_id")),
        sa.ForeignKeyConstraint(
            ["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_episode_prosecuting_org_id")
        ),
        sa.ForeignKeyConstraint(["sending_org_id"], ["organisation.id"], name=op.f("fk_episode_sending_org_id")),
        sa.ForeignKeyConstraint(["split_from_id"], ["episode.id"], name=op.f("fk_episode_split_from_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["episode.id"], name=op.f("fk_episode_superseded_by_id")),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_episode_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
    )
    op.create_index(op.f("ix_episode_breach_id"), "episode", ["breach_id"], unique=False)
    op.create_index(
        "ix_episode_open",
        "episode",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("end_ms IS NULL"),
        postgresql_where=sa.text("end_ms IS NULL"),
    )
    op.create_index(op.f("ix_episode_person_id_start_ms"), "episode", ["person_id", "start_ms"], unique=False)
    op.create_index(op.f("ix_episode_supervising_org_id"), "episode", ["supervising_org_id"], unique=False)
    op.create_table(
        "episode_revision",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("episode_id", types.Id(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("former", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_episode_revision_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_revision")),
    )
    op.create_index(op.f("ix_episode_revision_episode_id"), "episode_revision", ["episode_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE ping_default PARTITION OF ping DEFAULT")


def downgrade() -> None:
    op.drop_index(op.f("ix_episode_revision_episode_id"), table_name="episode_revision")
    op.drop_table("episode_revision")
    op.drop_index(op.f("ix_episode_supervising_org_id"), table_name="episode")
    op.drop_index(op.f("ix_episode_person_id_start_ms"), table_name="episode")
    op.drop_index(
        "ix_episode_open",
        table_name="episode",
        sqlite_where=sa.text("end_ms IS NULL"),
        postgresql_where=sa.text("end_ms IS NULL"),
    )
    op.drop_index(op.f("ix_episode_breach_id"), table_name="episode")
    op.drop_table("episode")
    op.drop_index(
        "ix_coupling_to_judge",
        table_name="coupling",
        sqlite_where=sa.text("judge_again_from IS NOT NULL"),
        postgresql_where=sa.text("judge_again_from IS NOT NULL"),
    )
    op.drop_index(op.f("ix_coupling_person_id"), table_name="coupling")
    op.drop_index(op.f("ix_coupling_device_id_from_at"), table_name="coupling")
    op.drop_table("coupling")
    op.drop_table("track_checkpoint")
    op.drop_index(op.f("ix_rejected_ping_organisation_id_received_at"), table_name="rejected_ping")
    op.drop_table("rejected_ping")
    op.drop_index(op.f("ix_gateway_token_organisation_id"), table_name="gateway_token")
    op.drop_table("gateway_token")
    op.drop_table("device")
    op.drop_table("ping_conflict")
    op.drop_table("ping")
    op.drop_table("bucket_mark")
