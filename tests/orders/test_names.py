import csv
import gzip
import os
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.naming.entries import index_entries
from registry.orders.naming.names import (
    NameFields,
    SplitName,
    fold,
    key,
    keys,
    query_tokens,
    spellings,
    split_name,
    tokens,
)


def texts_of(identity):
    return tuple(text for text, _ in index_entries(identity))


NAMES = Path(os.environ.get("BB_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "names"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sükrü", "sukru"),
        ("Đỗ", "do"),
        ("Sørensen", "sorensen"),
        ("Łukasz", "lukasz"),
        ("Yıldız", "yildiz"),
        ("ĲSBRAND", "ijsbrand"),
        ("D’Hondt", "d hondt"),
        ("'t Hart", "t hart"),
        ("van 't Hof", "van t hof"),
        ("van't Hof", "van t hof"),
        ("'s-Gravesande", "s gravesande"),
        ("N'Diaye", "ndiaye"),
        ("O'Brien", "obrien"),
        ("v.d. Berg", "vd berg"),
        ("v/d Berg", "vd berg"),
        ("J.P. v. d. Berg", "j p vd berg"),
        ("Jansen-de  Vries", "jansen de vries"),
        ("...", ""),
    ],
)
def test_a_name_folds_to_one_spelling(text, expected):
    assert fold(text) == expected


def test_marks_that_are_also_written_as_two_letters_give_a_second_spelling():
    assert spellings("Müller") == ("muller", "mueller")
    assert spellings("Jansen") == ("jansen",)
    assert texts_of(NameFields(surname="Müller")) == ("muller", "mueller")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Meijer", "Meyer"),
        ("Meijer", "Meier"),
        ("Meijer", "Mayer"),
        ("IJsbrand", "Ysbrand"),
        ("Coenraad", "Koenraad"),
        ("Claassen", "Klaassen"),
        ("Kuijpers", "Cuypers"),
        ("Visscher", "Visser"),
        ("Bosch", "Bos"),
        ("Hendrickx", "Hendriks"),
        ("Brandt", "Brand"),
        ("Schmidt", "Schmit"),
        ("Josef", "Joseph"),
        ("Theo", "Teo"),
        ("Zanten", "Santen"),
        ("Jansen", "Janssen"),
        ("Jansen", "Jansse"),
        ("Boujemaa", "Boejemaa"),
        ("Khalid", "Chalid"),
        ("Djamal", "Jamal"),
        ("Yusuf", "Jusuf"),
        ("Blaauw", "Blauw"),
        ("Claes", "Klaas"),
        ("Fatimah", "Fatima"),
        ("Kaya", "Kaja"),
        ("Quist", "Kwist"),
        ("Cecilia", "Sesilia"),
    ],
)
def test_names_that_sound_the_same_have_one_key(one, other):
    assert key(fold(one)) == key(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jansen", "Hansen"),
        ("Bos", "Vos"),
        ("Bakker", "Dekker"),
        ("Berg", "Borg"),
        ("Yilmaz", "Yildiz"),
        ("Smit", "Smeets"),
        ("Mohammed", "Mahmoud"),
        ("Peters", "Pieters"),
    ],
)
def test_names_that_sound_different_have_different_keys(one, other):
    assert key(fold(one)) != key(fold(other))


def texts(found):
    return [token.text for token in found]


def test_prefixes_are_no_words_of_a_name_but_may_be_written_onto_it():
    (berg,) = tokens(NameFields(surname="Berg", prefix="van den"))
    assert (berg.text, berg.part, berg.others) == ("berg", "surname", ("vandenberg",))


def test_each_part_of_an_identity_says_where_it_comes_from():
    identity = NameFields("Smit", "", "Jan P", "J.P.", "Vries", "de", ("Jan de Berg",))
    assert [(token.text, token.part) for token in tokens(identity)] == [
        ("smit", "surname"),
        ("vries", "partner"),
        ("jan", "given"),
        ("jan", "alias"),
        ("berg", "alias"),
    ]


def test_a_surname_of_nothing_but_prefixes_keeps_its_last_word():
    assert texts(tokens(NameFields(surname="Ait Ben"))) == ["ben"]
    assert "aitben" in texts_of(NameFields(surname="Ait Ben"))
    assert texts(tokens(NameFields(surname="Lê"))) == ["le"]


def test_both_halves_of_a_double_surname_are_words():
    assert texts(tokens(NameFields(surname="Jansen-de Vries"))) == ["jansen", "vries"]


def test_a_typed_name_knows_its_words_prefixes_and_initials():
    typed = query_tokens("mevr. J.P. v.d. Berg")
    assert (texts(typed.words), typed.prefixes, typed.initials) == (["berg"], ("vd",), ("j", "p"))


@pytest.mark.parametrize(
    ("text", "form"), [("vdBerg", "berg"), ("Vandenberg", "berg"), ("vandijk", "dijk"), ("Elamrani", "amrani")]
)
def test_a_prefix_typed_onto_a_name_is_also_taken_off(text, form):
    assert form in query_tokens(text).words[0].forms


@pytest.mark.parametrize("text", ["Vanessa", "Vandaag", "Dekker", "Ali"])
def test_letters_that_only_look_like_a_prefix_leave_the_word_whole(text):
    assert query_tokens(text).words[0].text == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan van den Berg", SplitName("Jan", "van den", "Berg")),
        ("Berg, Jan van den", SplitName("Jan", "van den", "Berg")),
        ("van den Berg", SplitName("", "van den", "Berg")),
        ("J.P. v.d. Berg", SplitName("J.P.", "v.d.", "Berg")),
        ("Jan Pieter Berg", SplitName("Jan Pieter", "", "Berg")),
        ("Berg", SplitName("", "", "Berg")),
        ("", SplitName("", "", "")),
        (",", SplitName("", "", "")),
    ],
)
def test_a_typed_name_splits_into_given_names_prefix_and_surname(text, expected):
    assert split_name(text) == expected


any_name = st.one_of(
    st.text(max_size=250),
    st.text("aeiouyjJcCkKghstzv .,'-ÜüöıŁđ", max_size=30),
    st.lists(st.sampled_from(["van", "Ö.", "der", "'t", "Berg", "Müller", "el", "mr", "J", "ß", "ﬁ"]), max_size=20).map(
        " ".join
    ),
)


@settings(max_examples=100, deadline=None)
@given(any_name)
def test_folding_is_idempotent_and_the_key_of_a_folded_name_is_stable(text):
    folded = fold(text)
    assert key(text) == key(folded)
    # An apostrophe's meaning is gone once folded, and so may be that of a dot; the letters stay.
    assert fold(folded).replace(" ", "") == folded.replace(" ", "")
    assert bool(key(folded)) == bool(folded)


@settings(max_examples=100, deadline=None)
@given(any_name, any_name)
def test_any_text_can_be_split_and_read(text, other):
    query_tokens(text)
    split_name(text)
    found = texts_of(NameFields(text, other, other, text, other, text, (text, other)))
    assert all(found)


def test_every_dutch_surname_finds_itself_when_typed_as_written():
    listed = NAMES / "surnames_freq5plus.txt.gz"
    if not listed.exists():
        pytest.skip("the shared list of surnames is absent")
    with gzip.open(listed, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, 97):
            terms = set(texts_of(NameFields(surname=line.strip())))
            asked = {form for word in query_tokens(line.strip()).words for form in word.forms}
            assert terms & asked, "a surname of the list does not find itself"


def test_the_key_keeps_most_common_surnames_apart():
    listed = NAMES / "surnames_top1000.csv"
    if not listed.exists():
        pytest.skip("the shared list of surnames is absent")
    with listed.open(encoding="utf-8") as lines:
        words = {tokens(NameFields(surname=row["surname"]))[-1].text for row in csv.DictReader(lines)}
    assert len({key(word) for word in words}) > 0.8 * len(words)


@settings(max_examples=50, deadline=None)
@given(st.lists(any_name, max_size=8))
def test_many_words_at_once_sound_as_each_does_by_itself(texts):
    folded = [fold(text) for text in texts]
    assert keys(folded) == [key(word) for word in folded]
