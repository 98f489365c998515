from dataclasses import replace
from math import log
from random import Random
from uuid import UUID

import pytest

from registry.dispatch.findings import Known, certainty_inside, compare, compare_place, exact_fields
from registry.dispatch.question import Field, Spot, read
from registry.dispatch.rules import Relation
from registry.dispatch.weights import Crowd
from registry.orders.naming.identifiers import Address, PartialDate
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers
from registry.orders.service import ZoneNear

NAMES = NameFields(surname="Berg", prefix="van den", given_names="Jan", birth_on=PartialDate(1985, 3, 12))
KNOWN = Known(
    Relation.BOUND_BY,
    None,
    NAMES,
    Identifiers("999990019", "1234567", ("+31612345678",), ("12ABC3",), (Address("3511AB", 12, "A"),)),
    sex="M",
    chance=0.6,
    name_weight=log(300.0),
)


def evidence(known=KNOWN, crowd=None, **body):
    return compare(read(body), known, crowd or Crowd())


def near(distance_m, kind="exclusion"):
    return ZoneNear(UUID(int=1), UUID(int=2), "C1", kind, distance_m)


def told(found):
    return [(each.field, each.agrees) for each in found.findings]


def test_only_an_uncontradicted_number_of_one_person_establishes_an_identity():
    assert evidence(bsn="999990019").is_established
    assert evidence(skn="1234567", birth_date="12-03-1985").is_established
    assert not evidence(bsn="999990019", skn="7654321").is_established
    assert not evidence(bsn="999990019", birth_date="01-01-1970").is_established
    assert not evidence(bsn="999990019", sex="V").is_established
    assert not evidence(phone="0612345678", plate="12ABC3", name="Jan van den Berg").is_established


def test_a_contact_that_fits_is_shown_whatever_contradicts_it():
    against = evidence(phone="0612345678", bsn="123456782", name="Willemina Oosterhuis", birth_date="01-01-1970")
    assert [field for field, agrees in told(against) if not agrees] == [Field.BSN, Field.NAME, Field.BIRTH_DATE]


def test_a_date_that_differs_is_named_as_such_and_not_blamed_on_the_name():
    against = evidence(phone="0612345678", name="Jan van den Berg", birth_date="01-01-1970")
    assert told(against) == [(Field.PHONE, True), (Field.NAME, True), (Field.BIRTH_DATE, False)]


@pytest.mark.parametrize(
    ("suffix", "how", "score"),
    [
        ("a", "adres gelijk", 0.6),
        ("", "postcode en huisnummer gelijk, toevoeging onbekend", 0.5),
        ("B", "postcode en huisnummer gelijk, toevoeging wijkt af", 0.2),
    ],
)
def test_a_suffix_that_differs_makes_an_address_less_sure(suffix, how, score):
    [found] = evidence(postcode="3511AB", house_number="12", suffix=suffix).findings
    assert (found.how_nl, found.score) == (how, score)


def test_what_many_share_tells_little_of_each():
    alone, shared = (
        evidence(crowd=Crowd(bearers={Field.PHONE: bearers}), phone="0612345678").findings[0] for bearers in (1, 4)
    )
    assert (alone.score, shared.score) == (0.8, 0.2)
    assert alone.weight - shared.weight == pytest.approx(log(4))


def test_who_only_shares_a_birth_date_or_fits_by_a_name_that_the_index_did_not_find_is_not_shown():
    unnamed = replace(KNOWN, name_weight=None, chance=0.0)
    assert evidence(unnamed, name="Jan van den Berg") is None
    assert evidence(bsn="123456782", birth_date="12-03-1985") is None
    assert evidence(name="Jan Pietersen", birth_date="12-03-1985") is None


def test_another_number_or_sex_makes_a_name_less_probable_and_the_same_sex_more():
    [plain, other, man, woman, unknown] = (
        evidence(name="Jan van den Berg", **more).findings
        for more in ({}, {"bsn": "123456782"}, {"sex": "man"}, {"sex": "V"}, {"sex": "onbekend"})
    )
    weights = [next(each.weight for each in found if each.field is Field.NAME) for found in (plain, other, man, woman)]
    assert weights[2] > weights[0] > weights[3] > weights[1]
    assert [each.agrees for each in woman if each.field is Field.SEX] == [False]
    assert unknown == plain


def test_each_part_says_how_it_fits_and_how_probable_it_alone_makes_him():
    found = evidence(name="Jan van den Berg", birth_date="12-03-1985", phone="0612345678").findings
    assert [(each.field, each.score) for each in found] == [
        (Field.PHONE, 0.8),
        (Field.NAME, 0.6),
        (Field.BIRTH_DATE, None),
    ]
    assert found[1].how_nl == "voornaam gelijk, achternaam gelijk"


def test_the_fields_that_agree_to_the_letter_are_told_apart():
    asked = read(
        {"bsn": "999990019", "phone": "0612345678", "plate": "99XYZ9", "postcode": "3511AB", "house_number": "12"}
    )
    assert exact_fields(asked, KNOWN.identifiers) == {Field.BSN, Field.PHONE, Field.ADDRESS}
    assert exact_fields(asked, Identifiers()) == frozenset()


def test_a_spot_outside_a_zone_fits_hardly_and_one_inside_it_almost_surely():
    spot = Spot(52.09, 5.12, 50.0)
    outside, inside = (compare_place(spot, near(distance_m)) for distance_m in (45.0, -45.0))
    assert outside.findings[0].score < 0.05 < 0.95 < inside.findings[0].score
    assert "gebod" in compare_place(spot, near(-10.0, "inclusion")).findings[0].how_nl
    asked_around = replace(spot, radius_m=2_000.0)
    [far] = compare_place(asked_around, near(900.0)).findings
    assert (far.how_nl, far.score) == ("binnen 2000 meter van verboden gebied (het gebied van voorwaarde C1)", 0.0)


def test_of_spots_with_a_certainty_as_many_lie_inside():
    dice, accuracy_m = Random(1), 50.0
    seen = {low: [] for low in (0.1, 0.3, 0.5, 0.7, 0.9)}
    for _ in range(40_000):
        true_m = dice.uniform(-150.0, 150.0)
        measured_m = true_m + dice.gauss(0.0, accuracy_m / 2.45)
        certainty = certainty_inside(measured_m, accuracy_m)
        for low, inside in seen.items():
            if low <= certainty < low + 0.1:
                inside.append(true_m < 0.0)
    for low, inside in seen.items():
        assert sum(inside) / len(inside) == pytest.approx(low + 0.05, abs=0.06)
