import base64
from collections.abc import Callable

import pytest
from sqlalchemy import select

from registry.http import Runtime
from registry.outbox.models import Subscription
from tests.outbox.conftest import Publish, Pump
from tests.outbox.receiver import Receiver
from tests.world import Caller, some_id

Subscribe = Callable[..., dict[str, object]]
TYPES = ["nl.beschermingsbevel.alert.*"]


def test_the_secret_is_32_random_bytes_shown_once_and_sealed_at_rest(
    probation: Caller, subscribe: Subscribe, shared: Runtime
) -> None:
    made = subscribe(probation)
    secret = str(made["secret"])
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    shown = probation.get(f"/v1/subscriptions/{made['id']}")
    listed = probation.get("/v1/subscriptions")
    assert secret not in shown.text + listed.text
    with shared.database.reading() as session:
        row = session.scalars(select(Subscription)).one()
        assert secret.encode() not in row.secret_sealed
        assert row.secret == secret


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        ({"url": "http://example.org/", "types": TYPES}, ["#/url"]),
        ({"url": "https://169.254.169.254/latest", "types": TYPES}, ["#/url"]),
        ({"url": "https://127.1/", "types": TYPES}, ["#/url"]),
        ({"url": "https://0x7f.0.0.1/", "types": TYPES}, ["#/url"]),
        (
            {"url": "https://user@example.org/", "types": ["nl.other.*", *TYPES, "x"]},
            ["#/types/0", "#/types/2", "#/url"],
        ),
        ({"url": "https://example.org/", "types": []}, ["#/types"]),
        ({"url": 1, "types": TYPES, "secret": "mine"}, ["#/url", "#/secret"]),
        ({}, ["#/url", "#/types"]),
    ],
)
def test_a_faulty_subscription_is_refused_with_every_fault(
    probation: Caller, document: dict[str, object], pointers: list[str]
) -> None:
    response = probation.post("/v1/subscriptions", document)
    assert response.status_code == 400
    assert sorted(fault["pointer"] for fault in response.json["errors"]) == sorted(pointers)
    assert probation.get("/v1/subscriptions").json["subscriptions"] == []


def test_a_subscription_of_another_organisation_is_not_found(
    probation: Caller, police: Caller, subscribe: Subscribe
) -> None:
    path = f"/v1/subscriptions/{subscribe(probation)['id']}"
    answers = [
        police.get(path),
        police.delete(path),
        police.post(f"{path}/rotate-secret"),
        police.get(f"{path}/deliveries"),
        police.get(f"/v1/subscriptions/{some_id()}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert police.get("/v1/subscriptions").json["subscriptions"] == []
    assert probation.get(path).json["endedAt"] is None


def test_an_ended_subscription_stays_listed_and_is_told_nothing(
    probation: Caller, subscribe: Subscribe, tell: Publish, pump: Pump, receiver: Receiver
) -> None:
    made = subscribe(probation)
    path = f"/v1/subscriptions/{made['id']}"
    assert probation.delete(path).status_code == 204
    assert probation.delete(path).status_code == 204
    assert probation.get(path).json["endReason"] == "deleted"
    assert probation.post(f"{path}/rotate-secret").status_code == 409
    tell(probation.organisation_id)
    pump.run()
    assert receiver.requests == []


def test_the_list_can_be_read_in_pieces_newest_first(probation: Caller, subscribe: Subscribe) -> None:
    made = [subscribe(probation)["id"] for _ in range(5)]
    seen, query = [], "?limit=2"
    for _ in range(3):
        page = probation.get(f"/v1/subscriptions{query}").json
        seen += [one["id"] for one in page["subscriptions"]]
        query = f"?limit=2&cursor={page['next']}"
    assert seen == made[::-1]
    assert page["next"] is None


def test_there_is_an_end_to_how_many_one_may_have(probation: Caller, subscribe: Subscribe) -> None:
    for _ in range(20):
        subscribe(probation)
    response = probation.post("/v1/subscriptions", {"url": "https://example.org/", "types": TYPES})
    assert (response.status_code, response.json["code"]) == (409, "too_many_subscriptions")
