from dataclasses import replace
from uuid import UUID

import pytest

from registry.dispatch.question import Field, Spot, read
from registry.dispatch.rules import (
    MOST_HITS,
    Evidence,
    Finding,
    Known,
    Relation,
    contenders,
    in_order,
    merge,
    weigh,
    weigh_place,
)
from registry.orders.naming.identifiers import Address, PartialDate
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers
from registry.orders.rules import OrderStatus

NAMES = NameFields(surname="Berg", prefix="van den", given_names="Jan", birth_on=PartialDate(1985, 3, 12))
KNOWN = Known(
    Relation.BOUND_BY,
    None,
    NAMES,
    Identifiers("999990019", "1234567", ("+31612345678",), ("12ABC3",), (Address("3511AB", 12, "A"),)),
)


def evidence(**body):
    return weigh(read(body), KNOWN)


def order_id(number):
    return UUID(int=number)


def found(score, relation=Relation.BOUND_BY, *, established=False, reference=None):
    return Evidence(relation, reference, (Finding(Field.NAME, "gelijk"),), score, established)


def test_only_an_uncontradicted_number_of_one_person_establishes_an_identity():
    assert evidence(bsn="999990019").is_established
    assert evidence(skn="1234567", birth_date="12-03-1985").is_established
    assert not evidence(bsn="999990019", skn="7654321").is_established
    assert not evidence(bsn="999990019", birth_date="01-01-1970").is_established
    everything_else = evidence(phone="0612345678", plate="12ABC3", name="Jan van den Berg", birth_date="12-03-1985")
    assert not everything_else.is_established
    assert everything_else.score < 1.0


def test_a_second_thing_that_fits_raises_the_score_and_one_that_contradicts_lowers_it():
    alone = evidence(phone="0612345678").score
    assert evidence(phone="0612345678", plate="12ABC3").score > alone
    assert evidence(phone="0612345678", plate="99XYZ9").score == alone
    assert evidence(phone="0612345678", birth_date="01-01-1970").score < alone
    assert evidence(phone="0612345678", bsn="123456782").score < alone


def test_a_contact_that_fits_is_shown_whatever_contradicts_it():
    against = evidence(phone="0612345678", bsn="123456782", name="Willemina Oosterhuis", birth_date="01-01-1970")
    assert [each.field for each in against.findings if not each.agrees] == [Field.BSN, Field.NAME, Field.BIRTH_DATE]


def test_a_date_that_differs_is_named_as_such_and_not_blamed_on_the_name():
    told = evidence(phone="0612345678", name="Jan van den Berg", birth_date="01-01-1970").findings
    assert [(each.field, each.agrees) for each in told] == [
        (Field.PHONE, True),
        (Field.NAME, True),
        (Field.BIRTH_DATE, False),
    ]


@pytest.mark.parametrize(
    ("suffix", "how", "score"),
    [
        ("a", "adres gelijk", 0.85),
        ("", "postcode en huisnummer gelijk, toevoeging onbekend", 0.8),
        ("B", "postcode en huisnummer gelijk, toevoeging wijkt af", 0.6),
    ],
)
def test_a_suffix_that_differs_makes_an_address_less_sure(suffix, how, score):
    weighed = evidence(postcode="3511AB", house_number="12", suffix=suffix)
    assert ([each.how_nl for each in weighed.findings], weighed.score) == ([how], score)


def test_who_only_shares_a_word_of_the_name_or_a_birth_date_is_not_shown():
    assert evidence(name="Jan Pietersen", birth_date="12-03-1985") is None
    assert evidence(bsn="123456782", birth_date="12-03-1985") is None
    assert evidence(bsn="123456782", name="Jan van den Berg") is None


def test_a_spot_outside_a_zone_fits_within_its_accuracy_only():
    spot = Spot(52.09, 5.12, 50.0)
    assert weigh_place(spot, 50.0, "C1", is_ban=True).score < weigh_place(spot, -10.0, "C1", is_ban=True).score
    assert weigh_place(spot, 50.1, "C1", is_ban=True) is None
    assert "gebod" in weigh_place(spot, -10.0, "C1", is_ban=False).findings[0].how_nl


def test_every_relation_of_an_order_is_one_match_by_its_strongest_evidence():
    [match] = merge(
        [
            (order_id(1), found(0.7)),
            (order_id(1), found(0.9, Relation.PROTECTED_BY, reference="P1")),
            (order_id(1), found(0.8)),
        ]
    )
    assert [(each.relation, each.score) for each in match.evidence] == [
        (Relation.PROTECTED_BY, 0.9),
        (Relation.BOUND_BY, 0.8),
    ]


def test_what_contradicts_one_person_of_an_order_and_fits_another_is_not_told():
    caller = replace(KNOWN, relation=Relation.PROTECTED_BY, reference="P1", names=NameFields(surname="Vosmeer"))
    asked = read({"phone": "0612345678", "name": "Jan van den Berg"})
    [match] = merge([(order_id(1), weigh(asked, KNOWN)), (order_id(1), weigh(asked, caller))])
    assert all(finding.agrees for each in match.evidence for finding in each.findings)
    [alone] = merge([(order_id(1), weigh(asked, caller))])
    assert [finding.agrees for finding in alone.leading.findings] == [True, False]


def test_a_caller_known_by_phone_who_names_him_puts_that_order_above_a_namesakes():
    caller = replace(KNOWN, relation=Relation.PROTECTED_BY, reference="P1", names=NameFields(surname="Vosmeer"))
    asked = read({"phone": "0612345678", "name": "van den Berg"})
    his = replace(KNOWN, identifiers=Identifiers())
    right = [(order_id(2), weigh(asked, his)), (order_id(2), weigh(asked, caller))]
    matches = merge([(order_id(1), weigh(asked, his)), *right])
    assert [each.order_id.int for each in matches] == [2, 1]
    statuses = dict.fromkeys((order_id(1), order_id(2)), OrderStatus.IN_FORCE)
    assert [each.order_id.int for each in in_order(matches, statuses)] == [2, 1]
    assert not matches[0].leading.is_established


def test_two_protected_persons_who_fit_by_the_same_thing_count_once():
    asked = read({"postcode": "3511AB", "house_number": "12", "suffix": "A"})
    second = replace(KNOWN, relation=Relation.PROTECTED_BY, reference="P2")
    [both] = merge([(order_id(1), weigh(asked, KNOWN)), (order_id(1), weigh(asked, second))])
    [one] = merge([(order_id(2), weigh(asked, KNOWN))])
    assert both.score == one.score


def test_protected_and_bound_rank_alike_and_an_established_identity_above_both():
    matches = merge(
        [
            (order_id(1), found(0.95)),
            (order_id(2), found(0.95, Relation.PROTECTED_BY, reference="P1")),
            (order_id(3), found(1.0, Relation.PROTECTED_BY, established=True, reference="P1")),
        ]
    )
    statuses = {
        order_id(1): OrderStatus.ENDED,
        order_id(2): OrderStatus.IN_FORCE,
        order_id(3): OrderStatus.EXPIRED_VERIFY,
    }
    assert [each.order_id.int for each in in_order(matches, statuses)] == [3, 2, 1]


def test_the_status_decides_among_all_of_the_band_that_the_last_one_shown_is_of():
    weak = [(order_id(number), found(0.7)) for number in range(30)]
    strong = [(order_id(100 + number), found(0.95)) for number in range(25)]
    assert len(contenders(merge(strong + weak))) == 25
    assert len(contenders(merge(strong[:5] + weak))) == 35
    assert len(contenders(merge(weak[:MOST_HITS]))) == MOST_HITS
