from dataclasses import replace

import pytest

from tests.dispatch.test_lookups import only_hit
from tests.orders.orders import CIRCLE, PROTECTED, SUBJECT, area_ban

_AWAY = {"type": "Circle", "center": [6.5665, 53.2194], "radiusM": 100}
_HERE = {"lat": CIRCLE["center"][1], "lon": CIRCLE["center"][0], "accuracyM": 20}


@pytest.fixture
def namesakes(register):
    """Twenty-five men of one name, each with somebody to protect, and an area of his own elsewhere."""
    order_ids = []
    for number in range(25):
        bound = replace(SUBJECT, bsn=None, skn=None, birth_date=None, phones=(), plates=(), addresses=(), sex="M")
        safe = replace(PROTECTED, given_names=f"Fictief {number}", addresses=(), phones=(f"+316333333{number:02d}",))
        order_ids.append(
            register(f"CJIB-2026-7{number:02d}", subject=bound, protected=(safe,), conditions=(area_ban(wire=_AWAY),))
        )
    return order_ids


def test_a_name_that_too_many_bear_still_tells_whom_a_caller_means(namesakes, ask):
    assert ask(name="van den Berg")["tooMany"] == 25
    answer = ask(name="van den Berg", phone="0633333307")
    hit = only_hit(answer, namesakes[7])
    assert {(why["relation"], why["field"]) for why in hit["matchedOn"]} == {
        ("protected_by", "phone"),
        ("bound_by", "name"),
    }
    assert hit["score"] > ask(name="Oosterhuis", phone="0633333307")["hits"][0]["score"]
    assert (answer["tooMany"], hit["identityEstablished"]) == (None, False)


def test_a_spot_tells_which_of_many_namesakes_is_meant(namesakes, register, ask):
    bound = replace(SUBJECT, bsn=None, skn=None, birth_date=None, phones=(), plates=(), addresses=())
    here = register("CJIB-2026-800", subject=bound, protected=())
    first, *_ = ask(name="Jan Pieter van den Berg", location=_HERE)["hits"]
    assert first["orderId"] == str(here)
    assert {why["field"] for why in first["matchedOn"]} == {"name", "location"}


def test_the_sex_that_was_told_counts_and_a_wrong_one_is_named(register, ask):
    man = register("CJIB-2026-700", subject=replace(SUBJECT, bsn=None, skn=None, given_names="Robin", sex="M"))
    hit = only_hit(ask(name="Robin van den Berg", sex="vrouw"), man)
    assert {"field": "sex", "how": "geslacht wijkt af", "agrees": False}.items() <= hit["matchedOn"][-1].items()
    woman = register("CJIB-2026-701", subject=replace(SUBJECT, bsn="999991176", skn=None, given_names="Robin", sex="V"))
    hit = only_hit(ask(name="Robin van den Berg", sex="vrouw"), woman)
    assert [why["agrees"] for why in hit["matchedOn"] if why["field"] == "sex"] == [True]


def test_who_lives_at_an_address_with_others_is_as_much_less_sure(register, ask):
    register("CJIB-2026-700")
    assert ask(postcode="3511AB", houseNumber="12", suffix="A")["hits"][0]["score"] == 0.6
    register("CJIB-2026-701", subject=replace(SUBJECT, bsn="999991176", skn=None))
    shared = ask(postcode="3511AB", houseNumber="12", suffix="A")["hits"]
    assert [hit["score"] for hit in shared] == [0.3, 0.3]


def test_areas_within_a_radius_are_found_the_nearest_first(register, ask):
    near, far = (
        register(f"CJIB-2026-70{place}", conditions=(area_ban(wire={**CIRCLE, "center": [5.1214, lat_deg]}),))
        for place, lat_deg in enumerate((52.0990, 52.1200))
    )
    register("CJIB-2026-709", conditions=(area_ban(wire=_AWAY),))
    location = {"lat": 52.0907, "lon": 5.1214, "accuracyM": 10}
    assert ask(location=location)["hits"] == []
    answer = ask(location=location | {"radiusM": 5000})
    assert [hit["orderId"] for hit in answer["hits"]] == [str(near), str(far)]
    assert answer["hits"][0]["matchedOn"][0]["how"].startswith("binnen 5000 meter van verboden gebied")
    only_hit(ask(location=location | {"radiusM": 1500}), near)


@pytest.mark.parametrize(("radius_m", "found", "told"), [(9000, 1, "5000 meter"), (-3, 0, "weggelaten")])
def test_a_radius_that_cannot_be_is_named(register, ask, radius_m, found, told):
    register(conditions=(area_ban(wire={**CIRCLE, "center": [5.1214, 52.12]}),))
    answer = ask(location={"lat": 52.0907, "lon": 5.1214, "accuracyM": 10, "radiusM": radius_m})
    assert len(answer["hits"]) == found
    assert [each["pointer"] for each in answer["unusable"]] == ["#/location/radiusM"]
    assert told in answer["unusable"][0]["textNl"]


def test_a_given_name_alone_is_too_little_and_shows_nobody(register, noise, ask):
    for number, given in enumerate(("Mohamed", "Mohamed Ali", "Mohamed", "Fatima")):
        bound = replace(SUBJECT, bsn=None, skn=None, surname="Yilmaz", given_names=given, phones=(), plates=())
        register(f"CJIB-2026-8{number:02d}", subject=bound, protected=())
    for typed in ("Mohamed", "mohamed", "Mohammed"):
        answer = ask(name=typed)
        # With the one of the noise, whose name sounds the same.
        assert (answer["hits"], answer["tooMany"], answer["more"], answer["noOrderKnown"]) == ([], 4, True, None)
        assert "dragen 4 personen" in answer["moreNl"] and "een achternaam" in answer["moreNl"]
    assert ask(name="Fatima")["tooMany"] == 1
    assert ask(name="Mohamed Ali")["tooMany"] == 1
    assert ask(name="Mohamed Zwaluw")["noOrderKnown"] is not None
    assert ask(name="Nergenshuizen")["noOrderKnown"] is not None
    assert ask(name="Mohamed", birthDate="1971-01-02")["noOrderKnown"] is not None
    assert "telefoonnummer" not in ask(name="Mohamed", phone="0699999999")["moreNl"]


@pytest.mark.parametrize("ended", [0, 2, 6])
def test_of_more_places_than_can_be_shown_those_in_force_come_before_any_that_ended(register, ask, ended):
    order_ids = [register(f"CJIB-2026-7{number:02d}", conditions=(area_ban(),)) for number in range(25)]
    for number in range(ended):
        register(f"CJIB-2026-7{number:02d}", version=2, kind="end", told=None)
    answer = ask(location=_HERE)
    expected = [*order_ids[ended:], *order_ids[:ended]][:20]
    assert [hit["orderId"] for hit in answer["hits"]] == list(map(str, expected))
    assert [hit["status"]["code"] for hit in answer["hits"]].count("ended") == max(ended - 5, 0)
    assert (answer["found"], answer["more"]) == (25, True)
