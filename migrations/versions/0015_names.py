"""Of each current party one row of the words it is found by name with, in the place of one row a word."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from registry.db import search_hash, types
from registry.db.sealing import seal, unseal
from registry.orders.models import OrderParty
from registry.orders.naming.entries import index_entries
from registry.orders.naming.segment import packed, unpacked
from registry.orders.register.identity import names_of, party_of

revision = "0015"
down_revision = "0014"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 2_000
_GIVEN = 4

_TOKENS = sa.table("name_token", sa.column("number"), sa.column("token_hash"), sa.column("token_sealed"))
_NAMES = sa.table("party_name", sa.column("number"), sa.column("party_id", types.Id()), sa.column("words_sealed"))
_LISTED = sa.table("party_token", sa.column("token_number"), sa.column("party_id", types.Id()))
_PARTIES = sa.text(
    "SELECT p.id, p.role, p.reference, p.identity_sealed FROM order_party p"
    " JOIN protection_order o ON o.current_version_id = p.version_id WHERE p.id > :after ORDER BY p.id LIMIT :most"
).columns(sa.column("id", types.Id()), sa.column("role"), sa.column("reference"), sa.column("identity_sealed"))


def upgrade() -> None:
    op.create_table(
        "party_name",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_party_name_party_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_party_name")),
        sa.UniqueConstraint("party_id", name=op.f("uq_party_name_party_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "party_name_gone",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("party_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_party_name_gone")),
        sqlite_autoincrement=True,
    )
    connection = op.get_bind()
    numbers = _Numbers(connection)
    for parties in _current(connection):
        connection.execute(sa.insert(_NAMES), [_named(party, numbers) for party in parties])
    op.drop_index(op.f("ix_party_token_party_id"), table_name="party_token")
    op.drop_table("party_token")


def downgrade() -> None:
    op.create_table(
        "party_token",
        sa.Column("token_number", _NUMBER, nullable=False),
        sa.Column("party_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["order_party.id"], name=op.f("fk_party_token_party_id")),
        sa.ForeignKeyConstraint(["token_number"], ["name_token.number"], name=op.f("fk_party_token_token_number")),
        sa.PrimaryKeyConstraint("token_number", "party_id", name=op.f("pk_party_token")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_party_token_party_id"), "party_token", ["party_id"], unique=False)
    connection = op.get_bind()
    for row in connection.execute(sa.select(_NAMES)).all():
        words = unpacked([row.number], [unseal(row.words_sealed, _place(row.party_id))])
        borne = set(words.numbers[words.parts <= _GIVEN].tolist())
        if borne:
            listed = [{"token_number": number, "party_id": row.party_id} for number in borne]
            connection.execute(sa.insert(_LISTED), listed)
    op.drop_table("party_name_gone")
    op.drop_table("party_name")


class _Numbers(dict[str, int]):
    """The numbers of words; one that is new to the register gets one."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, text: str) -> int:
        key = search_hash("name", text)
        number = self._number(key)
        if number is None:
            row = {"token_hash": key, "token_sealed": seal(text.encode(), f"name_token.token_sealed.{key.hex()}")}
            self._connection.execute(sa.insert(_TOKENS), [row])
            number = self._number(key)
        self[text] = number
        return number

    def _number(self, key: bytes) -> Any:
        return self._connection.scalar(sa.select(_TOKENS.c.number).where(_TOKENS.c.token_hash == key))


def _current(connection: sa.Connection) -> Iterator[list[Any]]:
    after = UUID(int=0)
    query = _PARTIES.bindparams(sa.bindparam("after", type_=types.Id()))
    while rows := list(connection.execute(query, {"after": after, "most": _AT_ONCE}).all()):
        yield rows
        after = rows[-1].id


def _named(row: Any, numbers: _Numbers) -> dict[str, Any]:
    party = party_of(row.role, row.reference, OrderParty.identity.open(row.id, row.identity_sealed))
    words = packed([(numbers[text], borne) for text, borne in index_entries(names_of(party))])
    return {"party_id": row.id, "words_sealed": seal(words, _place(row.id))}


def _place(party_id: UUID) -> str:
    return f"party_name.words_sealed.{party_id.hex}"
