import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.naming.likeness import ReasonCode
from registry.orders.naming.names import NameFields, index_terms, query_tokens
from registry.orders.naming.vocabulary import MAX_CANDIDATES, MAX_EXPANSIONS, Vocabulary

REGISTER = {
    1: NameFields("Berg", "van den", "Jan"),
    2: NameFields("Meijer", "", "Jan"),
    3: NameFields("Haddou", "Ait Ben", "Mohammed"),
    4: NameFields("Jansen", "", "Piet"),
    5: NameFields("Jansen", "", "Mohammed"),
    6: NameFields("Jansen", "", "Ben"),
    7: NameFields("Yıldız", "", "Şükrü"),
    8: NameFields("Vries", "de", "Anna", partner_surname="Kuijpers"),
}


class Index:
    def __init__(self, register):
        self.vocabulary = Vocabulary()
        self.bearers = {}
        for person, identity in register.items():
            for term in index_terms(identity):
                number = self.vocabulary.number_of(term) or len(self.vocabulary) + 1
                self.vocabulary.add(number, term)
                self.bearers.setdefault(number, []).append(person)

    def rank(self, text):
        return self.vocabulary.rank(query_tokens(text), self.postings, population=1000)

    def postings(self, numbers):
        return {number: self.bearers[number] for number in numbers}


@pytest.fixture(scope="module")
def index():
    return Index(REGISTER)


def found(index, text):
    return [person for person, _ in index.rank(text).candidates]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("van den Berg", 1),
        ("vdberg", 1),
        ("Vandenberg", 1),
        ("Jan Meyer", 2),
        ("Aitben Haddou", 3),
        ("Hadou", 3),
        ("Piet Jansen", 4),
        ("Mohamed Janssen", 5),
        ("Ben Jansen", 6),
        ("Sukru Yildiz", 7),
        ("Yildz", 7),
        ("Kuypers", 8),
        ("Anna de Vries", 8),
        ("Kuijp", 8),
    ],
)
def test_the_person_meant_is_the_first_candidate(index, text, person):
    assert found(index, text)[0] == person


@pytest.mark.parametrize("text", ["", "J", "van der", "Bakker", "...", "Xq"])
def test_a_name_that_nobody_bears_gives_no_candidates(index, text):
    assert found(index, text) == []


def test_a_rare_shared_word_weighs_more_than_a_common_one(index):
    weights = dict(index.rank("Haddou Jansen").candidates)
    assert weights[3] > weights[4]


def test_each_expansion_says_why(index):
    def reasons(word):
        return {found.number: found.reason for found in index.vocabulary.expand(word)}

    meijer = index.vocabulary.number_of("meijer")
    assert reasons("meijer")[meijer] is ReasonCode.EXACT
    assert reasons("meyer")[meijer] is ReasonCode.SAME_SOUND
    assert reasons("meijre")[meijer] is ReasonCode.SPELLING
    assert meijer not in reasons("mulder")
    assert index.vocabulary.expand("m") == ()


def test_a_word_added_again_is_one_word_borne_more_often():
    vocabulary = Vocabulary()
    vocabulary.add(7, "jansen", 3)
    vocabulary.add(7, "jansen")
    assert (len(vocabulary), vocabulary.frequency(7), len(vocabulary.expand("jansen"))) == (1, 4, 1)
    vocabulary.add(7, "jansen", -9)
    assert vocabulary.frequency(7) == 0


def test_a_word_is_found_as_soon_as_it_is_added():
    vocabulary = Vocabulary()
    assert vocabulary.expand("jansen") == ()
    vocabulary.add(1, "janssen")
    assert [found.number for found in vocabulary.expand("jansen")] == [1]


def test_two_slips_in_a_long_word_are_forgiven_and_in_a_short_one_not():
    vocabulary = Vocabulary()
    vocabulary.add(1, "gebremedhin")
    vocabulary.add(2, "bakker")
    assert vocabulary.expand("gebermedin")
    assert not vocabulary.expand("bokkel")


def test_more_candidates_than_may_be_opened_are_counted_and_never_silently_cut():
    register = {number: NameFields("Jansen", "", f"Jan{'x' * (number % 3)}") for number in range(MAX_CANDIDATES + 50)}
    ranking = Index(register).rank("Jansen")
    assert len(ranking.candidates) == MAX_CANDIDATES
    assert (ranking.found, ranking.has_more) == (MAX_CANDIDATES + 50, True)


def test_few_candidates_are_all_there(index):
    assert not index.rank("Jansen").has_more
    assert set(found(index, "Jansen")) == {4, 5, 6}


words = st.text("abdeijnorsvy", min_size=1, max_size=12) | st.text(max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, unique=True, max_size=80), words)
def test_any_words_can_be_added_and_asked_for(known, asked):
    vocabulary = Vocabulary()
    for number, word in enumerate(known):
        vocabulary.add(number, word)
    expansions = vocabulary.expand(asked)
    assert len(expansions) <= MAX_EXPANSIONS
    assert len({found.number for found in expansions}) == len(expansions)
    assert all(0 < found.weight <= 1 for found in expansions)
    if asked in known and len(asked) > 1:
        assert expansions[0].number == known.index(asked)
