"""What the other source says of an absence: the monitor on his body of what the home unit told, and the reverse."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.episode import Verdict
from registry.monitoring.models import Coupling, Device, EpisodeRecord, PingRow
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import LIVE_STATUSES, PING_CODES, DeviceKind, OtherAccount, PingKind, Source, bucket_of

_Device = tuple[int, int, int | None]


def other_account(session: Session, record: EpisodeRecord) -> OtherAccount | None:
    """Say whether the other source saw the same absence or the opposite; None when it says nothing of that time.

    It agrees when it has an absence from the same zone that overlaps; it contradicts when it has none and yet placed
    him in that time, or, being the home unit, said that he was there.
    """
    if record.zone_kind != "inclusion":
        return None
    other = Source.TRACKER if record.source == Source.HOME_UNIT else Source.HOME_UNIT
    devices = _devices(session, record, DeviceKind(other.value))
    if not devices:
        return None
    if _saw_the_same(session, record, other):
        return OtherAccount.AGREES
    contradicts = any(_saw_him(session, record, other, device) for device in devices)
    return OtherAccount.CONTRADICTS if contradicts else None


def _devices(session: Session, record: EpisodeRecord, kind: DeviceKind) -> list[_Device]:
    """His devices of a kind, and from when until when (epoch ms) they were his."""
    wanted = (
        select(Device.number, Coupling.from_at, Coupling.until_at)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Coupling.person_id == record.person_id, Coupling.kind == kind)
    )
    return [
        (number, epoch_ms(from_at), None if until_at is None else epoch_ms(until_at))
        for number, from_at, until_at in session.execute(wanted)
    ]


def _saw_the_same(session: Session, record: EpisodeRecord, other: Source) -> bool:
    theirs = select(EpisodeRecord.id).where(
        EpisodeRecord.person_id == record.person_id, EpisodeRecord.zone_id == record.zone_id,
        EpisodeRecord.source == other, EpisodeRecord.status.in_(LIVE_STATUSES),
        EpisodeRecord.verdict != Verdict.WITHDRAWN,
        EpisodeRecord.end_ms.is_(None) | (EpisodeRecord.end_ms > record.start_ms),
    )  # fmt: skip
    if record.end_ms is not None:
        theirs = theirs.where(EpisodeRecord.start_ms < record.end_ms)
    return session.scalar(theirs.limit(1)) is not None


def _saw_him(session: Session, record: EpisodeRecord, other: Source, device: _Device) -> bool:
    number, from_ms, until_ms = device
    ends = [end for end in (until_ms, record.end_ms) if end is not None]
    said = select(PingRow.at_ms).where(
        PingRow.bucket == bucket_of(number), PingRow.device_number == number,
        PingRow.at_ms >= max(from_ms, record.start_ms),
    )  # fmt: skip
    said = said.where(PingRow.at_ms < min(ends)) if ends else said
    home = PingRow.kind == PING_CODES[PingKind.PRESENT]
    said = said.where(home if other is Source.HOME_UNIT else PingRow.lat_deg.is_not(None))
    return session.scalar(said.limit(1)) is not None
