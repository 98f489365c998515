from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from standardwebhooks.webhooks import Webhook

from registry.app import build_runtime
from registry.enforcement.daylists import service
from registry.enforcement.daylists.models import Daylist
from registry.enforcement.daylists.sending import send_daylists
from registry.enforcement.models import Deadline
from registry.outbox.delivery import Sender, position_events, pump
from registry.outbox.rules import FIELDS, EventType, check_event
from registry.outbox.schemas import json_schema
from tests.enforcement.conftest import fact, instant, on
from tests.outbox.conftest import Pump
from tests.outbox.receiver import receiving
from tests.world import HandClock, some_id

MORNING = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # seven in the Netherlands

PRIVATE = ("Berg", "Vosmeer", "Verborgenlaan", "Dorpsstraat", "3511AB", "999990019", "CJIB-2026", "tester-1")


@pytest.fixture
def filed(chain):
    """The police must notify, the prosecution guards the judge's 72 hours; a proceeding elsewhere is not theirs."""
    started = chain.proceeding("VBM")
    chain.record(started, fact("filing", instant(chain.clock.now()), demand="custody"))
    return chain.police.get(f"/v1/proceedings/{started['id']}").json


def lists(caller):
    position_events(caller.app.extensions["runtime"].database, MORNING)
    found = caller.get("/v1/events?types=nl.beschermingsbevel.daylist.*").json["events"]
    return [one["data"] for one in found]


def test_each_owner_is_given_his_own_deadlines_once_a_day(chain, shared, clock, filed):
    clock.at = MORNING - timedelta(seconds=1)
    send_daylists(shared)
    assert lists(chain.prosecution) == []
    clock.at = MORNING
    for _ in range(2):
        send_daylists(shared)
    (told,) = lists(chain.prosecution)
    assert (told["listedOn"], told["running"], told["overdue"], told["dueToday"], told["whole"]) == (
        "2026-11-24",
        1,
        0,
        0,
        True,
    )
    (entry,) = told["entries"]
    assert entry == {
        "deadlineId": on(filed, "T01")["id"],
        "proceedingId": filed["id"],
        "orderId": filed["orderId"],
        "rule": "T01",
        "status": "open",
        "dueAt": "2026-11-26T12:00:00Z",
        "isAim": False,
    }
    (police,) = lists(chain.police)
    assert [(one["rule"], one["isAim"]) for one in police["entries"]] == [("T41-M", True)]
    for other in (chain.probation, chain.partner, chain.stranger):
        assert lists(other) == []


def test_the_next_day_has_a_list_of_its_own_with_what_was_missed_in_front(chain, shared, clock, filed):
    clock.at = MORNING
    send_daylists(shared)
    clock.forward(days=2)
    send_daylists(shared)
    today = lists(chain.prosecution)[-1]
    assert (today["overdue"], today["dueToday"]) == (0, 1)
    clock.forward(days=1)
    send_daylists(shared)
    days = lists(chain.prosecution)
    assert [one["listedOn"] for one in days] == ["2026-11-24", "2026-11-26", "2026-11-27"]
    assert (days[-1]["overdue"], days[-1]["dueToday"], days[-1]["entries"][0]["status"]) == (1, 0, "missed")


def test_a_worker_that_comes_late_still_sends_and_one_that_restarts_does_not_send_again(
    chain, shared, clock, settings, filed
):
    clock.at = MORNING + timedelta(hours=9)
    send_daylists(shared)
    restarted = build_runtime(settings, clock)
    send_daylists(restarted)
    with restarted.database.transaction() as session:
        day = service.Day(service.day_to_list(clock.now()), clock.now(), clock.now())
        assert service.make_list(session, day, chain.prosecution.organisation_id) is None
    restarted.close()
    assert len(lists(chain.prosecution)) == 1


def test_before_seven_it_is_still_yesterday_also_in_summer():
    assert service.day_to_list(datetime(2026, 7, 1, 4, 59, tzinfo=UTC)) is None
    assert str(service.day_to_list(datetime(2026, 7, 1, 5, 0, tzinfo=UTC))) == "2026-07-01"
    assert str(service.day_to_list(datetime(2026, 7, 1, 21, 59, tzinfo=UTC))) == "2026-07-01"
    assert service.day_to_list(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) is None


def test_what_is_met_or_far_off_or_a_right_that_lapsed_is_not_listed(chain, shared, clock, filed):
    chain.record(filed, fact("examining_judge_decision", instant(clock.now()), decision="granted"))
    clock.at = MORNING
    send_daylists(shared)
    (told,) = lists(chain.prosecution)
    assert (told["running"], told["entries"]) == (1, [])
    clock.at = MORNING + timedelta(days=30)
    send_daylists(shared)
    assert len(lists(chain.prosecution)) == 1
    assert lists(chain.police) == []


def test_who_has_nothing_running_hears_nothing(chain, shared, clock, filed):
    for to in ("prosecution", "minister"):
        chain.record(filed, fact("notification", instant(clock.now()), to=to))
    clock.at = MORNING
    send_daylists(shared)
    assert lists(chain.police) == []
    assert len(lists(chain.prosecution)) == 1


def test_a_list_holds_the_soonest_and_says_that_there_is_more(chain, shared, clock, filed, monkeypatch):
    monkeypatch.setattr(service, "MOST_ENTRIES", 1)
    second = chain.proceeding("VV", number="CJIB-2026-000777")
    chain.record(second, fact("filing", instant(clock.now()), demand="custody"))
    clock.at = MORNING
    send_daylists(shared)
    (told,) = lists(chain.prosecution)
    assert (len(told["entries"]), told["whole"], told["running"]) == (1, False, 2)


def test_it_comes_by_webhook_signed_as_a_cloud_event_and_names_nobody(chain, shared, clock, filed):
    with receiving() as receiver:
        wish = {"url": receiver.url, "types": ["nl.beschermingsbevel.daylist.*"]}
        secret = chain.prosecution.post("/v1/subscriptions", wish).json["secret"]
        clock.at = MORNING
        send_daylists(shared)
        for _ in range(2):
            pump(shared)
            shared.get(Sender).finish()
        (message,) = receiver.requests
    body = Webhook(secret).verify(message.body, message.headers)
    assert body["type"] == "nl.beschermingsbevel.daylist.made.v1"
    Draft202012Validator(json_schema(EventType.DAYLIST_MADE, FIELDS[EventType.DAYLIST_MADE])).validate(body)
    for private in PRIVATE:
        assert private not in message.body.decode()
    path = body["dataref"].partition("/v1/")[2]
    shown = chain.prosecution.get(f"/v1/{path}").json
    assert shown["entries"] == body["data"]["entries"]
    assert chain.police.get(f"/v1/{path}").status_code == 404
    assert chain.prosecution.get(f"/v1/daylists/{some_id()}").status_code == 404


def test_a_list_that_did_not_arrive_is_sent_again_as_it_was_and_a_day_has_one(chain, shared, clock, settings, filed):
    # What is sent is signed with the time of sending, which a receiver holds against its own clock.
    sending = HandClock()
    sending.at = datetime.now(UTC)
    webhooks = Pump(shared, sending)
    with receiving() as receiver, receiving() as elsewhere:
        wish = {"types": ["nl.beschermingsbevel.daylist.*"]}
        secret = chain.prosecution.post("/v1/subscriptions", wish | {"url": receiver.url}).json["secret"]
        chain.stranger.post("/v1/subscriptions", wish | {"url": elsewhere.url})
        receiver.answer = lambda _: (503, {})
        clock.at = MORNING
        send_daylists(shared)
        webhooks.run()
        receiver.answer = lambda _: (200, {})
        # Meanwhile a fact is recorded, and the worker restarts: what was listed is sent, and nothing is listed anew.
        chain.record(filed, fact("examining_judge_decision", instant(clock.now()), decision="granted"))
        restarted = build_runtime(settings, clock)
        for _ in range(3):
            clock.forward(minutes=2)
            sending.forward(seconds=30)
            send_daylists(restarted)
            webhooks.run()
        clock.at = MORNING + timedelta(days=1)
        for _ in range(2):
            send_daylists(restarted)
            webhooks.run()
        restarted.close()
        webhooks.sender.finish()
        failed, arrived, tomorrow = receiver.requests
        assert elsewhere.requests == []
    bodies = [Webhook(secret).verify(one.body, one.headers) for one in (failed, arrived, tomorrow)]
    assert bodies[0] == bodies[1] and failed.headers["webhook-id"] == arrived.headers["webhook-id"] == bodies[0]["id"]
    assert all(private not in one.body.decode() for one in receiver.requests for private in PRIVATE)
    assert [one["rule"] for one in bodies[0]["data"]["entries"]] == ["T01"]
    assert [one["data"]["listedOn"] for one in bodies] == ["2026-11-24", "2026-11-24", "2026-11-25"]


def test_a_list_stays_as_it_was_sent(chain, shared, clock, filed):
    clock.at = MORNING
    send_daylists(shared)
    key = lists(chain.prosecution)[0]["daylistId"]
    before = chain.prosecution.get(f"/v1/daylists/{key}").json
    chain.record(filed, fact("examining_judge_decision", instant(clock.now()), decision="granted"))
    send_daylists(shared)
    assert chain.prosecution.get(f"/v1/daylists/{key}").json == before
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Daylist)) == 2
        assert session.scalar(select(func.count()).select_from(Deadline)) > 2


@pytest.mark.parametrize(
    "entry",
    [{"surname": "Berg"}, {"rule": "Dorpsstraat 1"}, {"deadline_id": "x"}, {"entries": []}, "T01"],
    ids=str,
)
def test_an_entry_can_hold_no_more_than_the_catalogue_knows(entry):
    told = {"daylist_id": some_id(), "listed_on": MORNING.date(), "running": 1, "overdue": 0, "due_today": 0}
    whole = told | {"whole": True, "entries": []}
    assert check_event(EventType.DAYLIST_MADE, f"daylist:{some_id()}", whole) == whole
    with pytest.raises(ValueError, match="entries"):
        check_event(EventType.DAYLIST_MADE, f"daylist:{some_id()}", whole | {"entries": [entry]})
