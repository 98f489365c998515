import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.intake.parsing import canonical_json, order_digest, parse_row
from registry.intake.parsing.kinds import read_kind
from registry.intake.rules import Checks
from registry.law import load
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.content import PostalAddress
from registry.orders.rules import WORKS_AT_ONCE, ConditionType, MessageKind
from tests.intake.messages import ABSENT, MESSAGE, ORDER, row

CHECKS = Checks(load(), received_on=date(2026, 11, 21))


def parse(changes=None, **envelope):
    return parse_row(row(changes, **envelope), CHECKS)


def content(changes=None, **envelope):
    return parse(changes, **envelope).message.content


def test_the_envelope_is_read():
    message = parse(effectiveAt="2026-12-01T00:00:00+01:00").message
    assert (message.message_id, message.order_number, message.version) == ("M-1", "CJIB-2026-000123", 1)
    assert message.effective_at == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert message.order_digest == order_digest(ORDER)


def test_the_subject_is_brought_to_normal_forms_beside_what_was_delivered():
    subject = content().subject
    assert (subject.skn, subject.bsn, subject.prefix, subject.surname) == ("12345678", "111222333", "van den", "Berg")
    assert subject.birth_date == PartialDate(1985)
    assert subject.phones == ("+31612345678",)
    assert subject.plates == ("12ABC3",)
    assert subject.addresses == (PostalAddress("3511AB", 12, "A", "Dorpsstraat", "Utrecht"),)
    assert subject.raw == ORDER["subject"]


def test_the_protected_may_be_people_and_institutions():
    person, school = content().protected
    assert (person.reference, person.kind, person.minor) == ("P1", "person", False)
    assert (school.kind, school.name) == ("institution", "Basisschool De Linde")


def test_a_condition_with_a_usable_zone_can_be_monitored_and_a_contact_ban_needs_none():
    area, contact = content().conditions
    assert area.can_be_monitored
    assert area.zone.shape.covers(52.0907, 5.1214)
    assert contact.type is ConditionType.CONTACT_BAN
    assert not contact.can_be_monitored
    assert area.facts(date(2028, 10, 31)).ends_on == date(2028, 10, 31)


@pytest.mark.parametrize(
    "changes",
    [
        {"order/conditions/0/zone": ABSENT},
        {"order/conditions/0/zone/shape/center": [500, 500]},
        {"order/conditions/0/schedule": "altijd"},
        {"order/conditions/0/zone/shape": {"type": "Circle", "address": {"postcode": "3511AB"}, "radiusM": 100}},
    ],
)
def test_a_condition_that_cannot_be_followed_is_kept_as_text_and_not_monitored(changes):
    parsed = parse(changes)
    assert not parsed.rejected
    assert parsed.message.content.conditions[0].text == ORDER["conditions"][0]["text"]
    assert not parsed.message.content.conditions[0].can_be_monitored


def test_a_circle_around_an_address_keeps_its_address_and_radius_for_who_can_find_it():
    circle = {"type": "Circle", "address": {"postcode": "3511 ab", "houseNumber": "12-a"}, "radiusM": 100}
    zone = content({"order/conditions/0/zone/shape": circle}).conditions[0].zone
    assert (zone.address, zone.radius_m) == (PostalAddress("3511AB", 12, "A"), 100)


def test_no_entry_of_the_conditions_is_lost_whatever_its_type():
    conditions = content({"order/conditions": ["niet bellen", None, ORDER["conditions"][1]]}).conditions
    assert [each.type.value for each in conditions] == ["other", "other", "contact_ban"]
    assert conditions[0].text == "niet bellen"
    assert len({each.reference for each in conditions}) == 3


def test_an_invalid_bsn_is_no_key_but_stays_as_delivered():
    subject = content({"order/subject/bsn": "123456789"}).subject
    assert subject.bsn is None
    assert subject.raw["bsn"] == "123456789"


@pytest.mark.parametrize("known", [{"skn": "12345678"}, {"bsn": 111222333}, {"surname": "Berg"}, {"aliases": ["Jan"]}])
def test_one_recognisable_trait_of_the_subject_is_enough(known):
    assert not parse({"order/subject": known}).rejected


def test_a_subject_known_by_an_invalid_bsn_only_is_rejected():
    parsed = parse({"order/subject": {"bsn": "123456789"}})
    assert parsed.rejected
    assert {"bsn_invalid", "subject_unrecognisable"} <= {each.code for each in parsed.findings}


def test_of_a_rejected_row_what_was_readable_is_told():
    parsed = parse({"order/regime": "?"})
    assert parsed.rejected
    assert (parsed.order_number, parsed.subject.surname) == ("CJIB-2026-000123", "Berg")


@pytest.mark.parametrize("kind", sorted(WORKS_AT_ONCE))
@pytest.mark.parametrize("order", [ABSENT, None, "?", {}, {"regime": "?"}, {"regime": "VV"}])
def test_an_ending_or_suspension_is_accepted_without_a_whole_order(kind, order):
    parsed = parse(kind=kind, order=order, version=7)
    assert parsed.message.kind.value == kind
    assert parsed.message.content is None
    assert [each.code for each in parsed.findings] == ["ending_without_order"]


@pytest.mark.parametrize("kind", sorted(set(MessageKind) - WORKS_AT_ONCE))
@pytest.mark.parametrize("order", [ABSENT, None, {}, {"regime": "VV"}, {"subject": ORDER["subject"]}])
def test_any_other_message_without_a_whole_order_is_rejected(kind, order):
    assert parse(kind=kind, order=order).rejected


def test_an_ending_whose_date_cannot_be_read_works_at_once():
    assert parse(kind="withdrawal", effectiveAt="morgen").message.effective_at is None


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("NIEUW", "new"), ("Wijziging", "change"), ("CORRECTIE", "correction"), ("SCHORSING", "suspension"),
        ("hervatting", "resumption"), ("VERLENGING", "extension"), ("Einde", "end"), ("INTREKKING", "withdrawal"),
        ("VERNIETIGING", "annulment"), ("SAMENVOEGING", "merge"), ("SPLITSING", "split"),
        (" WithDrawal ", "withdrawal"),
    ],
)  # fmt: skip
def test_kinds_are_read_in_dutch_and_english_and_any_case(written, kind):
    assert read_kind(written) == (MessageKind(kind), None)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("ingetrokken", "withdrawal"), ("REVOKED", "withdrawal"), ("cancelled", "withdrawal"),
        ("herroeping", "withdrawal"),
        ("vernietigd", "annulment"), ("beëindiging", "end"), ("geëindigd", "end"), ("ended", "end"),
        ("vervallen", "end"),
        ("opgeheven", "end"), ("geschorst", "suspension"), ("opheffing schorsing", "suspension"),
    ],
)  # fmt: skip
def test_a_kind_nobody_agreed_on_that_stops_an_order_is_never_read_as_one_that_lets_it_stand(written, kind):
    assert read_kind(written) == (MessageKind(kind), "kind_guessed")


@pytest.mark.parametrize("written", [None, "", "amendment", "extended", "einddatumwijziging", "resumed", "mutatie"])
def test_any_other_kind_is_a_change_and_revives_nothing(written):
    assert read_kind(written) == (MessageKind.CHANGE, "kind_unknown")


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        (3, "change", 3), ("3", "change", 3), (3.0, "change", 3), (None, "new", 1), (None, "change", None),
        (0, "change", None), (-1, "change", None), (True, "change", None), (10**30, "change", None),
        ("20261120", "change", None), ([1], "change", None), ("²", "change", None),
    ],
)  # fmt: skip
def test_a_version_is_a_whole_number_from_one_or_left_to_be_placed(version, kind, expected):
    assert parse(version=version, kind=kind).message.version == expected


def test_without_a_message_id_the_same_content_gets_the_same_id():
    first, later, other = (
        parse(messageId=ABSENT, sentAt="2026-11-20T09:00:00Z"),
        parse(messageId=ABSENT, sentAt="2026-11-22T09:00:00Z"),
        parse(messageId=ABSENT, version=2),
    )
    assert first.message.message_id == later.message.message_id != other.message.message_id


def test_a_row_with_a_byte_order_mark_or_in_another_encoding_is_still_an_order():
    assert parse_row(b"\xef\xbb\xbf" + row(), CHECKS).findings == ()
    latin = json.dumps(MESSAGE, ensure_ascii=False).replace("Utrecht", "Curaçao").encode("latin-1")
    assert parse_row(latin, CHECKS).message.order_number == "CJIB-2026-000123"


def test_half_a_surrogate_pair_costs_a_character_and_not_the_order():
    raw = row().replace(b'"Berg"', b'"B\\ud800erg"')
    assert parse_row(raw, CHECKS).message.content.subject.surname == "B?erg"


def test_an_unknown_time_zone_never_stops_an_order():
    assert content({"order/timeZone": "../../etc/passwd"}).facts.time_zone == "Europe/Amsterdam"


def test_a_regime_is_read_in_any_case_and_with_a_dash():
    assert content({"order/regime": "epo-in"}).facts.regime == "EPO_IN"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "é\n\x7f"]}, '{"a":[true,null,"é\\n\x7f"],"b":1}'),
        ([12.0, 5.1214, -0.0, 1e-7, 0.000001, 1e21, 1.5e300], '[12,5.1214,0,1e-7,0.000001,1e+21,1.5e+300]'),
        ([123456789012345680000.0, 333333333.33333329, 2e-3], "[123456789012345680000,333333333.3333333,0.002]"),
        ({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3}, '{"\u20ac":3,"\U0001f600":2,"\ufb33":1}'),
        ([2**53, 10**30, 10**400], f"[9007199254740992,1e+30,{10**400}]"),
    ],
)  # fmt: skip
def test_the_canonical_form_is_that_of_rfc_8785(value, written):
    assert canonical_json(value).decode() == written


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=5)
)
def test_the_canonical_form_says_the_same_whatever_the_order_of_the_fields(value):
    written = canonical_json(value)
    assert written == canonical_json(dict(reversed(value.items())))
    assert {name: float(number) for name, number in json.loads(written).items()} == {
        name: float(number) for name, number in value.items()
    }


def all_places(value, way=()):
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield "/".join(map(str, (*way, step)))
        yield from all_places(item, (*way, step))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(all_places(MESSAGE))), json_values, min_size=1, max_size=1))
def test_any_value_in_any_place_is_at_most_a_finding(changes):
    parsed = parse(changes)
    assert parsed.rejected == any(each.severity == "rejected" for each in parsed.findings)
    place = next(iter(changes))
    if place.split("/")[0] not in ("order", "orderNumber") or place.count("/") > 1 and "subject" not in place:
        assert not parsed.rejected


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_make_it_raise(raw):
    assert parse_row(raw, CHECKS).rejected
    assert parse_row(row()[: len(raw)] + raw, CHECKS).findings


def test_numbers_of_thousands_of_digits_are_findings():
    raw = row().replace(b"250", b"9" * 5000).replace(b'"M-1"', b"8" * 5000)
    assert parse_row(raw, CHECKS).findings
