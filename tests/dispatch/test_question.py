import pytest

from registry.dispatch.question import Field, read
from registry.errors import Invalid

UTRECHT = {"lat": 52.09, "lon": 5.12}


def test_every_field_is_read_to_its_normal_form():
    question = read(
        {
            "bsn": "9999 90 019",
            "phone": "tel:06-12345678",
            "plate": "12-abc-3",
            "postcode": "3511 ab",
            "house_number": "12",
            "suffix": "a",
            "name": " Jan  ",
            "birth_date": "12-3-1985",
            "sex": "Vrouw",
            "location": UTRECHT | {"accuracy_m": 30.0},
        }
    )
    asked = question.identifiers
    assert (asked.bsn, asked.phones, asked.plates) == ("999990019", ("+31612345678",), ("12ABC3",))
    assert (asked.addresses[0].key, asked.addresses[0].suffix) == ("3511AB-12", "A")
    assert (question.name.text, str(question.name.birth_on)) == ("Jan", "1985-03-12")
    assert (question.sex, question.unusable) == ("V", ())
    assert set(question.fields) == set(Field) - {Field.SKN}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"postcode": "3511AB"}, ["#/houseNumber"]),
        ({"postcode": "99", "house_number": "x"}, ["#/postcode", "#/houseNumber"]),
        ({"house_number": "12", "suffix": "A"}, ["#/houseNumber", "#/suffix"]),
        ({"location": {"lat": 52.09}}, ["#/location"]),
        ({"location": {"lat": 0.0, "lon": 0.0}}, ["#/location"]),
        ({"birth_date": "32-13-1985"}, ["#/birthDate"]),
        ({"name": "J.P."}, ["#/name"]),
        ({"sex": "blauw"}, ["#/sex"]),
    ],
)
def test_what_cannot_be_searched_on_is_named_where_it_stands(body, pointers):
    assert [fault.pointer for fault in read(body | {"plate": "12ABC3"}).unusable] == pointers
    with pytest.raises(Invalid) as refused:
        read(body)
    assert [fault.pointer for fault in refused.value.faults] == pointers


@pytest.mark.parametrize(("accuracy_m", "used_m"), [(-1.0, 50.0), (9000.0, 5000.0)])
def test_an_impossible_accuracy_is_named_and_the_spot_still_asked_for(accuracy_m, used_m):
    question = read({"location": UTRECHT | {"accuracy_m": accuracy_m}})
    assert [fault.pointer for fault in question.unusable] == ["#/location/accuracyM"]
    assert question.spot.accuracy_m == used_m
    assert question.spot.is_accuracy_assumed


def test_a_question_never_shows_what_was_asked_in_its_own_text():
    assert "999990019" not in repr(read({"bsn": "999990019"}))
