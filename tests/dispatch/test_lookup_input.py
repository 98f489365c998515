import json

import pytest

from tests.dispatch.test_lookups import only_hit


def test_unusable_fields_are_named_and_the_question_is_answered_on_the_rest(register, ask):
    order_id = register()
    answer = ask(bsn="999990018", phone="zes-een-twee", birthDate="31-02-1985", plate="12ABC3", suffix="B")
    only_hit(answer, order_id)
    assert {each["pointer"] for each in answer["unusable"]} == {"#/bsn", "#/phone", "#/birthDate", "#/suffix"}
    told = " ".join(each["textNl"] for each in answer["unusable"])
    assert "11-proef" in told
    assert "999990018" not in told


def test_a_question_without_one_usable_field_is_refused_with_every_reason(room):
    question = {"purpose": "report", "bsn": "1", "phone": "x", "location": {"lat": 4.9, "lon": 52.37}, "name": "J."}
    answer = room.post("/v1/lookups", question)
    assert answer.status_code == 400
    pointers = [fault["pointer"] for fault in answer.json["errors"]]
    assert sorted(pointers) == ["#/bsn", "#/location", "#/name", "#/phone"]
    assert "verwisseld" in json.dumps(answer.json, ensure_ascii=False)


@pytest.mark.parametrize("question", [{}, {"bsn": "  ", "name": ""}, {"birthDate": "1985-03-12"}])
def test_a_question_with_nothing_to_search_on_is_refused(room, question):
    answer = room.post("/v1/lookups", {"purpose": "report", **question})
    assert answer.status_code == 400
    assert len(answer.json["errors"]) == 1


def test_unknown_fields_wrong_types_and_a_missing_purpose_are_refused_all_at_once(room):
    answer = room.post("/v1/lookups", {"bsn": 5, "colour": "red", "location": {"lat": "x"}, "incidentNumber": "a;b"})
    pointers = {fault["pointer"] for fault in answer.json["errors"]}
    assert pointers == {"#/purpose", "#/bsn", "#/colour", "#/location/lat", "#/incidentNumber"}
