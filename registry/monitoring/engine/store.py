"""Pings on disk: written and looked up by the driver itself, for an ORM's object per ping would cost most of the time.

A row is a plain tuple in the order of COLUMNS; its first five items are its key.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.orm import Session

from geo.policy import METHOD
from geo.track import Fix
from registry.db import Prepared, driver_of
from registry.monitoring.models import DevicePulse, PingRow, UnusedPosition
from registry.monitoring.rules import CLOCK_AHEAD_MS, VAGUE_SIGMA_M, bucket_of

Key = tuple[int, int, int, int, int]
Row = tuple[Any, ...]

COLUMNS = tuple(column.name for column in PingRow.__table__.columns)
_KEY = COLUMNS[:5]
_NAMES = ", ".join(COLUMNS)
_SQLITE_INSERT = f"INSERT INTO ping ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
_SQLITE_FIND = f"SELECT content_hash FROM ping WHERE {' AND '.join(f'{name} = ?' for name in _KEY)}"
_POSTGRESQL_COPY = f"COPY ping ({_NAMES}) FROM STDIN"
_POSTGRESQL_FIND = (
    "SELECT " + ", ".join(f"ping.{name}" for name in (*_KEY, "content_hash")) + " FROM unnest(%s::int[], %s::bigint[],"
    " %s::bigint[], %s::bigint[], %s::smallint[]) AS wanted (" + ", ".join(_KEY) + ") JOIN ping USING ("
    + ", ".join(_KEY) + ")"
)  # fmt: skip
_SQLITE_SAVE_TRACKS = "UPDATE track_checkpoint SET last_ms = ?, last_sequence = ?, state_sealed = ? WHERE person_id = ?"
_POSTGRESQL_SAVE_TRACKS = (
    "UPDATE track_checkpoint SET last_ms = new.last_ms, last_sequence = new.last_sequence,"
    " state_sealed = new.state_sealed FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::uuid[])"
    " AS new (last_ms, last_sequence, state_sealed, person_id) WHERE track_checkpoint.person_id = new.person_id"
)
_IN_TIME = f"at_ms <= received_at_ms + {CLOCK_AHEAD_MS}"
_PLACE = (
    "SELECT lat_deg, lon_deg, accuracy_m, hdop FROM ping WHERE bucket = {0} AND at_ms = {0} AND device_number = {0}"
    " AND sequence = {0} AND lat_deg IS NOT NULL AND " + _IN_TIME + " LIMIT 1"
)
_END = (
    "SELECT at_ms, lat_deg, lon_deg, accuracy_m, sequence, hdop, speed_mps FROM ping WHERE bucket = {0}"
    " AND at_ms >= {0} AND at_ms < {0} AND device_number = {0} AND lat_deg IS NOT NULL AND " + _IN_TIME + " ORDER BY "
)
_NEWEST, _OLDEST = _END + "at_ms DESC, sequence DESC LIMIT 1", _END + "at_ms, sequence LIMIT 1"
_FOREVER_MS = 2**62
_MOST_VAGUE = 500
_POSTGRESQL_SAVE_DEVICES = (
    "UPDATE device SET newest_ms = new.newest_ms FROM unnest(%s::bigint[], %s::bigint[]) AS new (newest_ms, number)"
    " WHERE device.number = new.number"
)
_ENGINE_FENCE = 0x6D6F6E69746F7231
_FENCE_ALONE = Prepared(select(func.pg_advisory_xact_lock(_ENGINE_FENCE).label("fence")))
_FENCE_SHARED = Prepared(select(func.pg_advisory_xact_lock_shared(_ENGINE_FENCE).label("fence")))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The pings of one device from an instant (epoch ms) until another, or without an end."""

    device_number: int
    from_ms: int
    until_ms: int | None


def driver(session: Session) -> Any:
    """Return the driver's own connection, in the session's transaction."""
    return driver_of(session).connection.driver_connection


def is_sqlite(session: Session) -> bool:
    """Say which of the two databases this is."""
    return driver_of(session).dialect.name == "sqlite"


def hold_fence(session: Session, *, alone: bool) -> None:
    """Keep a successor's rebuilding and a predecessor's last transaction apart; SQLite has one writer anyway."""
    if not is_sqlite(session):
        (_FENCE_ALONE if alone else _FENCE_SHARED).all(session)


def insert(session: Session, rows: list[Row]) -> None:
    """Store rows whose keys are known to be new, in the order of the key."""
    rows.sort(key=_key_of)
    connection = driver(session)
    if is_sqlite(session):
        connection.executemany(_SQLITE_INSERT, rows)
        return
    with connection.cursor() as cursor, cursor.copy(_POSTGRESQL_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def note_unused(session: Session, rows: Sequence[Row]) -> None:
    """Note why positions are not judged: the key of each ping, its receipt (epoch ms) and the reason."""
    if rows:
        names = [column.name for column in UnusedPosition.__table__.columns]
        session.execute(sql_insert(UnusedPosition), [dict(zip(names, row, strict=True)) for row in rows])


def _key_of(row: Row) -> Row:
    return row[:5]


def find(session: Session, keys: Sequence[Key]) -> dict[Key, bytes]:
    """Return the content hash of each of these pings that is stored."""
    if not keys:
        return {}
    connection = driver(session)
    if is_sqlite(session):
        found = ((key, connection.execute(_SQLITE_FIND, key).fetchone()) for key in keys)
        return {key: row[0] for key, row in found if row is not None}
    columns = [list(column) for column in zip(*keys, strict=True)]
    rows = connection.execute(_POSTGRESQL_FIND, columns, prepare=True).fetchall()
    return {cast(Key, tuple(row[:5])): bytes(row[5]) for row in rows}


def fixes(session: Session, stretches: Iterable[Stretch]) -> list[Fix]:
    """Return the positions in these stretches, in the order of a track."""
    found = [fix for stretch in stretches for fix in _fixes_of(session, stretch)]
    return sorted(found, key=lambda fix: fix.order)


_FIX = (
    PingRow.at_ms, PingRow.lat_deg, PingRow.lon_deg, PingRow.accuracy_m, PingRow.sequence, PingRow.hdop,
    PingRow.speed_mps,
)  # fmt: skip


def _fix(row: Sequence[Any]) -> Fix:
    return Fix(*row)


def _fixes_of(session: Session, stretch: Stretch) -> Iterator[Fix]:
    for row in session.execute(select(*_FIX).where(*_within(stretch), PingRow.lat_deg.is_not(None))):
        yield _fix(row)


def _within(stretch: Stretch) -> list[Any]:
    number = stretch.device_number
    condition = [
        PingRow.bucket == bucket_of(number),
        PingRow.device_number == number,
        PingRow.at_ms >= stretch.from_ms,
        PingRow.at_ms <= PingRow.received_at_ms + CLOCK_AHEAD_MS,
    ]
    return condition if stretch.until_ms is None else [*condition, PingRow.at_ms < stretch.until_ms]


def last_fix(session: Session, stretch: Stretch, *, is_sharp: bool = False) -> Fix | None:
    """Return the newest position in a stretch, or the newest that is not too vague to tell where he was."""
    fix = _end_fix(session, stretch, _NEWEST)
    while is_sharp and fix is not None and is_vague(fix):
        stretch = Stretch(stretch.device_number, stretch.from_ms, fix.at_ms)
        rows = select(*_FIX).where(*_within(stretch), PingRow.lat_deg.is_not(None)).order_by(PingRow.at_ms.desc())
        read = [_fix(row) for row in session.execute(rows.limit(_MOST_VAGUE))]
        fix = next((one for one in read if not is_vague(one)), read[-1] if len(read) == _MOST_VAGUE else None)
    return fix


def vague_fixes(session: Session, stretch: Stretch) -> list[Fix]:
    """Return the positions in a stretch that are too vague, the oldest first; of very many the first."""
    query = select(*_FIX).where(*_within(stretch), PingRow.lat_deg.is_not(None)).order_by(PingRow.at_ms)
    return [fix for row in session.execute(query.limit(_MOST_VAGUE)) if is_vague(fix := _fix(row))]


def is_vague(fix: Fix) -> bool:
    """Say whether a position is too vague to tell where he was."""
    return METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop) >= VAGUE_SIGMA_M


def first_fix(session: Session, stretch: Stretch, *, is_sharp: bool = False) -> Fix | None:
    """Return the oldest position in a stretch, or the oldest that is not too vague to tell where he was."""
    fix = _end_fix(session, stretch, _OLDEST)
    while is_sharp and fix is not None and is_vague(fix):
        rest = Stretch(stretch.device_number, fix.at_ms + 1, stretch.until_ms)
        rows = select(*_FIX).where(*_within(rest), PingRow.lat_deg.is_not(None)).order_by(PingRow.at_ms)
        read = [_fix(row) for row in session.execute(rows.limit(_MOST_VAGUE))]
        fix = next((one for one in read if not is_vague(one)), read[-1] if len(read) == _MOST_VAGUE else None)
    return fix


def _end_fix(session: Session, stretch: Stretch, statement: str) -> Fix | None:
    number = stretch.device_number
    until_ms = _FOREVER_MS if stretch.until_ms is None else stretch.until_ms
    row = _fetched(session, statement, (bucket_of(number), stretch.from_ms, until_ms, number))
    return None if row is None else _fix(row)


def _fetched(session: Session, statement: str, values: tuple[int, ...]) -> Sequence[Any] | None:
    """One row by the driver itself, which keeps the statement prepared."""
    if is_sqlite(session):
        return cast("Sequence[Any] | None", driver(session).execute(statement.format("?"), values).fetchone())
    return cast(
        "Sequence[Any] | None", driver(session).execute(statement.format("%s"), values, prepare=True).fetchone()
    )


def place_of(session: Session, number: int, last: tuple[int, int]) -> Sequence[Any] | None:
    """Return latitude, longitude, accuracy and HDOP of a device's position with this time and sequence."""
    return _fetched(session, _PLACE, (bucket_of(number), last[0], number, last[1]))


def placed_between(
    session: Session, numbers: Collection[int], between_ms: tuple[int, int]
) -> Iterator[tuple[int, Fix]]:
    """Yield the positions of these devices from an instant (epoch ms) until another, with the number of each device."""
    by_bucket: dict[int, list[int]] = {}
    for number in numbers:
        by_bucket.setdefault(bucket_of(number), []).append(number)
    for bucket, some in by_bucket.items():
        wanted = select(PingRow.device_number, *_FIX).where(
            PingRow.bucket == bucket,
            PingRow.at_ms >= between_ms[0],
            PingRow.at_ms < between_ms[1],
            PingRow.at_ms <= PingRow.received_at_ms + CLOCK_AHEAD_MS,
            PingRow.device_number.in_(some),
            PingRow.lat_deg.is_not(None),
        )
        for row in session.execute(wanted):
            yield row[0], _fix(row[1:])


def mark_judged(session: Session, stretches: Iterable[Stretch], judged: bool) -> None:
    """Note whether the positions in these stretches were judged, as a coupling learnt later changes it."""
    for stretch in stretches:
        wanted = update(PingRow).where(*_within(stretch), PingRow.lat_deg.is_not(None), PingRow.judged.is_(not judged))
        session.execute(wanted.values(judged=judged).execution_options(synchronize_session=False))


def since(session: Session, bucket: int, from_ms: int) -> Iterator[tuple[int, bool, Fix | None, int]]:
    """Yield device number, whether it was judged, position and time of the pings of a bucket from an instant on."""
    wanted = select(PingRow.device_number, PingRow.judged, *_FIX).where(
        PingRow.bucket == bucket, PingRow.at_ms >= from_ms
    )
    for row in session.execute(wanted, execution_options={"yield_per": 5000}):
        number, judged, at_ms, lat_deg = row[:4]
        yield number, judged, None if lat_deg is None else _fix(row[2:]), at_ms


SavedTrack = tuple[int, int, bytes | None, uuid.UUID]


def save_tracks(session: Session, tracks: Sequence[SavedTrack]) -> None:
    """Note time and sequence of the last fix judged, and the sealed state, of wearers who have a checkpoint."""
    if not tracks:
        return
    if is_sqlite(session):
        rows = [(last_ms, sequence, sealed, person_id.bytes) for last_ms, sequence, sealed, person_id in tracks]
        driver(session).executemany(_SQLITE_SAVE_TRACKS, rows)
        return
    driver(session).execute(_POSTGRESQL_SAVE_TRACKS, [list(column) for column in zip(*tracks, strict=True)])


_PULSE = tuple(column.name for column in DevicePulse.__table__.columns)[1:]
_SAVED_PULSE = (*_PULSE, "device_number")
_SAVE_PULSES = (
    f"INSERT INTO device_pulse ({', '.join(_SAVED_PULSE)}) {{}}"
    f" ON CONFLICT (device_number) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _PULSE)}"
)
_SQLITE_SAVE_PULSES = _SAVE_PULSES.format(f"VALUES ({', '.join('?' * len(_SAVED_PULSE))})")
_POSTGRESQL_SAVE_PULSES = _SAVE_PULSES.format(
    f"SELECT * FROM unnest({', '.join(['%s::bigint[]'] * len(_SAVED_PULSE))})"
)


def save_pulses(session: Session, pulses: Sequence[tuple[int | None, ...]]) -> None:
    """Write pulses as `Pulses.unsaved` gives them."""
    if not pulses:
        return
    if is_sqlite(session):
        driver(session).executemany(_SQLITE_SAVE_PULSES, pulses)
        return
    driver(session).execute(_POSTGRESQL_SAVE_PULSES, [list(column) for column in zip(*pulses, strict=True)])


def save_devices(session: Session, devices: Sequence[tuple[int, int]]) -> None:
    """Note the newest ping, as time and device number."""
    if not devices:
        return
    if is_sqlite(session):
        driver(session).executemany("UPDATE device SET newest_ms = ? WHERE number = ?", devices)
        return
    driver(session).execute(_POSTGRESQL_SAVE_DEVICES, [list(column) for column in zip(*devices, strict=True)])
