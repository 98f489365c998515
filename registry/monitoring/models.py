"""Devices, who wears them, what they said, and the episodes found in it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Json, Sealed, new_id

_PENDING = text("judge_again_from IS NOT NULL")
_OPEN = text("end_ms IS NULL")
_ALARM = text("alarm IS NOT NULL")
PRESENCE = text("kind >= 4")
_WAITS = text("judged IS FALSE AND lat_deg IS NOT NULL")

DEFAULT_PARTITION = "CREATE TABLE ping_default PARTITION OF ping DEFAULT"


class Device(Responsible, Base):
    """A monitor (enkelband) of a provider, which is its sending organisation; it supervises who coupled it last."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("sending_org_id", "name"),)

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[uuid.UUID] = mapped_column(unique=True, default=new_id)
    name: Mapped[str]
    recorded_at: Mapped[datetime]
    newest_ms: Mapped[int | None]


class Coupling(Responsible, Base):
    """Who wears a device (koppeling), from when until when, under which order.

    `judge_again_from` is set by every change, and cleared by the engine when it has judged the stored fixes anew.
    After `released_at`, when the last order of the wearer ended, nothing is stored; `emptied_at` is when what had been
    was destroyed. A home unit stands for one condition, by its reference, which outlives a next version.
    """

    __tablename__ = "coupling"
    __table_args__ = (
        Index(None, "device_id", "from_at"),
        Index(None, "person_id"),
        Index("ix_coupling_to_judge", "judge_again_from", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    kind: Mapped[str] = mapped_column(server_default="tracker")
    condition_reference: Mapped[str | None]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    judge_again_from: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None]


class PingRow(Base):
    """A ping (positiebericht) as accepted; its key is the duplicate check.

    `at_ms` is the time of the fix, or else of the message. On PostgreSQL the table is partitioned by day of it.
    """

    __tablename__ = "ping"
    __table_args__ = (
        Index("ix_ping_unjudged", "received_at_ms", "at_ms", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_ping_presence", "device_number", "at_ms", sqlite_where=PRESENCE, postgresql_where=PRESENCE),
        Index("ix_ping_alarm", "device_number", "at_ms", sqlite_where=_ALARM, postgresql_where=_ALARM),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (at_ms)"},
    )

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    message_at_ms: Mapped[int | None]
    received_at_ms: Mapped[int]
    lat_deg: Mapped[float | None]
    lon_deg: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    hdop: Mapped[float | None]
    speed_mps: Mapped[float | None]
    course_deg: Mapped[float | None]
    altitude_m: Mapped[float | None]
    battery_pct: Mapped[float | None]
    alarm: Mapped[str | None]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(8))
    judged: Mapped[bool]


@event.listens_for(PingRow.__table__, "after_create")
def _add_default_partition(_: object, connection: Connection, **__: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(DEFAULT_PARTITION))


class PingConflict(Base):
    """A ping with the key of another and other content: kept, and not judged."""

    __tablename__ = "ping_conflict"
    __table_args__ = {"sqlite_with_rowid": False}

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    received_at_ms: Mapped[int]
    content: Mapped[list[Any]] = mapped_column(Json)


class UnusedPosition(Base):
    """Why the position in a stored ping is not judged; of (0, 0) the ping keeps no place."""

    __tablename__ = "unused_position"
    __table_args__ = (Index(None, "device_number", "at_ms"), {"sqlite_with_rowid": False})

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    received_at_ms: Mapped[int]
    reason: Mapped[str]


class RejectedPing(Base):
    """What a gateway could not use but had to answer with success, kept as it came."""

    __tablename__ = "rejected_ping"
    __table_args__ = (Index(None, "organisation_id", "received_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    format: Mapped[str]
    received_at: Mapped[datetime]
    code: Mapped[str]
    pointer: Mapped[str]
    content_sealed: Mapped[bytes]
    content: Sealed[str] = Sealed()


class TrackCheckpoint(Base):
    """How far a wearer was judged, and against which zones: what the engine's memory is rebuilt from.

    The state, which holds positions, is kept sealed while anything is under way with him.
    """

    __tablename__ = "track_checkpoint"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    last_ms: Mapped[int | None]
    last_sequence: Mapped[int]
    held: Mapped[list[Any]] = mapped_column(Json)
    state_sealed: Mapped[bytes | None]


class TrackMark(Base):
    """A point of a wearer's track from which it can be judged again; see registry.monitoring.engine.marks."""

    __tablename__ = "track_mark"
    __table_args__ = {"sqlite_with_rowid": False}

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    state_sealed: Mapped[bytes | None]


class BucketMark(Base):
    """The oldest ping of a bucket that was stored after the last checkpoint: from there the memory is rebuilt."""

    __tablename__ = "bucket_mark"

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    oldest_ms: Mapped[int]


class DevicePulse(Base):
    """When a device was heard and placed last, and how often it is; see registry.monitoring.engine.pulses."""

    __tablename__ = "device_pulse"

    device_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    heard_ms: Mapped[int | None]
    since_ms: Mapped[int | None]
    fixed_ms: Mapped[int | None]
    heard_gap_ms: Mapped[int | None]
    fixed_gap_ms: Mapped[int | None]


class BlindSpell(Base):
    """A stretch between two positions of a wearer, or before his first, longer than he should be out of sight."""

    __tablename__ = "blind_spell"
    __table_args__ = {"sqlite_with_rowid": False}

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    from_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until_ms: Mapped[int]


class ListeningMark(Base):
    """From when this service has judged without a break, and when it was last seen to do so; one row."""

    __tablename__ = "listening_mark"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    since_ms: Mapped[int]
    seen_ms: Mapped[int]


class EpisodeRecord(Responsible, Base):
    """An episode that was made known under an id; see geo.episode for what it is."""

    __tablename__ = "episode"
    __table_args__ = (
        Index(None, "person_id", "start_ms"),
        Index(None, "supervising_org_id"),
        Index("ix_episode_open", "person_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    condition_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("condition.id"))
    zone_id: Mapped[str]
    zone_version: Mapped[int]
    zone_kind: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="tracker")
    start_ms: Mapped[int]
    end_ms: Mapped[int | None]
    cause: Mapped[str]
    end_cause: Mapped[str | None]
    verdict: Mapped[str]
    confirmed_ms: Mapped[int | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    status: Mapped[str]
    found_late: Mapped[bool]
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("episode.id"))
    split_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("episode.id"))
    breach_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("breach.id"), index=True)
    recorded_at: Mapped[datetime]


class EpisodeRevision(Base):
    """What was told of an episode before it was judged anew; only added to."""

    __tablename__ = "episode_revision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"), index=True)
    recorded_at: Mapped[datetime]
    kind: Mapped[str]
    former: Mapped[dict[str, Any]] = mapped_column(Json)


class GatewayToken(Base):
    """The secret in a gateway's address, of which only a keyed hash is kept."""

    __tablename__ = "gateway_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    formats: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
