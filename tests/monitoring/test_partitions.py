from datetime import date

from sqlalchemy import text

from registry.monitoring.partitions import ensure_partitions, prepare_partitions
from tests.monitoring.wearers import ping


def partitions(shared):
    query = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ping'::regclass ORDER BY 1")
    with shared.database.reading() as session:
        return list(session.scalars(query))


def test_days_get_a_partition_of_their_own_ahead_and_one_with_stray_pings_keeps_them(field, shared, settings, clock):
    field.send(ping(-60))
    prepare_partitions(shared)
    prepare_partitions(shared)
    if settings.is_sqlite:
        return
    made = partitions(shared)
    assert "ping_20261123" not in made
    assert made == ["ping_default", *(f"ping_202611{day}" for day in range(24, 30))] or len(made) == 7
    clock.forward(days=1)
    assert field.send(ping(86_000)) == ["accepted"]
    with shared.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM ping_20261124")) == 1
        assert session.scalar(text("SELECT count(*) FROM ping_default")) == 1
    with shared.database.transaction() as session:
        ensure_partitions(session.connection(), date(2026, 12, 30), 2)
    assert {"ping_20261230", "ping_20261231"} <= set(partitions(shared))
