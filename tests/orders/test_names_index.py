import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.naming import index as index_module
from registry.orders.naming.entries import Borne, index_entries
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.index import LEAST_CHANCE, MOST_HITS, NameIndex
from registry.orders.naming.matching import NameQuery
from registry.orders.naming.names import NameFields
from registry.orders.naming.segment import packed, unpacked
from registry.orders.naming.words import Words

BORN, OTHER_DAY = PartialDate(1985, 3, 12), PartialDate(1971, 8, 30)
REGISTER = {
    1: NameFields("Berg", "van den", "Jan", birth_on=BORN),
    2: NameFields("Meijer", "", "Jan"),
    3: NameFields("Haddou", "Ait Ben", "Mohammed"),
    4: NameFields("Jansen", "", "Piet", birth_on=OTHER_DAY),
    5: NameFields("Jansen", "", "Mohammed", birth_on=BORN),
    6: NameFields("Jansen", "", "Ben"),
    7: NameFields("Yıldız", "", "Şükrü"),
    8: NameFields("Vries", "de", "Anna", partner_surname="Kuijpers"),
    9: NameFields("Oudeluttikhuis", "", "Cornelis"),
    10: NameFields("Smit", "", "", "W.F."),
    11: NameFields("Smit", "", "Bernard", aliases=("Rico Vuurman",)),
}


class Register:
    """What a database does: words get numbers, and parties the numbers of their words."""

    def __init__(self, people=None):
        self.words = Words()
        self.numbers = {}
        self.index = NameIndex(self.words)
        for party, identity in (people or {}).items():
            self.add(party, identity)

    def add(self, party, identity):
        self.index.add(party, self.entries(identity))

    def entries(self, identity):
        found = []
        for text, borne in index_entries(identity):
            number = self.numbers.setdefault(text, len(self.numbers) + 1)
            self.words.add(number, text)
            found.append((number, borne))
        return found

    def hits(self, text, born_on=None, also=()):
        return self.index.search(NameQuery(text, born_on), also)


@pytest.fixture(scope="module")
def register():
    return Register(REGISTER)


def chances(found):
    return {hit.party: hit.chance for hit in found.hits}


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("van den Berg", 1),
        ("v.d. Berg", 1),
        ("vdberg", 1),
        ("Vandenberg Jan", 1),
        ("Berg, Jan van den", 1),
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
        ("Oude Luttikhuis", 9),
        ("Oude Lutikhuis, Kees", 9),
        ("Willem Smit", 10),
        ("W. Smit", 10),
        ("Rico Vuurman", 11),
    ],
)
def test_the_person_meant_is_the_first_hit(register, text, party):
    assert register.hits(text).hits[0].party == party


@pytest.mark.parametrize("text", ["", "J", "van der", "...", "Xq", "Kees", "Bakker"])
def test_who_shares_no_surname_is_no_hit(register, text):
    found = register.hits(text)
    assert (found.hits, found.alike, found.is_too_many) == ((), 0, False)


def test_a_given_name_alone_is_too_little_to_go_on_and_shows_nobody(register):
    found = register.hits("Mohammed")
    assert (found.hits, found.alike, found.is_too_many) == ((), 2, True)


def test_a_given_name_finds_somebody_with_the_birth_date(register):
    assert 5 in chances(register.hits("Mohammed Bouzid", BORN))
    assert not register.hits("Mohammed Bouzid", OTHER_DAY).hits


def test_a_birth_date_decides_between_namesakes_and_outweighs_a_spelling(register):
    assert register.hits("Jansen", BORN).hits[0].party == 5
    misspelt = chances(register.hits("Jansn", BORN))
    assert misspelt[5] > 0.9 and misspelt.get(4, 0.0) < LEAST_CHANCE


def test_a_contradiction_costs_more_than_an_absence():
    people = {
        1: NameFields("Roos", "", "Jan", birth_on=BORN),
        2: NameFields("Roos", "", "Jan"),
        3: NameFields("Roos", "", "Jan", birth_on=OTHER_DAY),
        4: NameFields("Roos", "", "", birth_on=BORN),
        5: NameFields("Roos", "", "Mohammed", birth_on=BORN),
    }
    found = Register(people).hits("Jan Roos", BORN, also=people)
    chance = {hit.party: hit.chance for hit in found.also}
    assert chance[1] > chance[4] > chance[5]
    assert chance[1] > chance[2] >= chance[3]


def test_a_rare_word_weighs_more_than_a_common_one():
    people = {number: NameFields("Jansen", "", f"Naam{number:03}") for number in range(1, 60)}
    people |= {90: NameFields("Jansen", "", "Xander"), 91: NameFields("Haverkate", "", "Piet")}
    found = Register(people).hits("Haverkate Jansen", also=people).also
    assert max(found, key=lambda hit: hit.chance).party == 91


def test_the_chances_of_all_hits_are_at_most_one(register):
    for text in ("Jansen", "Mohammed Jansen", "Smit", "Berg"):
        assert sum(chances(register.hits(text)).values()) <= 1.0 + 1e-3


def test_a_bare_common_surname_is_too_many_and_shows_nobody():
    register = Register({number: NameFields("Jansen", "", f"Naam{number:03}") for number in range(1, 100)})
    found = register.hits("Jansen")
    assert (found.hits, found.is_too_many, found.alike, found.has_more) == ((), True, 99, True)
    otherwise_called = register.hits("Quirijn Jansen")
    assert (otherwise_called.hits, otherwise_called.alike, otherwise_called.is_too_many) == ((), 0, False)
    assert register.hits("Naam007 Jansen").hits[0].party == 7


def test_of_many_namesakes_some_are_shown_and_the_rest_is_told():
    people = {number: NameFields("Jansen", "", "Jan") for number in range(1, 61)}
    people |= {number: NameFields("Jansen", "", f"Naam{number}") for number in range(100, 160)}
    found = Register(people).hits("Jan Jansen")
    assert (len(found.hits), found.alike, found.has_more, found.is_too_many) == (MOST_HITS, 60, True, False)
    assert {hit.party for hit in found.hits} <= set(range(1, 61))


def test_who_was_found_by_something_else_gets_his_chance_however_small(register):
    assert [(hit.party, hit.chance < LEAST_CHANCE) for hit in register.hits("Piet Jansen", also=[6, 4, 99]).also] == [
        (4, False),
        (6, True),
    ]
    assert register.hits("Piet Jansen", also=[7]).also == ()


def test_who_is_removed_is_no_longer_found_and_may_come_back():
    register = Register(REGISTER)
    register.index.remove(4)
    register.index.remove(4)
    register.index.remove(12345)
    assert 4 not in chances(register.hits("Piet Jansen", also=[4]))
    assert len(register.index) == len(REGISTER) - 1
    register.add(4, REGISTER[4])
    register.add(4, REGISTER[4])
    assert register.hits("Piet Jansen").hits[0].party == 4
    assert len(register.index) == len(REGISTER)


def loaded(people):
    register = Register()
    stored = [packed(register.entries(identity)) for identity in people.values()]
    register.index.load(unpacked(list(people), stored))
    return register


surnames = st.sampled_from(["Jansen", "Janssen", "de Vries", "van den Berg", "Müller", "Smit-Bos", "Yıldız"])
given_names = st.sampled_from(["", "Jan", "Piet Jan", "Cornelis", "Mohammed"])
people = st.dictionaries(
    st.integers(0, 500),
    st.builds(NameFields, surnames, given_names=given_names, birth_on=st.sampled_from([None, BORN, OTHER_DAY])),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(people, st.sets(st.integers(0, 500)), surnames, given_names)
def test_a_register_that_changed_answers_like_one_that_was_made_anew(people, removed, surname, given_name):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "_MOST_PENDING", 3)
        changed = Register()
        for party, identity in people.items():
            changed.add(party, identity)
            if party in removed:
                changed.index.remove(party)
    anew = loaded({party: identity for party, identity in people.items() if party not in removed} or {1: NameFields()})
    for born_on in (None, BORN):
        one, other = (each.hits(f"{given_name} {surname}", born_on) for each in (changed, anew))
        assert chances(one) == pytest.approx(chances(other), abs=2e-3)
        assert (one.alike, one.is_too_many) == (other.alike, other.is_too_many)


def test_segments_of_like_size_become_one_and_large_ones_stay(monkeypatch):
    monkeypatch.setattr(index_module, "_MOST_PENDING", 4)
    monkeypatch.setattr(index_module, "_LARGE", 16)
    register = Register({number: NameFields("Jansen", "", f"Naam{number:03}") for number in range(1, 83)})
    sizes = [len(segment) for segment in register.index._segments]
    assert sum(sizes) == 80
    assert max(sizes) <= 16
    assert len(sizes) <= 7
    assert register.hits("Naam082 Jansen").hits[0].party == 82
    assert register.index.nbytes > 0


def test_who_asks_while_others_change_the_register_is_answered():
    register = loaded(REGISTER)
    failures = []

    def ask():
        try:
            for _ in range(150):
                assert register.hits("Piet Jansen", OTHER_DAY).hits[0].party == 4
        except Exception as failure:
            failures.append(failure)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for number in range(100, 900):
        register.add(number, NameFields("Jansen", "", f"Piet{number}", birth_on=BORN))
        register.index.remove(number - 50)
    for thread in asking:
        thread.join()
    assert failures == []
    assert len(register.index) == len(REGISTER) + 50


def test_a_word_that_nobody_was_counted_for_yet_is_no_fault():
    register = Register(REGISTER)
    register.words.add(1_000_000, "zandvliet")
    assert register.hits("Zandvliet Berg", BORN).hits[0].party == 1
    assert not register.hits("Zandvliet").hits


def test_what_is_listed_of_an_identity_says_how_it_is_borne():
    identity = NameFields("Berg", "van den", "Jan", "J.P.", "Vries", "de", ("Rico",), BORN)
    assert index_entries(identity) == (
        ("berg", Borne.SURNAME),
        ("vandenberg", Borne.SURNAME),
        ("vries", Borne.PARTNER),
        ("devries", Borne.PARTNER),
        ("jan", Borne.GIVEN),
        ("rico", Borne.ALIAS),
        ("p", Borne.INITIAL),
        ("1985-03-12", Borne.BIRTH_DATE),
    )
