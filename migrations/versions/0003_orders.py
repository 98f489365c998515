"""The register of protection orders."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "name_token",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_name_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_name_token_token_hash")),
    )
    op.create_table(
        "person",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("merged_into_id", types.Id(), nullable=True),
        sa.Column("zone_revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_person_zone_revision"), "person", ["zone_revision"], unique=False)
    op.create_table(
        "zone_revision",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_revision")),
    )
    op.create_table(
        "detention",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_at", types.UtcDateTime(), nullable=False),
        sa.Column("until_at", types.UtcDateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("replaced_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_detention_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detention")),
    )
    op.create_index(op.f("ix_detention_person_id"), "detention", ["person_id"], unique=False)
    op.create_table(
        "protection_order",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=True),
        sa.Column("current_version_id", types.Id(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_confirmed_at", types.UtcDateTime(), nullable=False),
        sa.Column("sending_org_id", types.Id(), nullable=True),
        sa.Column("supervising_org_id", types.Id(), nullable=True),
        sa.Column("police_org_id", types.Id(), nullable=True),
        sa.Column("prosecuting_org_id", types.Id(), nullable=True),
        sa.Column("partner_org_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_org_id"], ["organisation.id"], name=op.f("fk_protection_order_partner_org_id")
        ),
        sa.ForeignKeyConstraint(["police_org_id"], ["organisation.id"], name=op.f("fk_protection_order_police_org_id")),
        sa.ForeignKeyConstraint(
            ["prosecuting_org_id"], ["organisation.id"], name=op.f("fk_protection_order_prosecuting_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["sending_org_id"], ["organisation.id"], name=op.f("fk_protection_order_sending_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["supervising_org_id"], ["organisation.id"], name=op.f("fk_protection_order_supervising_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protection_order")),
        sa.UniqueConstraint("number", name=op.f("uq_protection_order_number")),
    )
    op.create_table(
        "order_version",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("version_given", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("effective_at", types.UtcDateTime(), nullable=True),
        sa.Column("corrects_version", sa.BigInteger(), nullable=True),
        sa.Column("has_content", sa.Boolean(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("immediately_enforceable", sa.Boolean(), nullable=True),
        sa.Column("imposed_in_presence", sa.Boolean(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("final_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("law_hash", sa.Text(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_order_version_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_version")),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_order_version_order_id_version")),
    )
    op.create_table(
        "subject_link",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("linked_number", sa.Text(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("applied_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_subject_link_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_link")),
    )
    op.create_index(op.f("ix_subject_link_linked_number"), "subject_link", ["linked_number"], unique=False)
    op.create_index(op.f("ix_subject_link_order_id"), "subject_link", ["order_id"], unique=False)
    op.create_table(
        "condition",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("version_id", types.Id(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_monitored", sa.Boolean(), nullable=False),
        sa.Column("not_monitored_because", sa.Text(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["order_version.id"], name=op.f("fk_condition_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
    )
    op.create_index(op.f("ix_condition_version_id"), "condition", ["version_id"], unique=False)
    op.create_table(
        "order_party",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("version_id", types.Id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_order_party_order_id")),
        sa.ForeignKeyConstraint(["version_id"], ["order_version.id"], name=op.f("fk_order_party_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_party")),
    )
    op.create_index(op.f("ix_order_party_order_id"), "order_party", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_party_version_id"), "order_party", ["version_id"], unique=False)
    op.create_table(
        "party_link",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("replaced_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_party_link_party_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_party_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_link")),
    )
    op.create_index(op.f("ix_party_link_party_id"), "party_link", ["party_id"], unique=False)
    op.create_index(op.f("ix_party_link_person_id"), "party_link", ["person_id"], unique=False)
    op.create_table(
        "party_token",
        sa.Column("token_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_party_token_party_id")),
        sa.ForeignKeyConstraint(["token_number"], ["name_token.number"], name=op.f("fk_party_token_token_number")),
        sa.PrimaryKeyConstraint("token_number", "party_id", name=op.f("pk_party_token")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_party_token_party_id"), "party_token", ["party_id"], unique=False)
    op.create_table(
        "search_key",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_search_key_party_id")),
        sa.PrimaryKeyConstraint("key", "party_id", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_key_party_id"), "search_key", ["party_id"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("order_id", types.Id(), nullable=False),
        sa.Column("condition_id", types.Id(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("likeness", sa.LargeBinary(length=16), nullable=False),
        sa.Column("geometry_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"], name=op.f("fk_zone_condition_id")),
        sa.ForeignKeyConstraint(["order_id"], ["protection_order.id"], name=op.f("fk_zone_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_condition_id"), "zone", ["condition_id"], unique=False)
    op.create_index(op.f("ix_zone_order_id"), "zone", ["order_id"], unique=False)
    op.create_table(
        "place_key",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("zone_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_place_key_zone_id")),
        sa.PrimaryKeyConstraint("key", "zone_id", name=op.f("pk_place_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_place_key_zone_id"), "place_key", ["zone_id"], unique=False)

    op.bulk_insert(sa.table("zone_revision", sa.column("id"), sa.column("revision")), [{"id": 1, "revision": 0}])


def downgrade() -> None:
    op.drop_index(op.f("ix_place_key_zone_id"), table_name="place_key")
    op.drop_table("place_key")
    op.drop_index(op.f("ix_zone_order_id"), table_name="zone")
    op.drop_index(op.f("ix_zone_condition_id"), table_name="zone")
    op.drop_table("zone")
    op.drop_index(op.f("ix_search_key_party_id"), table_name="search_key")
    op.drop_table("search_key")
    op.drop_index(op.f("ix_party_token_party_id"), table_name="party_token")
    op.drop_table("party_token")
    op.drop_index(op.f("ix_party_link_person_id"), table_name="party_link")
    op.drop_index(op.f("ix_party_link_party_id"), table_name="party_link")
    op.drop_table("party_link")
    op.drop_index(op.f("ix_order_party_version_id"), table_name="order_party")
    op.drop_index(op.f("ix_order_party_order_id"), table_name="order_party")
    op.drop_table("order_party")
    op.drop_index(op.f("ix_condition_version_id"), table_name="condition")
    op.drop_table("condition")
    op.drop_index(op.f("ix_subject_link_order_id"), table_name="subject_link")
    op.drop_index(op.f("ix_subject_link_linked_number"), table_name="subject_link")
    op.drop_table("subject_link")
    op.drop_table("order_version")
    op.drop_table("protection_order")
    op.drop_index(op.f("ix_detention_person_id"), table_name="detention")
    op.drop_table("detention")
    op.drop_table("zone_revision")
    op.drop_index(op.f("ix_person_zone_revision"), table_name="person")
    op.drop_index(op.f("ix_person_merged_into_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("name_token")
