import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.naming.identifiers import Address, PartialDate
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import (
    MAX_KEYS,
    Identifiers,
    KeyKind,
    TypedAddress,
    TypedIdentifiers,
    exact_keys,
    query_keys,
    read_identifiers,
)

NOTHING = Identifiers()
BORN = PartialDate(1985, 3, 12)
PARTY = NameFields("Berg", "van den", "Jan", birth_on=BORN)
KNOWN = Identifiers(
    bsn="111222333",
    skn="12345678",
    phones=("+31612345678", "+31302345678"),
    plates=("12ABC3",),
    addresses=(Address("3511AB", 12, "A"),),
)


def meets(identifiers, known=KNOWN):
    return bool(set(query_keys(identifiers)) & set(exact_keys(PARTY, known)))


def dated(party):
    return {value for kind, value in exact_keys(party, NOTHING) if kind is KeyKind.SURNAME_BIRTH_DATE}


@pytest.mark.parametrize(
    "asked",
    [
        Identifiers(bsn="111222333"),
        Identifiers(skn="12345678"),
        Identifiers(phones=("+31302345678",)),
        Identifiers(plates=("12ABC3",)),
        Identifiers(addresses=(Address("3511AB", 12),)),
        Identifiers(bsn="999990019", phones=("+31612345678",)),
    ],
)
def test_any_one_identifier_finds_the_party(asked):
    assert meets(asked)


def test_a_bsn_is_not_found_as_an_skn():
    assert not meets(Identifiers(skn="111222333"))


@pytest.mark.parametrize("other", ["Bergh", "berg", "Bèrg"])
def test_a_surname_with_its_birth_date_joins_who_is_spelt_otherwise(other):
    assert dated(PARTY) & dated(NameFields(other, "van den", birth_on=BORN))


@pytest.mark.parametrize(
    "other",
    [
        NameFields("Bakker", birth_on=BORN),
        NameFields("Berg", birth_on=PartialDate(1985, 3, 13)),
        NameFields("Berg", birth_on=PartialDate(1985)),
        NameFields("Berg"),
    ],
)
def test_another_surname_or_date_or_a_date_in_part_joins_nobody(other):
    assert not dated(PARTY) & dated(other)


def test_the_name_of_the_partner_and_both_halves_of_a_double_name_are_joined_too():
    party = NameFields("Jansen-de Vries", partner_surname="Bakker", birth_on=BORN)
    for surname in ("Jansen", "de Vries", "Bakker"):
        assert dated(party) & dated(NameFields(surname, birth_on=BORN))


def test_a_party_with_very_much_known_keeps_twelve_keys_and_of_each_kind_the_first():
    known = Identifiers(
        "111222333",
        "12345678",
        tuple(f"+3161234567{digit}" for digit in range(9)),
        tuple(f"12ABC{digit}" for digit in range(9)),
        tuple(Address("3511AB", number) for number in range(1, 9)),
    )
    party = NameFields("Jansen-de Vries", partner_surname="Bakker", aliases=("De Vos",), birth_on=BORN)
    keys = exact_keys(party, known)
    assert len(keys) == MAX_KEYS
    assert {kind for kind, _ in keys} == set(KeyKind)


def test_an_unusable_field_is_named_without_its_value_and_never_costs_the_others():
    read = read_identifiers(
        TypedIdentifiers(
            bsn="123456789",
            skn="12345678",
            birth_date="31-02-1985",
            phones=("geen idee", "06-12345678", "0612345678"),
            plates=("B-AB 1234", "12-abc-3"),
            addresses=(TypedAddress("3511 ab", "12", "bis"), TypedAddress("utrecht", "1")),
        )
    )
    assert read.identifiers.skn == "12345678"
    assert read.identifiers.phones == ("+31612345678",)
    assert read.identifiers.plates == ("BAB1234", "12ABC3")
    assert read.identifiers.addresses == (Address("3511AB", 12, "BIS"),)
    assert (read.identifiers.bsn, read.birth_on) == (None, None)
    assert [(fault.pointer, fault.code) for fault in read.faults] == [
        ("/bsn", "bsn_check"),
        ("/phones/0", "phone_form"),
        ("/addresses/1", "postcode_form"),
        ("/birthDate", "date_impossible"),
    ]
    assert not any("123456789" in fault.detail or "geen idee" in fault.detail for fault in read.faults)


def test_an_empty_question_has_no_keys_and_no_faults():
    read = read_identifiers(TypedIdentifiers())
    assert read.faults == ()
    assert query_keys(read.identifiers) == exact_keys(NameFields(), read.identifiers) == ()


typed = st.text(max_size=30) | st.lists(
    st.sampled_from(["van", "den", "Ö.", "'t", "Berg", "Müller", "el", "mr", "J", "-", "Ait", "Y"]), max_size=6
).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(typed, typed, st.tuples(typed, typed))
def test_any_text_gives_at_most_twelve_keys(surname, partner, aliases):
    party = NameFields(surname, partner_surname=partner, aliases=aliases, birth_on=BORN)
    assert len(exact_keys(party, KNOWN)) <= MAX_KEYS
