import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn as stdnum_bsn

from registry.orders.naming.identifiers import (
    SIDECODES,
    Address,
    HouseNumber,
    IdentifierError,
    PartialDate,
    format_plate,
    parse_address,
    parse_birth_date,
    parse_bsn,
    parse_case_number,
    parse_ecli,
    parse_foreign_plate,
    parse_house_number,
    parse_phone,
    parse_plate,
    parse_postcode,
    parse_skn,
)

TEXT_PARSERS = [
    parse_bsn,
    parse_skn,
    parse_phone,
    parse_plate,
    parse_foreign_plate,
    parse_case_number,
    parse_ecli,
    parse_postcode,
]


def code_of(parse, text):
    with pytest.raises(IdentifierError) as caught:
        parse(text)
    assert text.strip() == "" or text not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("text", ["111222333", "123456782", "999990019", "999996666"])
def test_a_bsn_that_passes_the_eleven_test_is_kept(text):
    assert parse_bsn(text) == text


@pytest.mark.parametrize("text", ["123456789", "000000000"])
def test_a_bsn_that_fails_the_eleven_test_is_refused(text):
    assert code_of(parse_bsn, text) == "bsn_check"


@pytest.mark.parametrize("text", ["", "12345678x", "1112223334", "1234567", "bsn"])
def test_a_bsn_of_another_form_is_refused(text):
    assert code_of(parse_bsn, text) == "bsn_form"


def test_a_bsn_with_separators_or_without_its_leading_zero_is_the_same_bsn():
    assert parse_bsn(" 1112.22.333 ") == "111222333"
    assert parse_bsn("10000008") == parse_bsn("010000008")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 999_999_999))
def test_our_bsn_test_agrees_with_python_stdnum(number):
    text = f"{number:09d}"
    try:
        ours = parse_bsn(text) == text
    except IdentifierError:
        ours = False
    assert ours == stdnum_bsn.is_valid(text)


def test_the_skn_pattern_comes_from_the_configuration():
    assert parse_skn("12 345 678") == "12345678"
    assert code_of(parse_skn, "123456") == "skn_form"
    assert parse_skn("ab12", pattern=r"[A-Z]{2}\d{2}") == "AB12"


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "0031612345678",
        "+31 (0)6 1234 5678",
        "+31612345678",
        "31612345678",
        "tel:+31-6-12345678",
        "０６１２３４５６７８",
    ],
)
def test_a_dutch_mobile_number_in_any_notation_is_one_number(text):
    assert parse_phone(text) == "+31612345678"


def test_foreign_and_landline_numbers_keep_their_country():
    assert parse_phone("030 234 56 78") == "+31302345678"
    assert parse_phone("0032 470 12 34 56") == "+32470123456"
    assert parse_phone("0470 12 34 56", region="BE") == "+32470123456"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("06 BEL NU", "phone_form"),
        ("", "phone_form"),
        ("geen", "phone_form"),
        ("06123", "phone_length"),
        ("061234567890", "phone_length"),
    ],
)
def test_what_is_no_phone_number_is_refused(text, code):
    assert code_of(parse_phone, text) == code


@pytest.mark.parametrize("sidecode", SIDECODES)
def test_a_plate_of_every_series_is_known_and_shown_with_its_dashes(sidecode):
    typed = sidecode.replace("X", "B").replace("9", "4")
    assert parse_plate(typed.lower()) == typed.replace("-", "")
    assert format_plate(parse_plate(typed)) == typed


def test_there_are_fourteen_different_series():
    assert len({sidecode.replace("-", "") for sidecode in SIDECODES}) == 14


def test_punctuation_in_a_plate_does_not_matter():
    assert parse_plate("12-ABC-3") == parse_plate("12 abc.3") == parse_plate("12abc3") == "12ABC3"


def test_a_foreign_plate_is_no_dutch_plate_but_can_be_searched():
    assert code_of(parse_plate, "B-AB 1234") == "plate_form"
    assert parse_foreign_plate("B-AB 1234") == "BAB1234"
    assert format_plate("BAB1234") == "BAB1234"
    assert code_of(parse_foreign_plate, "ABCDEF") == "plate_form"


@pytest.mark.parametrize("text", ["3511AB", "3511 ab", " 3511-AB"])
def test_a_postcode_in_any_notation_is_one_postcode(text):
    assert parse_postcode(text) == "3511AB"


@pytest.mark.parametrize("text", ["0511AB", "3511SA", "3511SD", "3511SS", "3511A", "3511ABC", "AB3511", ""])
def test_a_postcode_that_cannot_exist_is_refused(text):
    assert code_of(parse_postcode, text) == "postcode_form"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("546 K 1", HouseNumber(546, "K1")),
        ("12-a", HouseNumber(12, "A")),
        ("12A", HouseNumber(12, "A")),
        ("12 a", HouseNumber(12, "A")),
        ("12 bis", HouseNumber(12, "BIS")),
        ("105-1", HouseNumber(105, "1")),
        ("7", HouseNumber(7)),
    ],
)
def test_a_house_number_and_all_behind_it_are_taken_apart(text, expected):
    assert parse_house_number(text) == expected


@pytest.mark.parametrize("text", ["", "A12", "0", "123456", "bis"])
def test_a_house_number_must_begin_with_a_number(text):
    assert code_of(parse_house_number, text) == "house_number_form"


def test_an_address_is_searched_without_its_suffix():
    assert parse_address("3511 ab", "12", "a") == Address("3511AB", 12, "A")
    assert parse_address("3511AB", "12 a").key == parse_address("3511AB", "12").key
    assert parse_address("3511AB", "12").key != parse_address("3511AB", "1", "2").key


@pytest.mark.parametrize("text", ["16/123456-26", "16.123456.26", "16-123456-26", " 16/123456.26 "])
def test_a_case_number_gets_one_notation(text):
    assert parse_case_number(text) == "16/123456-26"


@pytest.mark.parametrize("text", ["16/12345-26", "1612345626", "16/123456-2026", "x16/123456-26"])
def test_what_is_no_case_number_is_refused(text):
    assert code_of(parse_case_number, text) == "case_number_form"


def test_an_ecli_is_checked_as_far_as_its_form_goes():
    assert parse_ecli(" ecli:nl:rbmne:2026:1234 ") == "ECLI:NL:RBMNE:2026:1234"
    assert code_of(parse_ecli, "ECLI:DE:BGH:2026:1") == "ecli_form"
    assert code_of(parse_ecli, "ECLI:NL:RBMNE:26:1234") == "ecli_form"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1985-00-00", PartialDate(1985)),
        ("1985", PartialDate(1985)),
        ("1985-03", PartialDate(1985, 3)),
        ("1985-03-00", PartialDate(1985, 3)),
        ("03-1985", PartialDate(1985, 3)),
        ("19850000", PartialDate(1985)),
        ("19850312", PartialDate(1985, 3, 12)),
        ("1985-03-12", PartialDate(1985, 3, 12)),
        ("12-03-1985", PartialDate(1985, 3, 12)),
        ("12/3/1985", PartialDate(1985, 3, 12)),
        ("12.3.1985", PartialDate(1985, 3, 12)),
        ("12 maart 1985", PartialDate(1985, 3, 12)),
        ("29-02-1984", PartialDate(1984, 2, 29)),
    ],
)
def test_a_birth_date_may_be_whole_or_partly_unknown(text, expected):
    assert parse_birth_date(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("29-02-1985", "date_impossible"),
        ("1985-13-01", "date_impossible"),
        ("12/13/1985", "date_impossible"),
        ("32-01-1985", "date_impossible"),
        ("1985-00-12", "date_impossible"),
        ("1203-01-01", "date_impossible"),
        ("0000-00-00", "date_unknown"),
        ("12-03-85", "date_form"),
        ("gisteren", "date_form"),
        ("", "date_form"),
        ("1985-03-12-01", "date_form"),
        ("1985-1984", "date_form"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_reason(text, code):
    assert code_of(parse_birth_date, text) == code


def test_a_partial_date_knows_its_precision_and_its_swap():
    assert [PartialDate(1985).precision, PartialDate(1985, 3).precision, PartialDate(1985, 3, 1).precision] == [
        "year",
        "month",
        "day",
    ]
    assert PartialDate(1985, 3, 12).swapped() == PartialDate(1985, 12, 3)
    assert PartialDate(1985, 3, 13).swapped() is None
    assert PartialDate(1985, 3, 3).swapped() is None
    assert PartialDate(1985, 3).swapped() is None


@pytest.mark.parametrize("value", [PartialDate(1985, 3, 12), Address("3511AB", 12, "A"), HouseNumber(12, "A")])
def test_a_value_does_not_show_itself_in_a_traceback(value):
    assert not any(part in repr(value) for part in ("1985", "3511", "12,"))


@settings(max_examples=100, deadline=None)
@given(st.dates().filter(lambda day: 1850 <= day.year <= 2200))
def test_a_whole_date_survives_the_way_there_and_back(day):
    assert str(parse_birth_date(day.isoformat())) == day.isoformat()
    assert parse_birth_date(f"{day.day}-{day.month}-{day.year}") == parse_birth_date(day.isoformat())


typed = st.one_of(st.text(max_size=50), st.text("0123456789 +-./()ABCab\u0660\uff11", max_size=25))


@settings(max_examples=100, deadline=None)
@given(typed)
def test_any_text_gives_a_stable_value_or_an_identifier_error(text):
    for parse in TEXT_PARSERS:
        with contextlib.suppress(IdentifierError):
            value = parse(text)
            assert parse(value) == value
    with contextlib.suppress(IdentifierError):
        assert parse_birth_date(str(parse_birth_date(text))) == parse_birth_date(text)
    with contextlib.suppress(IdentifierError):
        number = parse_house_number(text)
        assert parse_house_number(str(number.number), number.suffix).number == number.number
