import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.likeness import REASON_NL, ReasonCode, compare_dates, similarity
from registry.orders.naming.matching import DISPLAY_THRESHOLD, NameQuery, Reason, match
from registry.orders.naming.names import NameFields

BORN = PartialDate(1985, 3, 12)

SAME_PERSON = [
    ("Jan v.d. Berg", NameFields("Berg", "van den", "Jan Pieter")),
    ("vdBerg", NameFields("Berg", "van den")),
    ("Vandenberg", NameFields("Berg", "van den")),
    ("jan berg", NameFields("Berg", "van den", "Jan")),
    ("Berg Jan van den", NameFields("Berg", "van den", "Jan")),
    ("Meyer", NameFields("Meijer")),
    ("Maier", NameFields("Meijer")),
    ("Ysbrand de Boer", NameFields("Boer", "de", "IJsbrand")),
    ("Sukru Yildiz", NameFields("Yıldız", "", "Şükrü")),
    ("Aitben", NameFields("Ait Ben")),
    ("Aitben Haddou", NameFields("Ait Ben Haddou")),
    ("Aït Ben Haddou", NameFields("Aitben Haddou")),
    ("Jansen", NameFields("Jansen-de Vries")),
    ("de Vries-Jansen", NameFields("Jansen", partner_surname="Vries", partner_prefix="de")),
    ("Koenraad Claassen", NameFields("Klaassen", "", "Coenraad")),
    ("Kuypers", NameFields("Kuijpers")),
    ("El Amrani", NameFields("Elamrani")),
    ("Elamrani Mohamed", NameFields("Amrani", "El", "Mohammed")),
    ("Mueller", NameFields("Müller")),
    ("Müller", NameFields("Mueller")),
    ("J. Smit", NameFields("Smid", "", "Johannes")),
    ("Johannes Smit", NameFields("Smit", initials="J.")),
    ("Hendriks", NameFields("Hendrickx")),
    ("Oude Luttikhuis", NameFields("Oudeluttikhuis")),
    ("Oudeluttikhuis", NameFields("Oude Luttikhuis")),
    ("Boujemaa", NameFields("Boejemaa")),
    ("van t Hof", NameFields("Hof", "van 't")),
    ("Ben Jansen", NameFields("Jansen", "", "Ben")),
    ("Le Van Thanh", NameFields("Lê", "", "Văn Thanh")),
    ("Nguyen", NameFields("Nguyễn")),
    ("Tesfay Gebremedhin", NameFields("Gebremedhin", "", "Tesfaye")),
    ("Lukasz Kowalczyk", NameFields("Kowalczyk", "", "Łukasz")),
    ("Jan de Berg", NameFields("Smit", aliases=("Jan de Berg",))),
    ("mevr. Bakker geb. Smit", NameFields("Smit", partner_surname="Bakker")),
]

OTHER_PERSON = [
    ("Jansen", NameFields("Hansen")),
    ("Bakker", NameFields("Dekker")),
    ("Bos", NameFields("Vos")),
    ("Berg", NameFields("Borg")),
    ("Kaya", NameFields("Kara")),
    ("van Dijk", NameFields("Dam", "van")),
    ("van den Berg", NameFields("Bos", "van den")),
    ("de Vries", NameFields("Bruin", "de")),
    ("Yilmaz", NameFields("Yıldız")),
    ("El Amrani", NameFields("Idrissi", "El")),
    ("Piet Jansen", NameFields("Jansen", "", "Mohammed")),
    ("P. Jansen", NameFields("Hansen", "", "Mohammed")),
    ("Mohammed", NameFields("Jansen", "", "Mohammed")),
    ("Smit", NameFields("Visser", "", "Smit")),
    ("", NameFields("Jansen")),
    ("J", NameFields("Jansen", "", "Jan")),
]


def codes(query, identity):
    return {reason.code for reason in match(query, identity).reasons}


@pytest.mark.parametrize(("text", "identity"), SAME_PERSON)
def test_a_name_as_people_type_it_is_recognised(text, identity):
    assert match(NameQuery(text), identity).score >= DISPLAY_THRESHOLD


@pytest.mark.parametrize(("text", "identity"), OTHER_PERSON)
def test_another_persons_name_stays_below_the_threshold(text, identity):
    assert match(NameQuery(text), identity).score < DISPLAY_THRESHOLD


@pytest.mark.parametrize(
    ("asked", "registered", "code"),
    [
        ("meijer", "meijer", ReasonCode.EXACT),
        ("meijer", "meyer", ReasonCode.SAME_SOUND),
        ("peters", "pieters", ReasonCode.SPELLING),
        ("bouss", "boussaid", ReasonCode.SPELLING),
        ("j", "jan", ReasonCode.INITIAL),
        ("p", "jan", None),
        ("bos", "vos", None),
        ("", "jan", None),
    ],
)
def test_two_words_are_alike_for_a_stated_reason(asked, registered, code):
    assert similarity(asked, registered).reason is code


def test_the_more_alike_two_words_are_the_higher_they_score():
    scores = [similarity("meijer", other).score for other in ("meijer", "meyer", "meijers", "mulder")]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_a_partner_name_an_alias_and_a_missing_prefix_are_named_as_such():
    identity = NameFields("Berg", "van den", "", "", "Bakker", "", ("De Vos",))
    assert ReasonCode.PARTNER_NAME in codes(NameQuery("Bakker"), identity)
    assert ReasonCode.ALIAS in codes(NameQuery("de Vos"), identity)
    assert ReasonCode.PREFIX_IGNORED in codes(NameQuery("Berg"), identity)
    assert ReasonCode.PREFIX_IGNORED in codes(NameQuery("ter Berg"), identity)
    assert ReasonCode.PREFIX_IGNORED not in codes(NameQuery("v.d. Berg"), identity)


@pytest.mark.parametrize(
    ("asked", "known", "code"),
    [
        (BORN, BORN, ReasonCode.DATE_EXACT),
        (PartialDate(1985), BORN, ReasonCode.DATE_PARTIAL),
        (BORN, PartialDate(1985, 3), ReasonCode.DATE_PARTIAL),
        (PartialDate(1985), PartialDate(1985), ReasonCode.DATE_PARTIAL),
        (PartialDate(1985, 12, 3), BORN, ReasonCode.DATE_SWAPPED),
        (PartialDate(1985, 3, 13), BORN, ReasonCode.DATE_NEAR),
        (PartialDate(1958, 3, 12), BORN, ReasonCode.DATE_NEAR),
        (PartialDate(1971, 8, 30), BORN, ReasonCode.DATE_DIFFERS),
        (PartialDate(1986), PartialDate(1985), ReasonCode.DATE_DIFFERS),
        (None, BORN, None),
        (BORN, None, None),
    ],
)
def test_birth_dates_agree_or_contradict_for_a_stated_reason(asked, known, code):
    assert compare_dates(asked, known) is code


def test_a_contradiction_costs_more_than_an_absence():
    def score(asked_on, known_on, given="Jan"):
        return match(NameQuery("Jan Jansen", asked_on), NameFields("Jansen", "", given, birth_on=known_on)).score

    other = PartialDate(1971, 8, 30)
    assert score(BORN, BORN) > score(BORN, PartialDate(1985)) > score(BORN, None) > score(BORN, other)
    assert score(None, None, given="Jan") > score(None, None, given="") > score(None, None, given="Mohammed")


def test_a_birth_date_outweighs_a_spelling():
    misspelt_but_born_then = match(NameQuery("Jansn", BORN), NameFields("Jansen", birth_on=BORN))
    spelt_well_but_born_elsewhen = match(
        NameQuery("Jansen", BORN), NameFields("Jansen", birth_on=PartialDate(1971, 8, 30))
    )
    assert misspelt_but_born_then.score > DISPLAY_THRESHOLD > spelt_well_but_born_elsewhen.score


def test_an_equal_birth_date_alone_is_no_match():
    assert match(NameQuery("Jansen", BORN), NameFields("Bakker", birth_on=BORN)).score < DISPLAY_THRESHOLD


def test_the_right_person_stands_above_namesakes():
    register = {
        "right": NameFields("Jansen", "", "Mohammed", birth_on=BORN),
        "other given name": NameFields("Jansen", "", "Piet", birth_on=BORN),
        "other date": NameFields("Jansen", "", "Mohammed", birth_on=PartialDate(1990, 7, 7)),
        "other surname": NameFields("Bakker", "", "Mohammed", birth_on=BORN),
    }
    asked = NameQuery("Mohamed Janssen", BORN)
    assert max(register, key=lambda who: match(asked, register[who]).score) == "right"


def test_every_reason_has_words_for_a_dispatcher():
    assert set(REASON_NL) == set(ReasonCode)
    assert Reason(ReasonCode.EXACT, "surname").text_nl == "gelijk"


names = st.text("abdeijnorsvy .'-éüŁ", max_size=20) | st.text(max_size=20)


@settings(max_examples=100, deadline=None)
@given(names, st.builds(NameFields, names, names, names, names, names, names, st.tuples(names)))
def test_any_name_against_any_identity_scores_between_nothing_and_one(text, identity):
    assert 0 <= match(NameQuery(text, BORN), identity).score <= 1
    assert 0 <= similarity(text, identity.surname).score <= 1
