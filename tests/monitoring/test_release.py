from datetime import timedelta

from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.alerts.models import Alert
from registry.monitoring.models import Coupling, PingRow
from registry.monitoring.release import ended
from registry.monitoring.release.ended import release_wearers
from registry.monitoring.release.unworn import destroy_unworn
from registry.orders.service import statuses
from tests.monitoring.test_leaving import LEYLA, deliver, withdraw
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, ping, stay
from tests.orders.orders import SUBJECT
from tests.world import NOW


def calls(field):
    of_class = select(Alert).where(Alert.alert_class == "monitor_to_remove")
    return [(row.priority, row.closed_at is None) for row in field.rows(of_class.order_by(Alert.id))]


def destroyed(field):
    rows = field.rows(select(AuditEntry).where(AuditEntry.action == "destroyed").order_by(AuditEntry.sequence))
    return [(row.object_ref.rsplit(":", 1)[0], row.details) for row in rows]


def test_positions_of_a_device_on_nobody_are_destroyed_after_a_day_and_counted_in_the_audit_chain(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -60, -45), *stay(OUTSIDE, -60, -45, -30, device="EB-9"), ping(7200, OUTSIDE))
    field.world.clock.forward(hours=23)
    destroy_unworn(field.shared)
    assert field.count(PingRow) == 6
    field.world.clock.forward(hours=2)
    destroy_unworn(field.shared)
    destroy_unworn(field.shared)
    assert field.count(PingRow) == 3
    assert destroyed(field) == [("pings", {"count": 3})]


def test_a_coupling_that_comes_within_the_day_lets_them_be_judged_and_kept(field):
    field.send(*stay(INSIDE, -60, -45, device="EB-1"))
    field.wearer()
    field.judge.tick()
    assert field.told() == [(-60, None, "first_seen", "open")]
    field.world.clock.forward(hours=25)
    destroy_unworn(field.shared)
    assert field.count(PingRow) == 2


def test_after_the_last_order_nothing_is_stored_and_somebody_is_asked_to_take_the_device_off(field):
    number = field.order()
    field.couple("EB-1", number)
    field.send(*stay(OUTSIDE, -3600, -600, -60), *stay(OUTSIDE, -60, device="EB-noise"))
    field.order(number=number, version=2, kind="withdrawal", effective_at=NOW - timedelta(minutes=30))
    release_wearers(field.shared)
    assert calls(field) == [(2, True)]
    field.judge.tick()
    answer = field.provider.post("/v1/pings", {"pings": [ping(-30, INSIDE), ping(-4000, OUTSIDE)]}).json
    assert (answer["notStored"], answer["accepted"]) == (1, 1)
    release_wearers(field.shared)
    release_wearers(field.shared)
    assert field.count(PingRow) == 3
    assert destroyed(field) == [("pings:coupling", {"count": 2})]
    assert (field.told(), len(calls(field))) == ([], 1)


def test_the_call_ends_when_the_device_is_off_and_who_is_bound_by_another_order_is_not_let_go(field):
    first = field.order()
    coupling = field.couple("EB-1", first).json
    field.couple("EB-2", field.order())
    field.order(number=first, version=2, kind="withdrawal")
    field.world.clock.forward(seconds=1)
    release_wearers(field.shared)
    assert calls(field) == [(2, True)]
    field.supervisor.post(f"/v1/couplings/{coupling['id']}/end", {"until": "2026-11-23T12:00:01Z"})
    release_wearers(field.shared)
    assert calls(field) == [(2, False)]
    assert len(field.rows(select(Coupling).where(Coupling.released_at.is_not(None)))) == 1


def test_of_who_was_merged_into_another_the_last_end_of_the_orders_of_that_other_counts(field):
    deliver(field, SUBJECT, "A", circle(*INSIDE))
    deliver(field, LEYLA, "B", circle(*INSIDE))
    assert field.couple("EB-1", "B").status_code == 201
    deliver(field, LEYLA, "B", circle(*INSIDE), 2, "merge", subject_link="A")
    withdraw(field, "B", 3)
    field.world.clock.forward(seconds=1)
    release_wearers(field.shared)
    assert calls(field) == []
    withdraw(field, "A", 2)
    field.world.clock.forward(seconds=1)
    release_wearers(field.shared)
    assert calls(field) == [(2, True)]


def test_an_end_that_is_taken_back_binds_him_again(field):
    number = field.order()
    field.couple("EB-1", number)
    field.order(number=number, version=2, kind="withdrawal")
    field.world.clock.forward(seconds=1)
    release_wearers(field.shared)
    field.judge.tick()
    assert field.send(ping(2, OUTSIDE)) == ["not_stored"]
    field.order(number=number, version=3, kind="correction", corrects=2)
    field.world.clock.forward(seconds=1)
    release_wearers(field.shared)
    assert calls(field) == [(2, False)]
    field.judge.tick()
    assert field.send(ping(2, OUTSIDE)) == ["accepted"]


def test_who_writes_waits_for_the_wearers_alone_of_whom_something_changed(field, monkeypatch):
    ended_number = field.order()
    field.couple("EB-1", ended_number)
    for place in (2, 3, 4):
        field.couple(f"EB-{place}", field.order())
    field.order(number=ended_number, version=2, kind="withdrawal", effective_at=NOW - timedelta(minutes=30))
    asked = []

    def spying(session, order_ids, now):
        asked.append((session.connection().engine is field.shared.database.write_engine, len(order_ids)))
        return statuses(session, order_ids, now)

    monkeypatch.setattr(ended, "statuses", spying)
    release_wearers(field.shared)
    assert calls(field) == [(2, True)]
    assert max(number for is_writing, number in asked if not is_writing) >= 4
    assert [number for is_writing, number in asked if is_writing] == [1]
