import json
from datetime import date

import pytest

from registry.intake.findings import CODES, finding
from registry.intake.parsing import MAX_ROW_BYTES, parse_row
from registry.intake.rules import Checks, Existing, Verdict, verdict
from registry.law import load
from registry.orders.rules import MessageKind
from tests.intake.messages import ABSENT, MESSAGE, ORDER, row

CHECKS = Checks(load(), received_on=date(2026, 11, 21))


def codes(raw):
    return {each.code for each in parse_row(raw, CHECKS).findings}


def places(raw):
    return {(each.code, each.field) for each in parse_row(raw, CHECKS).findings}


def condition(**changes):
    return [ORDER["conditions"][0] | changes]


IN_ABSENCE = {"order/imposedInPresence": False, "order/service": None}
DEEP = b"[" * 80 + b"]" * 80

DAMAGED = [
    ("row_too_large", b" " * (MAX_ROW_BYTES + 1), ""),
    ("row_not_json", b"{'orderNumber': 1}", ""),
    ("row_not_object", b"[1]", ""),
    ("row_too_deep", b'{"orderNumber": "N-1", "order": ' + DEEP + b"}", ""),
    ("row_too_deep", b"[" * 100_000, ""),
    ("row_too_deep", b"NaN".join([b"[" * 100_000, b""]), ""),
    ("order_number_missing", row(orderNumber=" "), "/orderNumber"),
    ("order_missing", row(order=ABSENT), "/order"),
    ("order_missing", row(order="VV"), "/order"),
    ("regime_missing", row({"order/regime": None}), "/order/regime"),
    ("regime_unknown", row({"order/regime": "ABC"}), "/order/regime"),
    ("subject_unrecognisable", row({"order/subject": {"initials": "J."}}), "/order/subject"),
    ("subject_unrecognisable", row({"order/subject": ABSENT}), "/order/subject"),
    ("encoding_invalid", row().replace(b"Utrecht", b"Utr\xe9cht"), ""),
    ("number_not_finite", row().replace(b"250", b"NaN"), ""),
    ("message_id_missing", row(messageId=ABSENT), "/messageId"),
    ("version_unreadable", row(version="twee"), "/version"),
    ("kind_unknown", row(kind="mutatie"), "/kind"),
    ("kind_guessed", row(kind="INGETROKKEN"), "/kind"),
    ("ending_without_order", row(kind="end", order=ABSENT), "/order"),
    ("subject_link_missing", row(kind="merge"), "/subjectLink/orderNumber"),
    ("unknown_field", row({"order/colour": "blue"}), "/order/colour"),
    ("wrong_type", row({"order/immediatelyEnforceable": "ja"}), "/order/immediatelyEnforceable"),
    ("text_cleaned", row({"order/court": "Recht\x00bank"}), "/order/court"),
    ("instant_unreadable", row(sentAt="gisteren"), "/sentAt"),
    ("instant_without_zone", row(sentAt="2026-11-20T09:00:00"), "/sentAt"),
    ("date_reformatted", row({"order/endsOn": "31-10-2028"}), "/order/endsOn"),
    ("date_unreadable", row({"order/endsOn": "9999-12-31"}), "/order/endsOn"),
    ("time_zone_unknown", row({"order/timeZone": "Mars/Olympus"}), "/order/timeZone"),
    ("bsn_invalid", row({"order/subject/bsn": "123456789"}), "/order/subject/bsn"),
    ("skn_invalid", row({"order/subject/skn": "12"}), "/order/subject/skn"),
    ("subject_without_number", row({"order/subject/skn": None, "order/subject/bsn": None}), "/order/subject"),
    ("birth_date_unreadable", row({"order/subject/birthDate": "1985-13-40"}), "/order/subject/birthDate"),
    (
        "address_unreadable",
        row({"order/subject/addresses/0/postcode": "0000"}),
        "/order/subject/addresses/0/postcode",
    ),
    ("phone_unreadable", row({"order/subject/phones/0": "bel mij"}), "/order/subject/phones/0"),
    ("plate_unreadable", row({"order/subject/plates/0": "?"}), "/order/subject/plates/0"),
    ("case_number_unreadable", row({"order/caseNumber": "1"}), "/order/caseNumber"),
    ("ecli_unreadable", row({"order/ecli": "ECLI"}), "/order/ecli"),
    ("start_missing", row({"order/startsOn": None}), "/order/startsOn"),
    ("end_before_start", row({"order/endsOn": "2026-10-31"}), "/order/endsOn"),
    (
        "end_before_start",
        row({"order/conditions": condition(startsOn="2027-01-01", endsOn="2026-12-01")}),
        "/order/conditions/0/endsOn",
    ),
    ("duration_beyond_law", row({"order/endsOn": "2040-01-01"}), "/order/endsOn"),
    ("regime_not_on_date", row({"order/regime": "VBM", "order/decidedOn": "2001-01-01"}), "/order/regime"),
    ("service_unknown", row(IN_ABSENCE), "/order/service/servedOn"),
    ("ground_unknown", row({"order/regime": "GDA", "order/ground": None}), "/order/ground"),
    ("ground_unknown", row({"order/regime": "GDA", "order/ground": "grond x"}), "/order/ground"),
    ("supervision_missing", row({"order/supervision": None}), "/order/supervision/organisation"),
    ("conditions_missing", row({"order/conditions": []}), "/order/conditions"),
    ("reference_replaced", row({"order/conditions/1/reference": "C1"}), "/order/conditions/1/reference"),
    ("protects_unknown", row({"order/conditions/1/protects": ["P9"]}), "/order/conditions/1/protects"),
    ("condition_type_unknown", row({"order/conditions/1/type": "huisarrest"}), "/order/conditions/1/type"),
    (
        "condition_not_in_regime",
        row({"order/regime": "GDA", "order/conditions/1/type": "location_duty"}),
        "/order/conditions/1/type",
    ),
    ("monitoring_not_in_regime", row({"order/regime": "VBM"}), "/order/conditions/0/electronicMonitoring"),
    ("zone_missing", row({"order/conditions/0/zone": ABSENT}), "/order/conditions/0/zone"),
    ("zone_missing", row({"order/conditions/0/zone/shape": None}), "/order/conditions/0/zone"),
    ("zone_kind_replaced", row({"order/conditions/0/zone/kind": "weg"}), "/order/conditions/0/zone/kind"),
    (
        "geometry_unreadable",
        row({"order/conditions/0/zone/shape/radiusM": -1}),
        "/order/conditions/0/zone/shape/radiusM",
    ),
    (
        "zone_address_only",
        row({"order/conditions/0/zone/shape": {"type": "Circle", "address": {"postcode": "3511AB"}, "radiusM": 9}}),
        "/order/conditions/0/zone/shape/address",
    ),
    (
        "schedule_unreadable",
        row({"order/conditions/0/schedule": {"weekly": [{"days": ["maandag"]}]}}),
        "/order/conditions/0/schedule/weekly/0/days",
    ),
    ("findings_cut", row({"order/subject/phones": ["?"] * 200}), ""),
]


@pytest.mark.parametrize(("code", "raw", "field"), DAMAGED, ids=[f"{code}:{field}" for code, _, field in DAMAGED])
def test_each_fault_has_its_code_at_its_place(code, raw, field):
    assert (code, field) in places(raw)
    assert parse_row(raw, CHECKS).rejected == any(CODES[each].severity == "rejected" for each in codes(raw))


def test_every_code_of_the_catalogue_is_produced_by_some_row():
    assert {code for code, _, _ in DAMAGED} == set(CODES)


def test_every_code_says_in_dutch_what_is_wrong_and_what_to_do():
    assert all(each.message_nl.endswith(".") and each.action_nl.endswith(".") for each in CODES.values())


def test_only_what_nothing_can_be_done_with_is_rejected():
    assert {each.code for each in CODES.values() if each.severity == "rejected"} == {
        "row_too_large", "row_not_json", "row_not_object", "row_too_deep", "order_number_missing", "order_missing",
        "regime_missing", "regime_unknown", "subject_unrecognisable",
    }  # fmt: skip


def test_a_whole_message_has_no_findings():
    assert places(row()) == set()


def test_a_message_with_many_faults_names_them_all_at_once():
    raw = row({"order/regime": None, "order/subject": None}, orderNumber=None, messageId=None)
    assert codes(raw) >= {"regime_missing", "subject_unrecognisable", "order_number_missing"}


def test_no_finding_repeats_what_the_row_says():
    secret = "Geheimstraat 7"
    everywhere = json.loads(row())
    everywhere["order"]["subject"] |= {"bsn": secret, "skn": secret, "birthDate": secret, "phones": [secret]}
    everywhere["order"]["protected"][0] |= {"addresses": [{"postcode": secret, "houseNumber": secret}], secret: 1}
    everywhere["order"]["conditions"][0] |= {"type": secret, "schedule": secret, "zone": {"shape": {"type": secret}}}
    everywhere["order"] |= {"endsOn": secret, "ecli": secret, "caseNumber": secret, "timeZone": secret}
    found = parse_row(json.dumps(everywhere).encode(), CHECKS).findings
    assert len(found) > 10
    assert "Geheim" not in repr(found)


def test_a_longer_duration_is_lawful_when_the_order_was_extended():
    long = {"order/regime": "GDA", "order/endsOn": "2027-05-01"}
    assert "duration_beyond_law" in codes(row(long))
    assert "duration_beyond_law" not in codes(row(long, kind="extension"))


def message(**envelope):
    return parse_row(row(**envelope), CHECKS).message


def test_a_new_message_is_applied_and_the_same_again_is_a_duplicate():
    first, again = message(), message(sentAt="2026-11-21T10:00:00Z")
    assert verdict(Existing(), first) is Verdict.APPLY
    assert verdict(Existing(first.digest, {1: first.digest}), again) is Verdict.DUPLICATE


def test_the_same_version_under_another_id_is_a_duplicate_only_with_the_same_content():
    first = message()
    known = Existing(version_digests={1: first.digest})
    assert verdict(known, message(messageId="M-2")) is Verdict.DUPLICATE
    assert verdict(known, message(messageId="M-2", kind="change")) is Verdict.CONFLICT


def test_the_same_id_with_other_content_is_a_conflict_whatever_its_version():
    first = message()
    known = Existing(first.digest, {1: first.digest})
    assert verdict(known, message(version=2, kind="withdrawal")) is Verdict.CONFLICT
    assert verdict(Existing(None, {1: first.digest}), message(messageId="M-2", version=2)) is Verdict.APPLY


def test_a_message_without_a_version_is_compared_by_its_id():
    unplaced = message(version=None, kind="change")
    assert unplaced.version is None
    assert verdict(Existing(version_digests={1: message().digest}), unplaced) is Verdict.APPLY
    assert verdict(Existing(unplaced.digest), unplaced) is Verdict.DUPLICATE


def test_a_finding_carries_the_finer_cause_of_what_refused_the_value():
    assert finding("bsn_invalid", "/order/subject/bsn", "bsn_check").cause == "bsn_check"
    found = parse_row(row({"order/subject/bsn": "123456789"}), CHECKS).findings
    assert [each.cause for each in found] == ["bsn_check"]


def test_the_message_of_the_examples_is_what_it_says():
    assert message().kind is MessageKind.NEW
    assert message().raw == MESSAGE
