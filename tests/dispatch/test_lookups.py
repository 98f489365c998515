import json
from dataclasses import replace

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.content import PostalAddress
from tests.orders.orders import CIRCLE, CONTACT_BAN, PROTECTED, SUBJECT, area_ban

UNSURE = "Identiteit staat niet vast: eerst controleren."


def only_hit(answer, order_id):
    assert [hit["orderId"] for hit in answer["hits"]] == [str(order_id)]
    assert answer["noOrderKnown"] is None
    return answer["hits"][0]


@pytest.mark.parametrize(
    ("question", "field", "established"),
    [
        ({"bsn": "9999.90.019"}, "bsn", True),
        ({"skn": "1234567"}, "skn", True),
        ({"phone": "06-12 34 56 78"}, "phone", False),
        ({"plate": "12-abc-3"}, "plate", False),
        ({"postcode": "3511 ab", "houseNumber": 12, "suffix": "a"}, "address", False),
        ({"postcode": "3511AB", "houseNumber": "12"}, "address", False),
        ({"name": "Jan Pieter van den Berg", "birthDate": "12 maart 1985"}, "name", False),
        ({"name": "Berg, J.P. v.d.", "birthDate": "12-03-1985"}, "name", False),
        ({"name": "vandenberg", "birthDate": "1985-03-12"}, "name", False),
        ({"name": "van den Bergh", "birthDate": "03-12-1985"}, "name", False),
        ({"name": "Fictitia Vosmeer"}, "name", False),
        ({"name": "vosmeer"}, "name", False),
    ],
)
def test_each_kind_of_key_alone_finds_the_order_and_nobody_else(register, noise, ask, question, field, established):
    order_id = register()
    hit = only_hit(ask(**question), order_id)
    assert field in [why["field"] for why in hit["matchedOn"] if why["agrees"]]
    assert hit["identityEstablished"] is established
    assert hit["identityWarning"] == (None if established else UNSURE)


def test_a_mix_of_keys_gives_one_hit_that_names_them_all(register, noise, ask):
    order_id = register()
    hit = only_hit(ask(bsn="999990019", name="jan vd berg", birthDate="1985", phone="0612345678"), order_id)
    assert [why["field"] for why in hit["matchedOn"]] == ["bsn", "phone", "name", "birthDate"]
    assert all(why["agrees"] for why in hit["matchedOn"])
    assert (hit["relation"], hit["score"], hit["orderNumber"]) == ("bound_by", 1.0, "CJIB-2026-000123")


def test_the_caller_who_is_protected_is_found_as_high_as_one_who_is_bound(register, noise, ask):
    order_id = register()
    hit = only_hit(ask(phone="+31687654321"), order_id)
    assert (hit["relation"], hit["relationNl"]) == ("protected_by", "beschermd door dit bevel")
    assert hit["matchedOn"] == [
        {
            "relation": "protected_by",
            "reference": "P1",
            "field": "phone",
            "how": "telefoonnummer gelijk",
            "agrees": True,
            "score": 0.8,
        }
    ]
    assert hit["score"] == 0.8
    assert (hit["person"]["name"], hit["person"]["birthDate"]) == ("Jan Pieter van den Berg", "1985-03-12")


def test_one_question_that_meets_both_persons_and_the_place_of_an_order_gives_one_hit(register, noise, ask):
    order_id = register()
    here = {"lat": 52.0907, "lon": 5.1214, "accuracyM": 20}
    hit = only_hit(ask(phone="0687654321", plate="12ABC3", location=here), order_id)
    assert {why["relation"] for why in hit["matchedOn"]} == {"protected_by", "bound_by", "place"}


def test_other_orders_of_the_person_found_are_found_too_though_they_lack_his_number(register, noise, ask):
    first = register()
    second = register("CJIB-2026-000124", subject=replace(SUBJECT, phones=(), plates=()))
    answer = ask(phone="0612345678")
    assert {hit["orderId"] for hit in answer["hits"]} == {str(first), str(second)}
    [there] = [hit for hit in answer["hits"] if hit["orderId"] == str(second)]
    assert there["matchedOn"][0]["how"] == "telefoonnummer gelijk (volgens een ander bevel van dezelfde persoon)"


def test_a_namesake_with_another_birth_date_is_not_shown(register, noise, ask):
    register()
    answer = ask(name="Jan Pieter van den Berg", birthDate="1999-01-05")
    assert answer["hits"] == []


def test_where_only_the_birth_date_keeps_a_name_from_fitting_the_answer_says_so_and_shows_nobody(register, noise, ask):
    register()
    answer = ask(name="Jan Pieter van den Berg", birthDate="1999-01-05")
    assert answer["hits"] == []
    assert "andere geboortedatum" in answer["noOrderKnown"]["textNl"]
    for question in ({"name": "Zwartjes", "birthDate": "1999-01-05"}, {"name": "Zwartjes"}):
        assert "geboortedatum" not in ask(**question)["noOrderKnown"]["textNl"]


def test_a_namesake_who_has_another_bsn_is_not_shown(register, noise, ask):
    order_id = register()
    only_hit(ask(bsn="999990019", name="Jan Pieter van den Berg"), order_id)


def test_without_a_birth_date_every_namesake_is_shown_and_none_of_them_as_sure(register, noise, ask):
    order_id = register()
    answer = ask(name="Jan Pieter van den Berg")
    assert {hit["person"]["birthDate"] for hit in answer["hits"]} == {"1985-03-12", "1961-08-30"}
    assert str(order_id) in [hit["orderId"] for hit in answer["hits"]]
    assert not any(hit["identityEstablished"] for hit in answer["hits"])


def test_a_bsn_that_fits_beside_a_name_that_does_not_establishes_nobody(register, noise, ask):
    order_id = register()
    hit = only_hit(ask(bsn="999990019", name="Willemina Oosterhuis"), order_id)
    assert not hit["identityEstablished"]
    assert hit["identityWarning"] == UNSURE
    assert {"field": "name", "how": "naam wijkt af", "agrees": False} in [
        {name: why[name] for name in ("field", "how", "agrees")} for why in hit["matchedOn"]
    ]


def test_knowing_the_caller_for_sure_does_not_tell_who_stands_before_the_officer(register, noise, ask):
    order_id = register(protected=(replace(PROTECTED, bsn="900000016"),))
    hit = only_hit(ask(bsn="900000016"), order_id)
    assert hit["identityEstablished"]
    assert "gebondene" in hit["identityWarning"]


@pytest.mark.parametrize(
    ("location", "how", "score"),
    [
        ({"lat": 52.0907, "lon": 5.1214, "accuracyM": 10}, "in verboden gebied", 0.99),
        ({"lat": 52.0928, "lon": 5.1214, "accuracyM": 200}, "waarschijnlijk in verboden gebied", 0.6),
        ({"lat": 52.0932, "lon": 5.1214, "accuracyM": 60}, "binnen de nauwkeurigheid van verboden gebied", 0.1),
        ({"lat": 52.0932, "lon": 5.1214}, "binnen de nauwkeurigheid van verboden gebied", 0.1),
    ],
)
def test_a_coordinate_finds_the_zones_that_cover_it_or_lie_within_its_accuracy(
    register, noise, ask, location, how, score
):
    order_id = register()
    hit = only_hit(ask(location=location), order_id)
    assert hit["relation"] == "place"
    assert hit["matchedOn"][0]["how"] == f"{how} (het gebied van voorwaarde C1)"
    assert (hit["score"], hit["identityEstablished"]) == (pytest.approx(score, abs=0.06), False)


@pytest.mark.parametrize(
    "location", [{"lat": 52.0932, "lon": 5.1214, "accuracyM": 5}, {"lat": 52.37, "lon": 4.89, "accuracyM": 500}]
)
def test_a_coordinate_beyond_its_accuracy_finds_no_zone(register, noise, ask, location):
    register()
    answer = ask(location=location)
    assert answer["hits"] == []
    assert answer["noOrderKnown"]


def test_the_shape_of_a_zone_is_never_in_the_answer(register, ask):
    register()
    answer = json.dumps(ask(location={"lat": 52.0907, "lon": 5.1214, "accuracyM": 10}, bsn="999990019"))
    assert "coordinates" not in answer
    assert not any(str(number) in answer for number in CIRCLE["center"])


def test_an_accuracy_that_is_not_given_is_assumed_and_said(register, ask):
    order_id = register()
    answer = ask(location={"lat": 52.0907, "lon": 5.1214})
    assert answer["assumedNl"] == ["De nauwkeurigheid van de locatie is aangenomen: 50 meter."]
    only_hit(answer, order_id)


def test_a_protected_person_is_shown_by_reference_only_without_the_scope_for_it(register, ask):
    register(protected=(replace(PROTECTED, minor=True),))
    answer = ask(phone="0687654321")
    [shown] = answer["hits"][0]["protected"]
    assert shown == {
        "reference": "P1",
        "kind": "person",
        "matched": True,
        "minor": True,
        "name": None,
        "birthDate": None,
    }
    secret = json.dumps(answer)
    for hidden in ("Vosmeer", "Fictitia", "Verborgenlaan", "9712XK", "1990-07-01", "87654321"):
        assert hidden not in secret


def test_with_the_scope_for_it_a_protected_person_and_the_words_of_the_judgment_are_shown(register, world):
    register()
    caller = world.caller("OM-MN", OrganisationKind.PROSECUTION, Scope.LOOKUPS_ASK, Scope.PROTECTED_READ)
    answer = caller.post("/v1/lookups", {"purpose": "enforcement", "bsn": "999990019"}).json
    [hit] = answer["hits"]
    assert hit["protected"][0]["name"] == "Fictitia Vosmeer"
    assert "Verborgenlaan" not in hit["conditions"][0]["verbatim"]
    assert "Verborgenlaan" not in hit["conditions"][0]["textNl"]


def test_conditions_are_told_in_plain_dutch_and_marked_when_no_position_is_held_against_them(register, ask):
    unreadable = replace(area_ban("C3"), zone=None)
    register(conditions=(area_ban(), CONTACT_BAN, unreadable))
    conditions = ask(bsn="999990019")["hits"][0]["conditions"]
    assert [(one["reference"], one["monitored"]) for one in conditions] == [("C1", True), ("C2", False), ("C3", False)]
    assert conditions[1]["textNl"].startswith("Contactverbod: mag geen contact hebben met beschermde P1")
    assert conditions[2]["notMonitoredNl"] == "Niet gevolgd: er is geen gebied bij deze voorwaarde."


def test_a_gap_in_the_versions_is_shown_at_the_hit(register, ask):
    register(version=4)
    hit = ask(bsn="999990019")["hits"][0]
    assert hit["gaps"] == {"missing": 3, "versions": [1, 2, 3]}


def test_contacts_are_shown_and_the_action_asked_of_the_police_without_the_address_to_anybody(register, ask, world):
    register(requested_police_action="Rijd naar de Verborgenlaan 77.")
    hit = ask(bsn="999990019")["hits"][0]
    assert hit["contacts"] == {
        "supervision": {"organisation": "RN-MN", "contactName": "A. Bakker", "phone": "+31301234567"},
        "policeUnit": "POL-MN",
        "prosecution": "OM-MN",
    }
    assert hit["requestedPoliceAction"] == "Rijd naar de [afgeschermd]."
    trusted = world.caller("POL-NN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.PROTECTED_READ)
    answer = trusted.post("/v1/lookups", {"purpose": "acute_call", "bsn": "999990019"})
    assert answer.json["hits"][0]["requestedPoliceAction"] == "Rijd naar de [afgeschermd]."


def test_nothing_found_says_no_order_known_and_never_that_there_is_no_ban(register, noise, ask):
    answer = ask(bsn="900000016")
    assert answer["hits"] == []
    assert answer["more"] is False
    text = answer["noOrderKnown"]["textNl"]
    assert text.startswith("Geen bevel bekend")
    assert "kunnen hier ontbreken" in text
    assert "geen verbod" not in text.lower()
    assert answer["notice"].startswith("Dit is een verwijzing")


def test_more_than_twenty_are_counted_and_the_answer_asks_for_more(register, ask):
    for number in range(23):
        bound = replace(SUBJECT, bsn=None, skn=None, birth_date=PartialDate(1960 + number, 1, 1), phones=(), plates=())
        register(f"CJIB-2026-8{number:02d}", subject=bound, protected=())
    answer = ask(name="Jan Pieter van den Berg")
    assert len(answer["hits"]) == 20
    assert (answer["more"], answer["found"], answer["tooMany"]) == (True, 20, None)
    assert "Nog 3 personen passen op naam even goed." in answer["moreNl"]
    assert "geboortedatum" in answer["moreNl"]


def test_a_bare_common_surname_is_too_many_and_shows_nobody(register, ask):
    order_ids = []
    for number in range(23):
        bound = replace(SUBJECT, bsn=None, skn=None, given_names=f"Naam{number}", birth_date=None, phones=(), plates=())
        order_ids.append(register(f"CJIB-2026-8{number:02d}", subject=bound, protected=()))
    answer = ask(name="van den Berg")
    assert (answer["hits"], answer["tooMany"], answer["more"], answer["noOrderKnown"]) == ([], 23, True, None)
    assert "past op 23 personen" in answer["moreNl"]
    assert "voornaam" in answer["moreNl"]
    only_hit(ask(name="Naam7 van den Berg"), order_ids[7])
    with_phone = ask(name="van den Berg", phone="0612345678")
    assert (with_phone["hits"], with_phone["tooMany"]) == ([], 23)
    assert "geboortedatum" in with_phone["moreNl"]
    assert "telefoonnummer" not in with_phone["moreNl"]


def test_of_alike_evidence_an_order_in_force_comes_before_one_that_ended(register, ask):
    ended = register("CJIB-2026-000001")
    register("CJIB-2026-000001", version=2, kind="end", told=None)
    in_force = register("CJIB-2026-000002")
    answer = ask(bsn="999990019")
    assert [hit["orderId"] for hit in answer["hits"]] == [str(in_force), str(ended)]
    assert [hit["status"]["code"] for hit in answer["hits"]] == ["in_force", "ended"]


def test_stronger_evidence_comes_before_an_order_in_force(register, noise, ask):
    ended = register()
    register(version=2, kind="withdrawal", told=None)
    neighbour = replace(
        SUBJECT, bsn=None, skn=None, surname="Oosterhuis", phones=(), addresses=(PostalAddress("3511AB", 12, "B"),)
    )
    other = register("CJIB-2026-000200", subject=neighbour)
    answer = ask(bsn="999990019", postcode="3511AB", houseNumber="12", suffix="A")
    assert [hit["orderId"] for hit in answer["hits"]] == [str(ended), str(other)]
