"""The ping table's partitions on PostgreSQL: one a day of fix time, and a default one for whatever lies outside."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, text

from registry.http import Runtime
from registry.monitoring.pings import epoch_ms

_DAYS_AHEAD = 7


def ensure_partitions(connection: Connection, from_day: date, days: int) -> None:
    """Make the partitions of so many days that are not there yet; a day that has pings in the default one stays there.

    PostgreSQL locks the table for as long as it takes to see that the default partition holds nothing of the day.
    """
    if connection.dialect.name != "postgresql":
        return
    for day in (from_day + timedelta(days=number) for number in range(days)):
        from_ms, until_ms = _midnight_ms(day), _midnight_ms(day + timedelta(days=1))
        name = f"ping_{day:%Y%m%d}"
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None:
            continue
        stray = text("SELECT 1 FROM ping_default WHERE at_ms >= :from_ms AND at_ms < :until_ms LIMIT 1")
        if connection.scalar(stray, {"from_ms": from_ms, "until_ms": until_ms}) is None:
            span = f"FROM ({from_ms}) TO ({until_ms})"
            connection.execute(text(f"CREATE TABLE {name} PARTITION OF ping FOR VALUES {span}"))


def prepare_partitions(shared: Runtime) -> None:
    """Make the partitions of today and of the days to come; a job of the worker."""
    if shared.settings.is_sqlite:
        return
    with shared.database.transaction() as session:
        ensure_partitions(session.connection(), shared.clock.now().astimezone(UTC).date(), _DAYS_AHEAD)


def _midnight_ms(day: date) -> int:
    return epoch_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
