"""One device of a protected person serves every order that protects her; each consent says as whom it was given."""

import sqlalchemy as sa
from alembic import op

from registry.db import types

revision = "0056"
down_revision = "0055"

_CONSENTED = sa.text("revoked_at IS NULL")
_COMPANION = sa.table(
    "companion",
    *(sa.column(name, types.Id()) for name in ("id", "order_id", "party_id", "provider_id")),
    *(sa.column(name, types.UtcDateTime()) for name in ("recorded_at", "revoked_at")),
    *(sa.column(name, sa.Text()) for name in ("protected_reference", "device")),
)
_PARTY = sa.table(
    "order_party",
    *(sa.column(name, types.Id()) for name in ("id", "order_id", "version_id")),
    *(sa.column(name, sa.Text()) for name in ("role", "reference")),
)
_VERSION = sa.table("order_version", sa.column("id", types.Id()), sa.column("version", sa.BigInteger()))


def upgrade() -> None:
    with op.batch_alter_table("companion") as batch:
        batch.add_column(sa.Column("party_id", types.Id(), nullable=True))
        batch.create_foreign_key(op.f("fk_companion_party_id"), "order_party", ["party_id"], ["id"])
    _name_parties()
    _index_devices("provider_id", "device", "order_id")


def _name_parties() -> None:
    """She is whom the newest version names by her reference, as the consent did."""
    bind, companion, party = op.get_bind(), _COMPANION.c, _PARTY.c
    for row in bind.execute(sa.select(companion.id, companion.order_id, companion.protected_reference)).all():
        named = sa.select(party.id).join(_VERSION, _VERSION.c.id == party.version_id)
        named = named.where(
            party.order_id == row.order_id, party.reference == row.protected_reference, party.role == "protected"
        )
        party_id = bind.scalar(named.order_by(_VERSION.c.version.desc()).limit(1))
        op.execute(sa.update(_COMPANION).where(companion.id == row.id).values(party_id=party_id))


def _index_devices(*columns: str) -> None:
    op.drop_index("uq_companion_device", table_name="companion")
    op.create_index(
        "uq_companion_device", "companion", columns, unique=True, sqlite_where=_CONSENTED, postgresql_where=_CONSENTED
    )


def downgrade() -> None:
    _keep_one_of_each()
    _index_devices("provider_id", "device")
    with op.batch_alter_table("companion") as batch:
        batch.drop_constraint(op.f("fk_companion_party_id"), type_="foreignkey")
        batch.drop_column("party_id")


def _keep_one_of_each() -> None:
    """What came before knew one consent a device: the later ones end as they were recorded."""
    companion, earlier = _COMPANION, _COMPANION.alias()
    other = sa.exists().where(
        earlier.c.provider_id == companion.c.provider_id,
        earlier.c.device == companion.c.device,
        earlier.c.revoked_at.is_(None),
        earlier.c.id < companion.c.id,
    )
    later = sa.update(companion).where(companion.c.revoked_at.is_(None), other)
    op.execute(later.values(revoked_at=companion.c.recorded_at))
