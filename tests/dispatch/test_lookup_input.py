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
    assert pointers == {"#/purpose", "#/bsn", "#/colour", "#/location/lat"}


SLIPS = {
    # What was typed, and what a dispatcher is told of it.
    "#/birthDate": ({"birthDate": "31-02-1985"}, "Deze datum bestaat niet: controleer dag, maand en jaar."),
    "future": ({"birthDate": "12-03-2085"}, "Deze geboortedatum ligt in de toekomst: controleer het jaar."),
    "#/phone": ({"phone": "nul zes"}, "Geen telefoonnummer: gebruik cijfers, buiten Nederland met landcode."),
    "long": ({"phone": "06-12345678 of anders " + "030" * 20}, "Dit is te lang: geef alleen het gegeven zelf."),
    "number": ({"postcode": "6511 AA", "houseNumber": "1" * 30}, "Dit is te lang: geef alleen het gegeven zelf."),
    "#/plate": ({"plate": "?"}, "Dit is geen kenteken: verwacht 4 tot 10 letters en cijfers."),
    "#/incidentNumber": ({"incidentNumber": "a;b"}, "Geef alleen het nummer van het incident; het kan ook later."),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_one_field_is_told_in_dutch_and_the_rest_is_searched_on(register, noise, ask, slip):
    order_id = register()
    typed, told_nl = SLIPS[slip]
    answer = ask(bsn="999990019", **typed)
    only_hit(answer, order_id)
    assert answer["incidentMissing"]
    assert told_nl in [each["textNl"] for each in answer["unusable"]]
    pointers = {each["pointer"].removeprefix("#/") for each in answer["unusable"]}
    assert pointers <= set(typed) and all(each["code"] for each in answer["unusable"])
    said = [value for value in map(str, typed.values()) if len(value) > 1 and value in str(answer)]
    assert said == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_question_of_one_slip_alone_is_refused_in_the_same_words(room, slip):
    typed, told_nl = SLIPS[slip]
    answer = room.post("/v1/lookups", {"purpose": "acute_call", **typed})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_input")
    assert told_nl in [fault["detail"] for fault in answer.json["errors"]]


def test_a_coordinate_without_accuracy_is_searched_with_a_stated_one(register, ask):
    order_id = register()
    answer = ask(location={"lat": 52.0907, "lon": 5.1214})
    only_hit(answer, order_id)
    assert answer["unusable"] == []
    assert answer["assumedNl"] == ["De nauwkeurigheid van de locatie is aangenomen: 50 meter."]


def test_who_is_born_today_or_in_a_year_that_has_begun_is_not_of_the_future(ask):
    for born in ("23-11-2026", "2026", "2026-11"):
        assert ask(name="Oosterhuis", birthDate=born)["unusable"] == []
    for born in ("24-11-2026", "2027", "2026-12"):
        assert [each["code"] for each in ask(name="Oosterhuis", birthDate=born)["unusable"]] == ["date_future"]
