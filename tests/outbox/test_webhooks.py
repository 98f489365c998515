import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from registry.clock import Clock
from registry.http import Runtime
from registry.outbox.delivery import Sender, position_events
from registry.outbox.delivery import pump as pump_job
from registry.outbox.models import WebhookDelivery
from registry.outbox.rules import EventType
from tests.outbox.conftest import Publish, Pump, deliveries
from tests.outbox.receiver import Receiver
from tests.world import NOW, Caller, HandClock

Subscribe = Callable[..., dict[str, object]]


def told(receiver: Receiver) -> list[str]:
    return [request.headers["webhook-id"] for request in receiver.requests]


def test_a_receiver_can_verify_what_it_gets(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, shared: Runtime
) -> None:
    secret = str(subscribe(probation)["secret"])
    order_id = uuid.uuid4()
    event_id = tell(probation.organisation_id, kind=EventType.BREACH_SUSPECTED, order_id=order_id)
    started_s = time.monotonic()
    pump_job(shared)
    shared.get(Sender).finish()
    (request,) = receiver.requests
    assert request.at_s - started_s < 1
    body = Webhook(secret).verify(request.body, request.headers)
    assert body["id"] == request.headers["webhook-id"] == str(event_id)
    assert body["data"] == {"orderId": str(order_id)}
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 10
    assert request.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert request.headers["Host"] == receiver.url.split("/")[2]
    other = Webhook("whsec_" + "A" * 43 + "=")
    with pytest.raises(WebhookVerificationError):
        other.verify(request.body, request.headers)


def test_only_the_types_asked_for_are_sent(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump
) -> None:
    subscribe(probation, ("nl.beschermingsbevel.breach.*", EventType.REPORT_STATUS_CHANGED))
    tell(probation.organisation_id)
    wanted = [tell(probation.organisation_id, kind=EventType.BREACH_ASSESSED)]
    wanted.append(tell(probation.organisation_id, kind=EventType.REPORT_STATUS_CHANGED))
    pump.run()
    assert sorted(told(receiver)) == sorted(str(one) for one in wanted)


def test_another_organisations_events_never_leave(
    probation: Caller, police: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump
) -> None:
    subscribe(police)
    tell(probation.organisation_id)
    pump.run()
    assert receiver.requests == []


def test_a_failed_delivery_is_tried_again_on_schedule(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscription = subscribe(probation)
    receiver.answer = lambda _: (500, {})
    tell(probation.organisation_id)
    pump.run()
    clock.forward(seconds=1)
    pump.run()
    assert len(receiver.requests) == 1
    (shown,) = deliveries(probation, subscription)
    assert (shown["status"], shown["attempts"], shown["lastStatus"]) == ("pending", 1, 500)
    clock.forward(seconds=1.5)
    receiver.answer = lambda _: (200, {})
    pump.run()
    (shown,) = deliveries(probation, subscription)
    assert (shown["status"], shown["attempts"], shown["lastStatus"]) == ("accepted", 2, 200)
    assert len(set(told(receiver))) == 1
    clock.forward(days=1)
    pump.run()
    assert len(receiver.requests) == 2


def test_retry_after_is_honoured(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscribe(probation)
    receiver.answer = lambda _: (429, {"Retry-After": "120"})
    tell(probation.organisation_id)
    pump.run()
    clock.forward(seconds=119)
    pump.run()
    assert len(receiver.requests) == 1
    clock.forward(seconds=1)
    pump.run()
    assert len(receiver.requests) == 2


def test_a_delivery_is_tried_until_it_is_accepted_however_long_that_takes(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscription = subscribe(probation)
    receiver.answer = lambda _: (503, {})
    event_id = tell(probation.organisation_id)
    for _ in range(40):
        pump.run()
        clock.forward(days=1)
    (shown,) = deliveries(probation, subscription)
    assert (shown["status"], shown["attempts"]) == ("pending", 40)
    receiver.answer = lambda _: (200, {})
    pump.run()
    assert deliveries(probation, subscription)[0]["status"] == "accepted"
    assert told(receiver) == [str(event_id)] * 41


def test_what_waits_for_its_next_try_goes_out_as_soon_as_the_receiver_is_back(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscribe(probation)
    receiver.answer = lambda _: (503, {})
    waiting = {str(tell(probation.organisation_id)) for _ in range(3)}
    for _ in range(20):
        pump.run()
        clock.forward(hours=5)
    pump.run()
    receiver.requests.clear()
    receiver.answer = lambda _: (204, {})
    news = str(tell(probation.organisation_id))
    pump.run()
    assert sorted(told(receiver)) == sorted({*waiting, news})


def test_an_alert_overtakes_what_waits_for_the_same_receiver(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump
) -> None:
    subscribe(probation, ("*",))
    receiver.answer = lambda _: time.sleep(0.01) or (204, {})
    for _ in range(600):
        tell(probation.organisation_id)
    position_events(pump.shared.database, NOW)
    pump.sender.start_due()
    alert = {"alert_class": "breach", "priority": 1, "level": 0}
    urgent = str(tell(probation.organisation_id, kind=EventType.ALERT_RAISED, **alert))
    pump.run()
    assert len(set(told(receiver))) == 601
    assert told(receiver).index(urgent) < 250


def test_many_messages_go_over_few_connections_and_each_once(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump
) -> None:
    subscription = subscribe(probation)
    receiver.keeps_connections = True
    expected = sorted(str(tell(probation.organisation_id)) for _ in range(250))
    pump.run()
    assert sorted(told(receiver)) == expected
    assert receiver.connections <= 6
    assert {one["attempts"] for one in deliveries(probation, subscription)} == {1}


def test_what_was_not_sent_after_a_failure_is_sent_later_and_once(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscription = subscribe(probation)
    receiver.keeps_connections = True
    receiver.answer = lambda _: (503 if len(receiver.requests) == 5 else 204, {})
    expected = sorted(str(tell(probation.organisation_id)) for _ in range(20))
    pump.run()
    clock.forward(minutes=1)
    pump.run()
    assert sorted(set(told(receiver))) == expected and len(told(receiver)) == 21
    assert sorted(one["attempts"] for one in deliveries(probation, subscription)) == [1] * 19 + [2]


def test_a_receiver_that_is_gone_is_told_no_more(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    subscription = subscribe(probation)
    receiver.answer = lambda _: (410, {})
    tell(probation.organisation_id)
    pump.run()
    tell(probation.organisation_id)
    clock.forward(minutes=5)
    pump.run()
    assert len(receiver.requests) == 1
    shown = probation.get(f"/v1/subscriptions/{subscription['id']}").json
    assert shown["endReason"] == "gone"
    assert [one["status"] for one in deliveries(probation, subscription)] == ["given_up"]


def test_two_pumps_at_once_send_each_event_once(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    clock: HandClock,
    shared: Runtime,
) -> None:
    subscribe(probation)
    expected = sorted(str(tell(probation.organisation_id)) for _ in range(30))
    position_events(shared.database, NOW)
    other = Sender(shared.database, shared.settings, clock)
    deadline_s = time.monotonic() + 20
    while len(receiver.requests) < 30 and time.monotonic() < deadline_s:
        pump.sender.start_due()
        other.start_due()
    pump.sender.settle_all()
    other.finish()
    assert sorted(told(receiver)) == expected


def test_a_claim_of_a_process_that_died_lapses(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    clock: HandClock,
    shared: Runtime,
) -> None:
    subscribe(probation)
    tell(probation.organisation_id)
    position_events(shared.database, NOW)
    with shared.database.transaction() as session:
        delivery = session.scalars(select(WebhookDelivery)).one()
        delivery.attempts, delivery.next_attempt_at = 1, NOW + timedelta(seconds=30)
    pump.run()
    assert receiver.requests == []
    clock.forward(seconds=30)
    pump.run()
    assert len(receiver.requests) == 1


def test_a_rotated_secret_signs_beside_the_former_for_a_day(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump, clock: HandClock
) -> None:
    clock.at = datetime.now(UTC)
    subscription = subscribe(probation)
    old = str(subscription["secret"])
    new = probation.post(f"/v1/subscriptions/{subscription['id']}/rotate-secret").json["secret"]
    assert new != old
    tell(probation.organisation_id)
    pump.run()
    request = receiver.requests[0]
    for secret in (old, new):
        Webhook(secret).verify(request.body, request.headers)
    clock.forward(hours=24)
    tell(probation.organisation_id)
    pump.run()
    assert len(receiver.requests[1].headers["webhook-signature"].split(" ")) == 1


def test_the_body_holds_references_only(
    probation: Caller, tell: Publish, subscribe: Subscribe, receiver: Receiver, pump: Pump
) -> None:
    subscribe(probation)
    tell(
        probation.organisation_id,
        kind=EventType.ORDER_REGISTERED,
        order_id=uuid.uuid4(),
        order_number="CJIB-2026-000123",
    )
    pump.run()
    body = json.loads(receiver.requests[0].body)
    assert body.keys() - {"data"} == {
        *(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "sequence",
            "sequencetype",
            "datacontenttype",
            "dataref",
        )
    }
    assert body["data"].keys() == {"orderId", "orderNumber"}


def test_the_pump_job_runs_on_the_systems_clock(
    shared: Runtime, clock: HandClock, probation: Caller, tell: Publish
) -> None:
    clock.at = Clock().now() - timedelta(days=400)
    tell(probation.organisation_id)
    pump_job(shared)
    assert len(probation.get("/v1/events").json["events"]) == 1
