from math import log
from uuid import UUID

import pytest

from registry.dispatch.question import Field
from registry.dispatch.ranking import ranked
from registry.dispatch.rules import MOST_HITS, Evidence, Finding, Match, Relation, contenders, in_order
from registry.dispatch.weights import Crowd
from registry.orders.rules import OrderStatus

MILLION = Crowd(1_000_000)
ASKED = Crowd(1_000_000, {Field.PHONE: 1})


def order_id(number):
    return UUID(int=number)


def found(person, *findings, relation=Relation.BOUND_BY, established=False, reference=None):
    return Evidence(relation, reference, findings, UUID(int=1000 + person), established)


def name(bearers=30, score=0.12):
    weight = log(1e6 / bearers)
    return Finding(Field.NAME, "achternaam gelijk", True, weight, score)


def phone(crowd=ASKED):
    return Finding(Field.PHONE, "telefoonnummer gelijk", True, crowd.weight(0.8, Field.PHONE), 0.8)


def number():
    return Finding(Field.BSN, "BSN gelijk", True, MILLION.weight(0.98, Field.BSN), 0.98)


def against(field):
    return Finding(field, "wijkt af", False)


def place(certainty):
    finding = Finding(Field.LOCATION, "in gebied", True, log(1 + 600 * certainty), certainty)
    return Evidence(Relation.PLACE, "C1", (finding,))


def scores(*pairs, crowd=None):
    by_name = all(each.field is Field.NAME for _, one in pairs for each in one.findings)
    crowd = crowd or (MILLION if by_name else ASKED)
    return {each.order_id.int: each.score for each in ranked([(order_id(one), each) for one, each in pairs], crowd)}


def test_alone_each_thing_has_the_chance_that_it_is_said_to_have():
    assert scores((1, found(1, phone()))) == {1: 0.8}
    assert scores((1, found(1, number(), against(Field.NAME))))[1] > 0.9
    assert scores((1, place(0.75))) == {1: 0.75}
    shared = Crowd(1_000_000, {Field.PHONE: 2})
    assert scores((1, found(1, phone(shared))), (2, found(2, phone(shared))), crowd=shared) == {1: 0.4, 2: 0.4}


def test_an_established_identity_is_certain_and_nothing_else_is():
    assert scores((1, found(1, number(), established=True))) == {1: 1.0}
    assert scores((1, found(1, number(), name(), phone())))[1] == 0.99


def test_a_second_thing_that_fits_raises_the_chance_and_one_that_contradicts_lowers_it():
    alone = scores((1, found(1, phone())))[1]
    assert scores((1, found(1, phone(), name())))[1] > alone
    assert 0.3 < scores((1, found(1, phone(), against(Field.NAME))))[1] < alone


def test_a_caller_known_by_phone_who_names_him_puts_that_order_above_a_namesakes():
    caller = found(2, phone(), against(Field.NAME), relation=Relation.PROTECTED_BY, reference="P1")
    matches = ranked([(order_id(1), found(1, name())), (order_id(2), found(3, name())), (order_id(2), caller)], ASKED)
    assert [each.order_id.int for each in matches] == [2]
    assert matches[0].score > 0.95
    assert not matches[0].leading.is_established
    assert all(finding.agrees for each in matches[0].evidence for finding in each.findings)


def test_what_contradicts_one_person_of_an_order_is_told_where_nobody_else_fits_it():
    caller = found(2, phone(), against(Field.NAME), relation=Relation.PROTECTED_BY, reference="P1")
    [alone] = ranked([(order_id(1), caller)], ASKED)
    assert [finding.agrees for finding in alone.leading.findings] == [True, False]


def test_a_spot_in_an_area_tells_its_subject_from_his_namesakes():
    both = scores((1, found(1, name())), (2, found(2, name())), (2, place(0.9)))
    assert both[2] >= 0.9
    assert both[2] > 3 * both.get(1, 0.0)


def test_orders_of_one_person_do_not_compete():
    assert scores((1, found(1, phone())), (2, found(1, phone()))) == {1: 0.8, 2: 0.8}


def test_who_fits_by_name_only_is_left_out_once_somebody_else_is_meant():
    assert scores((1, found(1, name()))) == {1: pytest.approx(0.14, abs=0.02)}
    assert scores((1, found(1, name())), (2, found(2, number(), established=True))) == {2: 1.0}


def test_many_who_fit_alike_by_name_stay_however_small_the_chance_of_each():
    alike = [(each, found(each, name(400, 0.002))) for each in range(1, 21)]
    assert len(scores(*alike, crowd=Crowd(1_000_000, others=log(380 * 1e6 / 400)))) == 20


def test_two_protected_persons_who_fit_by_the_same_thing_count_once():
    second = found(2, phone(), relation=Relation.PROTECTED_BY, reference="P2")
    assert scores((1, found(1, phone())), (1, second)) == scores((1, found(1, phone())))


def test_every_relation_of_an_order_is_one_match_by_its_strongest_evidence():
    protected = found(2, phone(), name(), relation=Relation.PROTECTED_BY, reference="P1")
    weaker, stronger = found(1, name()), found(1, phone())
    [match] = ranked([(order_id(1), weaker), (order_id(1), protected), (order_id(1), stronger)], ASKED)
    assert match.evidence == (protected, stronger)


def test_protected_and_bound_rank_alike_and_an_established_identity_above_both():
    matches = [
        Match(order_id(1), (found(1, phone()),), 0.95),
        Match(order_id(2), (found(2, phone(), relation=Relation.PROTECTED_BY, reference="P1"),), 0.95),
        Match(order_id(3), (found(3, number(), established=True),), 1.0),
    ]
    statuses = {
        order_id(1): OrderStatus.ENDED,
        order_id(2): OrderStatus.IN_FORCE,
        order_id(3): OrderStatus.EXPIRED_VERIFY,
    }
    assert [each.order_id.int for each in in_order(matches, statuses)] == [3, 2, 1]


def test_the_status_decides_among_all_of_the_band_that_the_last_one_shown_is_of():
    weak = [Match(order_id(number), (found(number, name()),), 0.1) for number in range(30)]
    strong = [Match(order_id(100 + number), (found(number, phone()),), 0.95) for number in range(25)]
    assert len(contenders(strong + weak)) == 25
    assert len(contenders(strong[:5] + weak)) == 35
    assert len(contenders(weak[:MOST_HITS])) == MOST_HITS
