from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from registry.orders.naming.names import fold
from registry.orders.naming.segment import packed_text
from registry.orders.naming.slips import LONGEST, SHORTEST, Slips
from registry.orders.naming.words import Kind, Words


def known(*texts):
    words = Words()
    words.load(enumerate(texts, start=1))
    return words


def kinds(words, asked):
    meant = words.meant(asked)
    assert len(set(meant.numbers.tolist())) == len(meant.numbers)
    return dict(zip(meant.numbers.tolist(), map(Kind, meant.kinds.tolist()), strict=True))


letters = st.text("abdeijn", min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(letters, max_size=40, unique=True), letters)
def test_every_word_within_the_slips_that_lengths_allow_is_near(others, asked):
    near = set(Slips(list(zip(others, range(len(others)), strict=True))).near([asked]).tolist())
    for place, other in enumerate(others):
        shortest = min(len(asked), len(other))
        allowed = 0 if shortest < SHORTEST else 1 if shortest < 8 else 2
        if allowed and OSA.distance(asked, other) <= allowed:
            assert place in near


def test_nothing_is_near_in_an_empty_table_or_to_words_too_short_long_or_strange():
    assert not len(Slips(()).near(["jansen"]))
    assert not len(Slips([("jansen", 1)]).near(["jan", "j" * (LONGEST + 1), "jänsen", ""]))


def test_a_word_is_of_the_closest_kind_that_it_can_be():
    words = known("jansen", "janssen", "hansen", "jansens", "jansendevries", "bakker", "gebremedhin")
    assert kinds(words, "jansen") == {
        1: Kind.EXACT, 2: Kind.SOUND, 3: Kind.OTHER_START, 4: Kind.SLIP, 5: Kind.BEGINNING,
    }  # fmt: skip
    assert kinds(words, "gebremidhun") == {7: Kind.TWO_SLIPS}
    assert kinds(words, "bekkar") == {}
    assert kinds(words, "j") == {}


def test_a_name_with_a_prefix_written_on_is_near_through_its_name_alone():
    assert kinds(known("vandenberg"), "vandenbreg") == {}
    assert kinds(known("berg"), "breg") == {1: Kind.SLIP}


def test_a_word_is_found_as_soon_as_it_is_added_and_what_was_remembered_is_forgotten():
    words = known("jansen")
    assert kinds(words, "jonsen") == {1: Kind.SLIP}
    words.add(9, "jonse")
    words.add(9, "jonse")
    assert kinds(words, "jonsen") == {1: Kind.SLIP, 9: Kind.SOUND}
    assert (len(words), words.number_of("jonse"), words.number_of("jons")) == (2, 9, None)


def test_words_added_one_by_one_are_found_like_words_loaded_at_once():
    texts = [f"{begin}{middle}{end}" for begin in "bdgkl" for middle in ("aar", "eest", "older") for end in
             ("", "man", "stra", "ink", "kamp", "berg", "huis", "veld", "horst", "mans", "sen", "ing", "hof", "laan",
              "meer", "bos", "dijk", "beek", "stein", "wold", "ker", "ters", "kes", "lo", "um")]  # fmt: skip
    at_once, one_by_one = known(*texts), Words()
    for number, text in enumerate(texts, start=1):
        one_by_one.add(number, text)
    assert len(texts) > 256
    for asked in ("baarmna", "deestkamp", "golderinkk", "lolderberg", "kaarstein", "beest"):
        assert kinds(one_by_one, asked) == kinds(at_once, asked) != {}


def test_dates_and_letters_are_traits_and_no_words_to_be_found():
    words = Words()
    words.add(5000, "1985-03-12")
    words.add(3, "j")
    traits = words.traits()
    assert (traits.dates[5000], traits.letters[3]) == (0x19850312, 1 << 9)
    assert words.number_of("1985-03-12") is None
    assert packed_text("1985-03") == packed_text("jansen") == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12).map(fold), unique=True, max_size=60), st.text(max_size=12).map(fold))
def test_any_words_can_be_added_and_asked_for(texts, asked):
    words = known(*texts)
    found = kinds(words, asked)
    if asked in texts and len(asked) > 1:
        assert found[texts.index(asked) + 1] is Kind.EXACT
