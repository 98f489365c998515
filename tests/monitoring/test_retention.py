"""What is removed, and what must not be."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.db import new_id
from registry.enforcement.models import Assessment, Breach
from registry.monitoring.models import Device, PingRow
from registry.monitoring.partitions import prepare_partitions
from registry.monitoring.retention import dropping
from registry.monitoring.retention.models import PositionRemoval
from registry.monitoring.retention.removing import Removal, remove_positions
from registry.monitoring.signals.models import DeviceSignal
from tests.monitoring.test_signals import status
from tests.monitoring.wearers import FAR, OUTSIDE, ping, seconds, stay, visit
from tests.world import NOW

DAY_S = 86_400
LONG_AGO = NOW - timedelta(days=1)


@pytest.fixture
def days(field):
    """A field of which each day has a partition of its own, where the database has any."""
    prepare_partitions(field.shared)
    return field


def at(field, device="EB-1"):
    """The seconds from NOW of what is stored of a device, in order."""
    query = select(PingRow.at_ms).join(Device, Device.number == PingRow.device_number).where(Device.name == device)
    return [seconds(one) for one in field.rows(query.order_by(PingRow.at_ms))]


def told_of_removal(field):
    rows = field.rows(select(AuditEntry).where(AuditEntry.action == "destroyed").order_by(AuditEntry.sequence))
    return sum(row.details["count"] for row in rows if row.object_ref.startswith("pings:"))


def after(field, **parts):
    """Let time pass, with a sign of life of each wearer, and let the worker remove what may go."""
    field.world.clock.forward(**parts)
    prepare_partitions(field.shared)
    passed_s = (field.world.clock.now() - NOW).total_seconds()
    for device in ("EB-1", "EB-noise"):
        field.submit(ping(passed_s, FAR, device))
    remove_positions(field.shared)


def assess(field, status="unfounded"):
    """As a human would find of each breach."""
    police = field.world.organisation("POL-X", OrganisationKind.POLICE)
    with field.shared.database.transaction() as session:
        for breach_id in session.scalars(select(Breach.id)).all():
            one = Assessment(
                id=new_id(), breach_id=breach_id, status=status, assessed_by="A. Bakker", unit="U",
                organisation_id=police.id, assessed_at=field.world.clock.now(), rests_on={}, provable=None,
                severity=None,
            )  # fmt: skip
            one.reason = "Niet gezien."
            session.add(one)
        session.execute(update(Breach).values(status=status))


def test_what_proved_nothing_goes_after_thirty_days_with_its_count_in_the_audit_chain(days):
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -60, -45, -30), *stay(OUTSIDE, -60, device="EB-noise"), status(-10))
    after(days, days=29)
    assert (at(days)[:4], told_of_removal(days)) == ([-60, -45, -30, -10], 0)
    after(days, days=2)
    # Of each the place where he was seen last, from which he is judged on, goes once he was seen later.
    assert at(days) == [-30, 29 * DAY_S, 31 * DAY_S]
    assert at(days, "EB-noise") == [-60, 29 * DAY_S, 31 * DAY_S]
    assert told_of_removal(days) == 3
    remove_positions(days.shared)
    assert told_of_removal(days) == 3
    after(days, days=30)
    assert at(days) == at(days, "EB-noise") == [29 * DAY_S, 31 * DAY_S, 61 * DAY_S]
    assert told_of_removal(days) == 5


def test_the_day_that_is_not_over_stays_whole(days):
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -60, -45))
    after(days, days=30, hours=12, minutes=59)
    assert at(days)[:2] == [-60, -45]
    after(days, minutes=2)
    # The last place where he was seen before is what he is judged from.
    assert at(days)[0] == -45 and at(days)[1] > 0


def test_the_last_position_of_a_wearer_who_fell_silent_stays(days):
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -60, -45, -30))
    days.world.clock.forward(days=40)
    remove_positions(days.shared)
    assert at(days) == [-30]


def test_an_episode_keeps_how_he_came_and_went_until_its_case_is_over_and_for_a_time_after(days):
    days.wearer(begins=LONG_AGO)
    days.send(ping(-9000, OUTSIDE), *visit(), ping(-10, OUTSIDE), *stay(OUTSIDE, -9000, device="EB-noise"))
    told = days.told()
    after(days, days=200)
    # The breach holds half a day on either side of it, wherever he was.
    assert (-9000 in at(days), at(days, "EB-noise")) == (True, [200 * DAY_S])
    assess(days)
    after(days, days=170)
    assert -9000 in at(days)
    after(days, days=11)
    assert min(at(days)) > 0
    assert days.told() == told


def test_what_was_kept_is_the_same_row_and_a_late_copy_of_it_is_still_a_duplicate(days):
    days.wearer(begins=LONG_AGO)
    days.send(*visit(), ping(-10, OUTSIDE), *stay(OUTSIDE, *range(-40_000, -39_000, 15)))
    after(days, days=40)
    assert days.send(*visit()) == ["duplicate"] * 5
    after(days, days=1)
    assert days.send(*visit()) == ["duplicate"] * 5


def test_alarms_of_a_strap_that_is_still_open_stay_so_that_a_late_word_moves_nothing(days):
    days.wearer(begins=LONG_AGO)
    days.send(status(-3600, "tamper"), status(-1800, "tamper"), status(-60), *stay(OUTSIDE, -3600, -50))
    told = days.rows(select(DeviceSignal.from_ms))
    after(days, days=40)
    assert at(days)[:2] == [-3600, -1800]
    days.send(status(30 * DAY_S, "tamper"), status(-2000, "tamper"))
    assert days.rows(select(DeviceSignal.from_ms)) == told


def test_a_removal_that_is_broken_off_is_gone_on_with_and_counted_once(days):
    days.wearer(begins=LONG_AGO)
    seconds_ago = range(-80_000, -60_000, 20)
    days.send(*stay(OUTSIDE, *seconds_ago), *stay(OUTSIDE, *seconds_ago, device="EB-noise"))
    days.world.clock.forward(days=40)
    pieces = iter([False, True])
    with pytest.raises(Exception, match="^$"):
        Removal.of(days.shared).go(lambda _: None, lambda: next(pieces, True))
    assert told_of_removal(days) in (0, 2 * len(seconds_ago) - 1)
    days.world.clock.forward(days=1)
    remove_positions(days.shared)
    left = days.count(PingRow)
    # Nobody wore the other one then.
    assert (left, told_of_removal(days)) == (1, 2 * len(seconds_ago) - 1)
    assert days.count(PositionRemoval) == 1


def test_a_dry_count_removes_nothing_and_tells_what_would_go(days):
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -80_000, -79_000, -10), *visit(-40_000))
    days.world.clock.forward(days=40)
    goes, stays = Removal.of(days.shared).count()
    assert days.count(PingRow) == goes + stays == 8
    remove_positions(days.shared)
    assert days.count(PingRow) == stays


def test_while_somebody_reads_the_pings_for_long_a_day_is_left_for_later(days, settings, monkeypatch):
    if settings.is_sqlite:
        return
    monkeypatch.setattr(dropping, "_TRIES", 2)
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -60, -45, -30))
    days.world.clock.forward(days=40)
    with days.shared.database.reading() as session:
        session.execute(text("SELECT count(*) FROM ping"))
        remove_positions(days.shared)
        assert session.scalar(text("SELECT count(*) FROM ping_20261123")) == 3
    assert not Removal.of(days.shared).was_done()
    remove_positions(days.shared)
    assert at(days) == [-30]
    with days.shared.database.reading() as session:
        assert session.scalar(text("SELECT to_regclass('ping_20261123')")) is None


def test_a_large_part_that_is_kept_becomes_the_partition_of_its_day(days, settings, monkeypatch):
    monkeypatch.setattr(dropping, "_MOST_MOVED", 3)
    days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -42_500, -42_000), *visit())
    assess(days)
    after(days, days=40)
    assert at(days)[:2] == [-42_500, -42_000]
    if not settings.is_sqlite:
        with days.shared.database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM ping_20261123")) == 7
    after(days, days=150)
    assert at(days)[0] > 0
