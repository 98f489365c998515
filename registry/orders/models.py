"""The register: persons, orders in versions, conditions, zones, detentions, and the keys they are found by.

Nothing here identifies a person in clear: documents are sealed, and searches see keyed hashes.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Sealed, new_id

_UNDIGESTED = text("order_digest IS NULL")
_DOUBTED = text("doubt IS NOT NULL AND replaced_at IS NULL")
_WAITING = text("replaced_by_id IS NULL AND withdrawn_at IS NULL")


class Person(Base):
    """Somebody, whatever his roles: subject and protected are roles of an order.

    `merged_into_id` names who he turned out to be; `zone_revision` is the revision at which his zones last changed.
    """

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    zone_revision: Mapped[int] = mapped_column(default=0, index=True)


class Order(Responsible, Base):
    """A protection order (beschermingsbevel): one decision, whose versions say what holds.

    The current version is the highest that carried the order itself; without one, regime and version are unknown.
    `last_listed_at` is when the newest full statement of its sender that lists it was made.
    """

    __tablename__ = "protection_order"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    regime: Mapped[str | None]
    current_version_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    last_recorded_at: Mapped[datetime]
    last_confirmed_at: Mapped[datetime]
    last_listed_at: Mapped[datetime | None]


class OrderVersion(Base):
    """The whole order as one message gave it; never changed once recorded.

    Legal time is in the dates; `recorded_at` is the time the register learnt it, rising strictly per order.
    `content_hash` is of all that the message said, `order_digest` of the order object alone: empty where it had none,
    None where that is not known.
    """

    __tablename__ = "order_version"
    __table_args__ = (
        UniqueConstraint("order_id", "version"),
        Index("ix_order_version_undigested", "id", sqlite_where=_UNDIGESTED, postgresql_where=_UNDIGESTED),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    version: Mapped[int]
    version_given: Mapped[bool]
    kind: Mapped[str]
    recorded_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]
    corrects_version: Mapped[int | None]
    has_content: Mapped[bool]
    regime: Mapped[str | None]
    decided_on: Mapped[date | None] = mapped_column(Date)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    immediately_enforceable: Mapped[bool | None]
    imposed_in_presence: Mapped[bool | None]
    served_on: Mapped[date | None] = mapped_column(Date)
    final_on: Mapped[date | None] = mapped_column(Date)
    time_zone: Mapped[str]
    end_unreadable: Mapped[bool | None]
    renewals: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    content_hash: Mapped[bytes]
    order_digest: Mapped[bytes | None]
    law_hash: Mapped[str]
    content_sealed: Mapped[bytes]
    content: Sealed[dict[str, Any]] = Sealed()


class OrderParty(Base):
    """A person or institution as one version names it: an identity as delivered, immutable."""

    __tablename__ = "order_party"
    __table_args__ = (Index(None, "order_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_version.id"), index=True)
    role: Mapped[str]
    reference: Mapped[str | None]
    identity_sealed: Mapped[bytes]
    identity: Sealed[dict[str, Any]] = Sealed()


class PartyLink(Base):
    """The recorded fact that a party is a person; merging and splitting only move these."""

    __tablename__ = "party_link"
    __table_args__ = (Index(None, "party_id"), Index(None, "person_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_party.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[str]
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Condition(Base):
    """One ban or duty (voorwaarde) of a version."""

    __tablename__ = "condition"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_version.id"), index=True)
    reference: Mapped[str]
    type: Mapped[str]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    is_monitored: Mapped[bool]
    not_monitored_because: Mapped[str | None]
    content_sealed: Mapped[bytes]
    content: Sealed[dict[str, Any]] = Sealed()


class ZoneRecord(Base):
    """The geometry (gebied) of a condition, as delivered, with its schedule; always sealed.

    Records of one order with the same `likeness` are the same zone, told again by a later version. `judged_sealed` is
    what positions are held against, made of the geometry (see register.areas); without it that is drawn anew.
    """

    __tablename__ = "zone"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), index=True)
    condition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("condition.id"), index=True)
    version: Mapped[int]
    kind: Mapped[str]
    likeness: Mapped[bytes] = mapped_column(LargeBinary(16))
    geometry_sealed: Mapped[bytes]
    geometry: Sealed[dict[str, Any]] = Sealed()
    judged_sealed: Mapped[bytes | None]


class ZoneRevision(Base):
    """A counter that every change to zones, statuses or party links raises; the engine compares it."""

    __tablename__ = "zone_revision"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int]


class Detention(Base):
    """A stretch of lawful detention, or of unlawful absence, of a person: some clocks stand while it lasts.

    A row is never changed but to say that it gave way: when, to which (none when it was a mistake), why and by whom.
    It was told of the subject of an order; one with a `doubt` stops no clock until somebody confirms of whom it is.
    """

    __tablename__ = "detention"
    __table_args__ = (Index("ix_detention_doubted", "id", sqlite_where=_DOUBTED, postgresql_where=_DOUBTED),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    source: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    replaced_at: Mapped[datetime | None]
    replaced_because: Mapped[str | None]
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("detention.id"))
    replaced_by_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    told_for_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    doubt: Mapped[str | None]


class Exemption(Base):
    """A stretch of time (ontheffing) in which the zone of a condition does not hold for its wearer, and who says so.

    A row is never changed but to say that it was withdrawn: when that was recorded, by whom, and from which instant on
    the zone holds all the same (`ends_at`; at its beginning when the exemption never was).
    """

    __tablename__ = "exemption"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), index=True)
    condition_reference: Mapped[str]
    kind: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    source: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    ends_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))


class SearchKey(Base):
    """A keyed hash of something exact (BSN, SKN, phone, plate, address, surname with birth date) of a current party."""

    __tablename__ = "search_key"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    party_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_party.id"), primary_key=True, index=True)


class SubjectLinkRecord(Base):
    """A merge or split that a message asked for; of one order the highest version governs."""

    __tablename__ = "subject_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), index=True)
    version: Mapped[int]
    kind: Mapped[str]
    linked_number: Mapped[str | None] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class ProvisionalOrder(Base):
    """An order entered ahead of the CJIB's message (voorlopig ingevoerd bevel), by whom and on whose instruction.

    Its id is that of the order. `replaced_by_id` is the CJIB's order that took its place, told by `replaced_version`.
    """

    __tablename__ = "provisional_order"
    __table_args__ = (
        UniqueConstraint("entering_org_id", "reference"),
        Index(None, "replaced_by_id"),
        Index(
            "ix_provisional_order_waiting",
            "expires_at",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), primary_key=True)
    reference: Mapped[str]
    digest: Mapped[bytes]
    entering_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    instructing_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    entered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    replaced_at: Mapped[datetime | None]
    replaced_version: Mapped[int | None]
    replaced_how: Mapped[str | None]
    unlinked_at: Mapped[datetime | None]
    document_sha256: Mapped[str]
    document_type: Mapped[str]
    document_bytes: Mapped[int]
    entry_sealed: Mapped[bytes]
    entry: Sealed[dict[str, Any]] = Sealed()
