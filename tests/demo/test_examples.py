import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from registry.demo import examples
from registry.demo.caller import Caller
from registry.demo.loading import load
from registry.demo.tour.play import play_all
from tests.demo.test_tour import narrator
from tests.description import description, schema_of
from tests.world import app, settings, shared

assert app and settings and shared

FOLDER = Path(__file__).resolve().parents[2] / "api_spec" / "examples"
IDS = {
    "eventId",
    "breachId",
    "demandId",
    "device",
    "incidentNumber",
    "key",
    "lookupId",
    "messageId",
    "orderId",
    "orderNumber",
    "personId",
    "reference",
    "skn",
}
INSTANTS = {
    "decidedOn",
    "endsAt",
    "endsOn",
    "fixTime",
    "from",
    "fromAt",
    "givenAt",
    "hearingAt",
    "knownOn",
    "messageTime",
    "occurredAt",
    "plannedAt",
    "awareAt",
    "releaseAt",
    "reportedAt",
    "askedAt",
    "sentAt",
    "toldAt",
    "validUntil",
}
INSTANTS |= {"occurredFrom", "occurredUntil", "madeAt", "sentAt", "servedOn", "startsOn", "until", "untilAt"}
# A room seals the journal of its offline copy by its own command, which is tested with the copies.
NOT_OF_THE_DEMO = {"dispatchSnapshotsUploadJournal"}
# The telephone that tells the protected person of one tour from that of another is a number of the run too.
PUT_IN = IDS | INSTANTS | {"checksum", "phone", "phones", "url"}


@pytest.fixture
def exchanged(served, monkeypatch):
    """All that the demo sends while it loads and plays its tour, with the answers."""
    exchanges, call = [], Caller.call

    def heard(self, method, path, document=None, **headers):
        reply = call(self, method, path, document, **headers)
        exchanges.append((method, path, document, reply))
        return reply

    monkeypatch.setattr(Caller, "call", heard)
    load(served.url, served.credentials, served.first_on)
    tell = narrator()
    assert play_all(served.url, served.credentials, tell), tell.failures
    return exchanges


def requests_of(operation_id):
    file = json.loads((FOLDER / f"{operation_id}.json").read_text(encoding="utf-8"))
    return {"request": file["request"]} | file.get("requests", {})


def sent_to(exchanged, method, path):
    for one_method, one_path, document, _ in exchanged:
        if one_method == method and re.fullmatch(path, one_path):
            yield document
            if path == "/v1/deliveries":
                yield from document.get("messages", [])


def is_from(example, sent, name=None):
    if isinstance(example, dict):
        fits = isinstance(sent, dict) and example.keys() == sent.keys()
        return fits and all(is_from(one, sent[key], key) for key, one in example.items())
    if isinstance(example, list) and name not in PUT_IN:
        return len(example) == len(sent) and all(is_from(*pair, name) for pair in zip(example, sent, strict=True))
    return example == sent or (name in PUT_IN and type(example) is type(sent))


def with_body(app):
    for path, methods in description(app)["paths"].items():
        for method, operation in methods.items():
            kinds = operation.get("requestBody", {}).get("content", {})
            # A file is sent as it is: there is no document to show.
            if any(kind.endswith("json") for kind in kinds):
                yield method.upper(), re.sub(r"\{[^}]+\}", "[^/]+", f"/v1{path}"), operation["operationId"]


@pytest.mark.long
def test_every_request_example_is_sent_as_it_is_but_for_ids_instants_and_receivers(app, exchanged):
    not_sent = []
    for method, path, operation_id in with_body(app):
        if operation_id in NOT_OF_THE_DEMO:
            continue
        sent = list(sent_to(exchanged, method, path))
        for name, example in requests_of(operation_id).items():
            if operation_id == "monitoringCreateDevice":
                sent = [document | {"name": example["name"]} for document in sent]
            if not any(is_from(example, document) for document in sent):
                not_sent.append(f"{operation_id} {name}")
    assert not_sent == []


def test_every_answer_to_the_demo_is_as_described(app, exchanged):
    seen = set()
    for method, path, _, reply in exchanged:
        schema = schema_of(app, method, path, reply.status) if path.startswith("/v1/") else None
        if schema is not None:
            seen.add((method, path.partition("?")[0]))
            wrong = [error.json_path for error in Draft202012Validator(schema).iter_errors(reply.body)]
            assert wrong == [], f"{method} {path} {reply.status}"
    assert len(seen) > 30


def test_a_message_with_other_words_or_a_field_less_is_not_from_the_example():
    example = requests_of("reportsReceiveReport")["acute"]
    assert is_from(example, example | {"occurredAt": "2027-01-01T00:00:00Z"})
    assert not is_from(example, example | {"description": "Iets anders."})
    assert not is_from(example, {name: one for name, one in example.items() if name != "contact"})


def test_a_value_finds_its_place_however_deep_and_the_example_stays_as_it_was():
    pings = [{"device": str(number)} for number in range(8)]
    made = examples.request("monitoringSendPings", pings=pings)["pings"]
    assert [ping["device"] for ping in made] == [str(number) for number in range(8)]
    assert made[2]["lat"] == requests_of("monitoringSendPings")["request"]["pings"][2]["lat"]
    assert examples.request("monitoringSendPings") == requests_of("monitoringSendPings")["request"]


def test_a_value_for_which_the_example_has_no_place_is_refused():
    with pytest.raises(examples.NoSuchField, match=r"reportsReceiveReport\.subject has no plate"):
        examples.request("reportsReceiveReport", subject={"plate": "12-ABC-3"})
    with pytest.raises(ValueError):
        examples.request("monitoringSendPings", pings=[{"device": "a"}])
