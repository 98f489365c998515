"""What processes read into memory to find parties by name and zones by place, all of it sealed.

Numbers rise and are not used twice, so that a process reads what was added since it last looked. A removed row tells
nobody that it is gone; a table of its own does.
"""

import uuid

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

# SQLite numbers rows by itself only in a column of this very type.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class NameToken(Base):
    """One word of the vocabulary of names (a spelling, an initial, a birth date), sealed, with its number."""

    __tablename__ = "name_token"

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    token_sealed: Mapped[bytes]


class PartyName(Base):
    """All that a current party is found by name with: the numbers of its words, packed and sealed; never changed."""

    __tablename__ = "party_name"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    party_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_party.id"), unique=True)
    words_sealed: Mapped[bytes]


class PartyNameGone(Base):
    """That the party with a number is no longer found by name."""

    __tablename__ = "party_name_gone"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    party_number: Mapped[int]


class ZonePlace(Base):
    """Where a zone of a current version lies, about: a box around it and a circle within it, packed and sealed."""

    __tablename__ = "zone_place"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    zone_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("zone.id"), unique=True)
    extent_sealed: Mapped[bytes]


class ZonePlaceGone(Base):
    """That the zone with a number is no longer one of a current version."""

    __tablename__ = "zone_place_gone"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    zone_number: Mapped[int]
