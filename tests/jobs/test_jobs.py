import threading
import time

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from registry.access.rules import OrganisationKind
from registry.alerts.models import Alert
from registry.jobs import JOBS, run_worker, tell_conflicts, watch_feed
from registry.outbox.models import Event
from tests.intake.messages import row


def _alerts(shared):
    with shared.database.reading() as session:
        found = session.scalars(select(Alert).order_by(Alert.id)).all()
        return [(one.alert_class, one.closed_at is None) for one in found]


def _deliver(caller, line):
    answer = caller.post("/v1/deliveries", data=line, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.json


def test_a_conflict_in_a_delivery_is_told_once(world, shared):
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    _deliver(cjib, row({"court": "Rechtbank Gelderland"}))
    tell_conflicts(shared)
    assert _alerts(shared) == []
    _deliver(cjib, row({"court": "Rechtbank Noord-Holland"}))
    tell_conflicts(shared)
    tell_conflicts(shared)
    assert _alerts(shared) == [("conflict_delivered", True)]


def test_silence_of_the_feed_alerts_each_police_organisation_until_it_speaks_again(world, shared, clock):
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    world.organisation("POL-MN", OrganisationKind.POLICE)
    world.organisation("SHN", OrganisationKind.PARTNER)
    _deliver(cjib, row())
    watch_feed(shared)
    assert _alerts(shared) == []
    clock.forward(hours=shared.settings.feed_late_after_h + 1)
    watch_feed(shared)
    watch_feed(shared)
    assert _alerts(shared) == [("feed_late", True)] * 2
    _deliver(cjib, row(messageId="M-2", orderNumber="CJIB-2026-000777"))
    watch_feed(shared)
    assert _alerts(shared) == [("feed_late", False)] * 2


def test_only_one_worker_runs_and_the_next_takes_over_when_it_ends(shared):
    first, second = threading.Event(), threading.Event()
    workers = [threading.Thread(target=run_worker, args=(shared, stop)) for stop in (first, second)]
    workers[0].start()
    _until(lambda: _worker_runs(shared))
    workers[1].start()
    time.sleep(0.2)
    first.set()
    workers[0].join(20)
    assert not workers[0].is_alive()
    second.set()
    workers[1].join(20)
    assert not workers[1].is_alive()


def _worker_runs(shared):
    lock = shared.database.lock("worker")
    if lock.acquire():
        lock.release()
        return False
    lock.release()
    return True


def _until(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def test_every_job_runs_on_an_empty_database_and_twice(shared):
    for job in (*JOBS, *JOBS):
        job.run(shared)
    assert _alerts(shared) == []


def test_a_worker_whose_database_went_away_and_came_back_goes_on(shared, world):
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(shared, stop))
    worker.start()
    try:
        _deliver(cjib, row())
        _until(lambda: _positioned(shared) == 1)
        _break_connections(shared)
        _until(lambda: _positioned(shared) == 1)
        _until(lambda: _can_write(shared))
        _deliver(cjib, row(messageId="M-2", orderNumber="CJIB-2026-000777"))
        _until(lambda: _positioned(shared) == 2)
    finally:
        stop.set()
        worker.join(30)
    assert not worker.is_alive()


def _break_connections(shared):
    """End every connection to the database, as its restart does; a file has none to end."""
    if not shared.database.is_sqlite:
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        engine = create_engine(shared.database.url)
        with engine.connect() as connection:
            assert connection.execute(others).all()
        engine.dispose()


def _positioned(shared):
    try:
        with shared.database.reading() as session:
            return session.scalar(select(func.count()).where(Event.position.is_not(None)))
    except OperationalError:
        return None


def _can_write(shared):
    try:
        with shared.database.transaction() as session:
            session.execute(select(1))
    except OperationalError:
        return False
    return True
