import json
from datetime import date

from registry.intake.findings import CODES, finding
from registry.intake.parsing import parse_row
from registry.intake.rules import Checks, Existing, Verdict, verdict
from registry.law import load
from registry.orders.rules import MessageKind
from tests.intake.messages import MESSAGE, row

CHECKS = Checks(load(), received_on=date(2026, 11, 21))


def codes(raw):
    return {each.code for each in parse_row(raw, CHECKS).findings}


def places(raw):
    return {(each.code, each.field) for each in parse_row(raw, CHECKS).findings}


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
