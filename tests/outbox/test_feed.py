import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from registry.http import Runtime
from registry.outbox.delivery import position_events
from registry.outbox.models import Event
from registry.outbox.rules import EventType
from registry.outbox.service import publish
from tests.outbox.conftest import Publish, Pump
from tests.world import NOW, Caller, World


def ids(caller: Caller, query: str = "") -> list[str]:
    return [event["id"] for event in caller.get(f"/v1/events{query}").json["events"]]


def test_the_feed_shows_positioned_events_only_and_in_order(probation: Caller, tell: Publish, pump: Pump) -> None:
    first = [tell(probation.organisation_id) for _ in range(3)]
    assert ids(probation) == []
    pump.run()
    unpositioned = tell(probation.organisation_id)
    assert ids(probation) == [str(one) for one in first]
    pump.run()
    assert ids(probation) == [str(one) for one in [*first, unpositioned]]


def test_reading_on_from_next_misses_nothing_and_repeats_nothing(probation: Caller, tell: Publish, pump: Pump) -> None:
    expected = [str(tell(probation.organisation_id)) for _ in range(7)]
    pump.run()
    seen, after = [], "0"
    for _ in range(4):
        page = probation.get(f"/v1/events?limit=2&after={after}").json
        seen += [event["id"] for event in page["events"]]
        after = page["next"]
    assert seen == expected
    assert probation.get(f"/v1/events?after={after}").json == {"events": [], "next": after}
    later = str(tell(probation.organisation_id))
    pump.run()
    assert ids(probation, f"?after={after}") == [later]


def test_another_organisation_sees_nothing_of_it(probation: Caller, police: Caller, tell: Publish, pump: Pump) -> None:
    theirs = tell(probation.organisation_id)
    both = tell(probation.organisation_id, police.organisation_id)
    pump.run()
    assert ids(police) == [str(both)]
    assert ids(probation) == [str(theirs), str(both)]


def test_types_narrow_the_feed_and_next_still_moves_on(probation: Caller, tell: Publish, pump: Pump) -> None:
    tell(probation.organisation_id)
    started = tell(probation.organisation_id, kind=EventType.PROCEEDING_STARTED)
    tell(probation.organisation_id)
    pump.run()
    page = probation.get("/v1/events?types=nl.beschermingsbevel.proceeding.*").json
    assert [event["id"] for event in page["events"]] == [str(started)]
    assert page["next"] == "3"


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "limit=0", "limit=201", "types=nl.other.*", "types=", "other=1", "after=1&after=2"]
)
def test_a_faulty_question_is_refused(probation: Caller, query: str) -> None:
    assert probation.get(f"/v1/events?{query}").status_code == 400


def test_positions_have_no_gap_and_no_double_under_many_writers(
    probation: Caller, world: World, shared: Runtime, tell: Publish
) -> None:
    stop = threading.Event()
    faults: list[Exception] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            faults.append(error)

    def write() -> None:
        for _ in range(20):
            tell(probation.organisation_id)

    def place() -> None:
        while not stop.is_set():
            position_events(shared.database, NOW)
            stop.wait(0.01)

    writers = [threading.Thread(target=guarded, args=(write,)) for _ in range(4)]
    sequencer = threading.Thread(target=guarded, args=(place,))
    for thread in [*writers, sequencer]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    sequencer.join()
    position_events(shared.database, NOW)
    with shared.database.reading() as session:
        places = list(session.scalars(select(Event.position).order_by(Event.position)))
    assert not faults
    assert places == list(range(1, 81))


def test_an_event_of_a_change_that_failed_is_never_seen(probation: Caller, shared: Runtime, pump: Pump) -> None:
    with pytest.raises(RuntimeError), shared.database.transaction() as session:
        publish(session, NOW, EventType.REPORT_RECEIVED, "report:1", {probation.organisation_id})
        raise RuntimeError
    pump.run()
    assert ids(probation) == []


def test_without_news_the_sequencer_takes_no_write_lock(shared: Runtime) -> None:
    with shared.database.transaction() as session:
        session.execute(select(func.count()).select_from(Event))
        waiting = threading.Thread(target=position_events, args=(shared.database, NOW))
        waiting.start()
        waiting.join(5)
        assert not waiting.is_alive()
