import json
from datetime import date

import pytest

from registry.access.rules import OrganisationKind
from registry.intake.findings import CATALOGUE, CODES, CONFLICTS, CatalogueError, read
from registry.intake.layouts import Layouts
from registry.intake.parsing import parse_row
from registry.intake.rules import Checks
from registry.law import load
from tests.intake.conftest import Deliver, outcomes
from tests.intake.damaged import DAMAGED
from tests.intake.messages import ABSENT, MESSAGE, row
from tests.world import Caller, World

LAYOUTS = Layouts(order_number=r"CJIB-\d{4}-\d{6}")
CHECKS = Checks(load(), received_on=date(2026, 11, 21), layouts=LAYOUTS)
CASES = [*DAMAGED, ("order_number_unusual", row(orderNumber="VREEMD-1"), "/orderNumber")]
_SOMEBODY_ELSE = {
    "order/subject/surname": "Yilmaz",
    "order/subject/aliases": [],
    "order/subject/birthDate": "1999-04-02",
}
# What only shows beside what is recorded, or beside who sends it: the messages in turn, and who sends the last.
IN_TURN = {
    "message_id_reused": ([row(), row(version=2, kind="change")], None),
    "version_reused": ([row(), row(messageId="M-2", kind="change")], None),
    "other_sender": ([row(), row(messageId="M-2", version=2)], OrganisationKind.OTHER_SENDER),
    "order_not_known": ([row(kind="end", order=ABSENT)], None),
    "subject_link_unknown": (
        [row(), row(messageId="M-2", version=2, kind="merge", subjectLink={"orderNumber": "X"})],
        None,
    ),
    "subject_link_itself": ([row(kind="merge", subjectLink={"orderNumber": "CJIB-2026-000123"})], None),
    "number_of_another": ([row(), row(_SOMEBODY_ELSE, messageId="M-2", orderNumber="CJIB-2026-000124")], None),
    "regime_not_of_sender": ([row()], OrganisationKind.OTHER_SENDER),
}


def found(raw):
    return parse_row(raw, CHECKS).findings


@pytest.mark.parametrize(("code", "raw", "field"), CASES, ids=[f"{code}:{field}" for code, _, field in CASES])
def test_each_fault_has_its_code_at_its_place(code, raw, field):
    findings = found(raw)
    assert (code, field) in {(each.code, each.field) for each in findings}
    assert parse_row(raw, CHECKS).rejected == any(each.severity == "rejected" for each in findings)


@pytest.mark.parametrize(("code", "raw", "field"), CASES, ids=[f"{code}:{field}" for code, _, field in CASES])
def test_no_fault_is_found_where_it_was_mended(code, raw, field):
    assert (code, field) not in {(each.code, each.field) for each in found(row())}


@pytest.mark.parametrize("code", IN_TURN)
def test_what_shows_beside_what_is_recorded_has_its_code(code, world: World, cjib: Caller, deliver: Deliver):
    messages, kind = IN_TURN[code]
    last = cjib if kind is None else world.caller("GEM-1", kind)
    for each in messages[:-1]:
        deliver(each)
    answer = deliver(messages[-1], by=last)
    (result,) = answer.json["results"]
    told = {each["code"]: each for each in result["findings"]}
    assert told[code]["severity"] == CATALOGUE[code].severity
    assert told[code]["actionNl"] == CATALOGUE[code].action_nl
    assert (result["outcome"] == "conflict") == (code in CONFLICTS)


def test_every_code_of_the_catalogue_has_a_message_that_brings_it_about():
    assert {code for code, _, _ in CASES} | set(IN_TURN) == set(CATALOGUE)


def test_every_code_says_in_dutch_what_is_wrong_and_what_to_do():
    assert all(each.message_nl.endswith(".") and each.action_nl.endswith(".") for each in CATALOGUE.values())
    assert set(CODES) | set(CONFLICTS) == set(CATALOGUE)


def test_only_what_nothing_can_be_done_with_is_rejected():
    assert {each.code for each in CATALOGUE.values() if each.severity == "rejected"} == {
        "row_too_large", "row_not_json", "row_not_object", "row_too_deep", "order_number_missing", "order_missing",
        "regime_missing", "regime_unknown", "subject_unrecognisable",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[warning.a]\nmessage_nl = "A."\naction_nl = "B."\n[rejected.a]\nmessage_nl = "A."\naction_nl = "B."',
            "twice",
        ),
        ('[warning.a]\nmessage_nl = "A."', "needs message_nl and action_nl"),
        ('[warning.a]\nmessage_nl = "A"\naction_nl = "B."', "each a sentence"),
        ('[advice.a]\nmessage_nl = "A."\naction_nl = "B."', "no such severity"),
    ],
    ids=["twice", "half", "no sentence", "severity"],
)
def test_a_catalogue_that_is_not_sound_is_refused_with_the_entry_named(text, fault):
    with pytest.raises(CatalogueError, match=fault):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Niet komen in de Geheimenstraat.",
        "Niet komen bij nummer 77.",
        "Geheimenstraat 177 en 7.",
        "Niet komen in 9712XL 77.",
        "De zitting van 9712 is verdaagd.",
    ],
)
def test_a_text_that_names_no_address_of_hers_is_left_alone(text):
    hers = {"postcode": "9712XK", "houseNumber": 77, "street": "Geheimenstraat"}
    changed = {"order/protected/0/addresses": [hers], "order/conditions/1/text": text}
    assert "protected_address_in_text" not in {each.code for each in found(row(changed))}


def test_the_address_of_who_is_bound_may_stand_in_a_text():
    changed = {"order/requestedPoliceAction": "Haal hem op in de Dorpsstraat 12, 3511AB Utrecht."}
    assert found(row(changed)) == ()


def test_no_finding_about_an_address_repeats_it():
    hers = {"postcode": "9712XK", "houseNumber": 77, "street": "Geheimenstraat", "bagId": "Geheimenstraat"}
    changed = {"order/protected/0/addresses": [hers], "order/remark": "Geheimenstraat 77, 9712XK"}
    told = repr(found(row(changed)))
    assert "protected_address_in_text" in told
    assert "Geheimen" not in told and "9712" not in told


@pytest.mark.long
def test_a_warning_never_costs_the_order(deliver: Deliver):
    raws = [raw for code, raw, _ in DAMAGED if CATALOGUE[code].severity == "warning"]
    numbered = []
    for number, raw in enumerate(raws):
        try:
            message = json.loads(raw)
        except ValueError:
            continue
        if message.get("messageId") == MESSAGE["messageId"]:
            numbered.append(json.dumps(message | {"messageId": f"W-{number}", "orderNumber": f"W-{number}"}).encode())
    # A few at a time: a delivery that takes long is answered 202, and judged after it.
    found = [outcomes(deliver(*numbered[first : first + 25])) for first in range(0, len(numbered), 25)]
    assert {outcome for some in found for outcome in some} <= {"accepted", "accepted_with_warnings"}


def test_anybody_may_read_the_catalogue(app):
    answer = app.test_client().get("/v1/finding-codes")
    assert answer.status_code == 200
    listed = {each["code"]: each for each in answer.json["findingCodes"]}
    assert list(listed) == list(CATALOGUE)
    assert listed["bsn_invalid"] == {
        "code": "bsn_invalid",
        "severity": "warning",
        "messageNl": CATALOGUE["bsn_invalid"].message_nl,
        "actionNl": CATALOGUE["bsn_invalid"].action_nl,
    }
