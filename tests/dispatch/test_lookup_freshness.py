import copy

import pytest

from registry.access.rules import OrganisationKind
from tests.intake.messages import ORDER


@pytest.fixture
def deliver(world):
    """Deliver one order message as the CJIB, and return what became of it."""
    cjib = world.caller("CJIB", OrganisationKind.CJIB)

    def deliver(number="M-1", *, envelope=None, **changes):
        row = {
            "messageId": number,
            "orderNumber": f"CJIB-2026-{number}",
            "version": 1,
            "kind": "new",
            "sentAt": "2026-11-23T09:00:00Z",
            "order": copy.deepcopy(ORDER) | changes,
        } | (envelope or {})
        answer = cjib.post("/v1/deliveries", {"messages": [row]})
        assert answer.status_code == 200, answer.json
        return answer.json

    return deliver


def test_a_question_that_fits_a_row_that_was_rejected_says_delivered_not_processed(deliver, ask):
    deliver(regime=None)
    for question in ({"bsn": "111222333"}, {"phone": "06 12345678"}, {"postcode": "3511AB", "houseNumber": 12}):
        answer = ask(**question)
        assert answer["hits"] == []
        assert answer["deliveredNotProcessed"], question
        assert answer["deliveredNotProcessedNl"].startswith("Aangeleverd, niet verwerkt")
    other = ask(bsn="123456782", phone="0699999999")
    assert other["deliveredNotProcessed"] is True
    nobody = ask(phone="0699999999")
    assert (nobody["deliveredNotProcessed"], nobody["deliveredNotProcessedNl"]) == (False, None)


def test_a_delivered_order_is_found_and_is_not_said_to_wait(deliver, ask):
    deliver()
    answer = ask(bsn="111222333")
    assert [hit["orderNumber"] for hit in answer["hits"]] == ["CJIB-2026-M-1"]
    assert not answer["deliveredNotProcessed"]


def test_each_source_says_how_old_its_last_message_is_and_whether_its_feed_is_late(deliver, ask, clock):
    deliver()
    clock.forward(minutes=5)
    [source] = ask(bsn="900000016")["sources"]
    assert (source["code"], source["ageS"], source["unprocessed"], source["late"]) == ("CJIB", 300, 0, False)
    clock.forward(hours=27)
    [source] = ask(bsn="900000016")["sources"]
    assert source["late"]


def test_a_source_that_never_sent_anything_says_so(world, ask):
    world.organisation("CJIB", OrganisationKind.CJIB)
    [source] = ask(bsn="900000016")["sources"]
    assert (source["lastMessageAt"], source["ageS"], source["late"]) == (None, None, True)


@pytest.mark.parametrize("kind", ["end", "withdrawal", "annulment", "suspension"])
def test_an_ending_that_could_not_be_applied_is_told_at_the_hit_until_a_later_message_settles_it(deliver, ask, kind):
    deliver()
    stop = {"messageId": "M-2", "kind": kind, "order": None}
    told = [each["code"] for each in deliver(envelope=stop)["results"][0]["findings"]]
    assert told == ["version_reused"]
    answer = ask(bsn="111222333")
    status = answer["hits"][0]["status"]
    assert (status["code"], status["toBeVerified"]) == ("in_force", True)
    assert any("beëindigt of schorst, kon niet worden verwerkt" in line for line in status["reasonsNl"])
    assert answer["deliveredNotProcessed"]
    deliver(envelope=stop | {"messageId": "M-3", "version": 2, "effectiveAt": "2026-11-20T00:00:00Z"})
    answer = ask(bsn="111222333")
    assert answer["hits"][0]["status"]["code"] in ("ended", "suspended")
    assert not answer["hits"][0]["status"]["toBeVerified"]
    assert not answer["deliveredNotProcessed"]


def test_an_ending_in_conflict_is_told_though_its_order_came_in_the_same_delivery(world, ask):
    first = {"messageId": "M-1", "orderNumber": "CJIB-2026-1", "version": 1, "kind": "new", "order": ORDER}
    stop = first | {"messageId": "M-2", "kind": "withdrawal", "order": None}
    sent = world.caller("CJIB", OrganisationKind.CJIB).post("/v1/deliveries", {"messages": [first, stop]})
    assert [each["outcome"] for each in sent.json["results"]] == ["accepted", "conflict"]
    assert ask(bsn="111222333")["deliveredNotProcessed"]


def test_a_conflict_that_stops_nothing_is_not_said_to_wait(deliver, ask):
    deliver()
    assert deliver(envelope={"messageId": "M-2"}, court="Rechtbank Limburg")["results"][0]["outcome"] == "conflict"
    assert not ask(bsn="111222333")["deliveredNotProcessed"]


def test_what_another_sender_says_of_a_number_that_is_not_his_is_not_told_at_the_hit(deliver, ask, world):
    deliver()
    other = world.caller("GEM-XX", OrganisationKind.OTHER_SENDER)
    stop = {"messageId": "X-1", "orderNumber": "CJIB-2026-M-1", "version": 1, "kind": "end", "order": None}
    assert other.post("/v1/deliveries", {"messages": [stop]}).json["results"][0]["outcome"] == "conflict"
    assert not ask(bsn="111222333")["deliveredNotProcessed"]
