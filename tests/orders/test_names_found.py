import random
from collections import Counter

import pytest

from bench.names_asking import Quality, ask, calibration
from bench.names_questions import Asks, labelled, mistyped, planted, slip
from bench.names_register import People, index_of, lists_are_there
from bench.names_trigrams import Trigrams, trigrams
from registry.orders.naming.names import NameFields

MOST_FALSE, RECALL = 2.0, {Asks.NAME: 0.95, Asks.DATE: 0.98}


@pytest.fixture(scope="module")
def questions():
    return labelled()


@pytest.fixture(scope="module")
def people(questions):
    if not lists_are_there():
        pytest.skip("the shared lists of names are absent")
    return People(20_000, 1, planted(questions)[0])


@pytest.fixture(scope="module")
def index(people):
    return index_of(people)


@pytest.fixture(scope="module")
def answers(questions, people, index):
    about = planted(questions)[1]
    return [ask(index, people, each, people.drawn + about[each]) for each in questions if not each.is_tuning]


def test_the_labelled_set_is_as_large_and_as_varied_as_it_is_said_to_be(questions):
    about_him = {(each.query.text, each.identity) for each in questions if each.is_about_him}
    others = [each for each in questions if not each.is_about_him]
    assert len(about_him) >= 300 and len(others) >= 150
    assert all(each.rule for each in questions)
    assert len({each.rule for each in questions}) > 50
    halves = Counter(each.is_tuning for each in questions)
    assert 0.4 < halves[True] / len(questions) < 0.6
    assert len({(each.query.text, str(each.query.birth_on)) for each in others}) == len(others)


def test_nobody_of_the_labelled_set_is_in_both_halves_but_by_another_question(questions):
    asked = [{(each.query.text, str(each.query.birth_on)) for each in questions if each.is_tuning == half}
             for half in (True, False)]  # fmt: skip
    assert not asked[0] & asked[1]


@pytest.mark.parametrize("asks", RECALL)
def test_the_person_meant_is_among_the_first_ten(answers, asks):
    assert Quality.of([each for each in answers if each.question.asks is asks]).recall >= RECALL[asks]


def test_hardly_anybody_else_is_shown(answers):
    assert Quality.of(answers).false <= MOST_FALSE


def test_who_looks_like_the_person_meant_and_is_somebody_else_is_seldom_shown(questions, people, index):
    about = planted(questions)[1]
    others = [each for each in questions if not each.is_about_him]
    shown = [
        each.rule
        for each in others
        if any(hit.party == people.drawn + about[each] for hit in ask(index, people, each, 0).shown)
    ]
    assert len(shown) <= 0.15 * len(others)


def test_a_high_chance_is_as_good_as_it_says(answers):
    [highest] = [band for band in calibration(answers) if band["to"] == 1.0]
    assert highest["shown"] > 100
    assert highest["he"] >= 0.97


def test_generated_slips_in_the_surnames_of_the_list_are_found(people, index):
    found = [ask(index, people, each, number) for number, each in mistyped(people, 150, 1, by_surname=True)]
    for asks, recall in RECALL.items():
        assert Quality.of([each for each in found if each.question.asks is asks]).recall >= recall
    assert Quality.of(found).false <= MOST_FALSE


def test_a_plain_trigram_search_finds_fewer_and_shows_more_who_are_not_meant(questions, people, answers):
    search, about = Trigrams(people), planted(questions)[1]
    found = [search.ask(each.question, people.drawn + about[each.question]) for each in answers]
    theirs = [each.is_found for each, answer in zip(found, answers, strict=True) if answer.question.is_about_him]
    ours = [each.is_found for each in answers if each.question.is_about_him]
    assert sum(theirs) < sum(ours)
    assert sum(each.false for each in found) > sum(each.false for each in answers)


def test_trigrams_are_those_of_postgresql():
    assert trigrams("word") == {"  w", " wo", "wor", "ord", "rd "}
    assert trigrams("De Boer") == {"  d", " de", "de ", "  b", " bo", "boe", "oer", "er "}


def test_the_drawn_people_are_the_same_each_time_and_bear_common_names_often(people):
    again = People(20_000, 1, ())
    assert [again.identity(number) for number in range(50)] == [people.identity(number) for number in range(50)]
    surnames = Counter(people.identity(number).surname for number in range(20_000))
    assert surnames["Jong"] > 50 > surnames["Slooten"]
    assert isinstance(people.identity(len(people) - 1), NameFields)


def test_a_slip_changes_the_word_by_one_slip_and_keeps_its_ends():
    dice = random.Random(1)
    words = [slip("Kuijpers", dice) for _ in range(50)]
    assert {(word[0], word[-1]) for word in words} <= {("K", "s"), ("K", "r")}
    assert {len(word) for word in words} == {7, 8, 9}
