import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.access.rules import OrganisationKind, Scope
from registry.intake import layouts
from registry.intake.layouts import Layouts
from registry.intake.parsing import content_digest, order_digest, parse_row
from registry.intake.parsing.canonical import ENVELOPE_FIELDS, canonical_json, digests
from registry.intake.rules import Checks
from registry.law import load
from registry.orders.naming.free_text import Whereabouts, shielded, tells_address
from registry.orders.register.content import Amount, AnkleMonitor, BreachPenalty, ServiceHow
from registry.orders.register.exceptions import ExceptionKind
from registry.orders.register.identity import document_of, party_of
from tests.intake.conftest import Deliver, outcomes
from tests.intake.damaged import gda
from tests.intake.messages import MESSAGE, row
from tests.world import Caller, World

CHECKS = Checks(load(), received_on=date(2026, 11, 21))
HANDOVER = {"kind": "child_handover", "text": "Bij de overdracht van Noor, op school."}
HANDOVER |= {"weekly": [{"days": ["fri"], "from": "17:00", "until": "18:00", "note": "Kerkstraat"}]}
HEARING = {"kind": "court", "from": "2027-01-05T09:00:00+01:00", "until": "2027-01-05T12:00:00+01:00"}
HERS = {"postcode": "9712XK", "houseNumber": 77, "street": "Geheimenstraat", "city": "Verborgendam"}
FULL = {
    "order/service": {"servedOn": "2026-11-02", "inPerson": False, "how": "at_address", "knownOn": "2026-11-05"},
    "order/subject/birthDate": "2010-03-12",
    "order/subject/minor": True,
    "order/youthSupervision": {"organisation": "JR-MN", "contactName": "B. Jong", "phone": "+31301230000"},
    "order/penaltyPerBreach": {"each": {"amount": 7, "unit": "day"}, "maximum": {"amount": 6, "unit": "month"}},
    "order/ankleMonitor": {"considered": True, "imposed": True, "kind": "gps", "reason": "Hoog risico op herhaling."},
    "order/renewals": 1,
    "order/prosecutionStartedOn": "2026-11-10",
    "order/remark": "Zij woont in de Geheimenstraat 77 te Verborgendam.",
    "order/protected/0/addresses": [HERS],
    "order/conditions/1/exceptions": [HANDOVER, {"kind": "lawyer"}, HEARING],
    "order/conditions/1/text": "Geen contact met Vos, ook niet via de post naar 9712 XK 77.",
}


def parse(changes=None, **envelope):
    return parse_row(row(changes, **envelope), CHECKS)


def codes(changes=None, **envelope):
    return {each.code for each in parse(changes, **envelope).findings}


def test_what_a_decision_says_beside_its_conditions_is_read():
    content = parse(FULL).message.content
    assert (content.service_how, content.known_on) == (ServiceHow.AT_ADDRESS, date(2026, 11, 5))
    assert content.breach_penalty == BreachPenalty(Amount(7, "day"), Amount(6, "month"))
    assert content.ankle_monitor == AnkleMonitor(True, True, "gps", "Hoog risico op herhaling.")
    assert (content.renewals, content.prosecution_started_on) == (1, date(2026, 11, 10))
    assert content.youth_supervision.organisation == "JR-MN"
    assert content.subject.minor is True
    assert codes(FULL) == {"protected_address_in_text"}


def test_the_exceptions_of_a_contact_ban_are_read_with_their_times():
    handover, lawyer, hearing = parse(FULL).message.content.conditions[1].exceptions
    assert (handover.kind, handover.windows[0]["from"]) == (ExceptionKind.CHILD_HANDOVER, "17:00")
    assert (lawyer.kind, lawyer.windows, lawyer.from_at) == (ExceptionKind.LAWYER, (), None)
    assert hearing.until_at == datetime(2027, 1, 5, 11, tzinfo=UTC)


def test_an_exception_that_cannot_be_read_is_kept_as_text():
    told = {"kind": "bij oma", "text": "Bij oma op zondag.", "weekly": "zondag"}
    (kept,) = parse({"order/conditions/1/exceptions": [told]}).message.content.conditions[1].exceptions
    assert (kept.kind, kept.text, kept.times_unreadable) == (ExceptionKind.OTHER, "Bij oma op zondag.", True)


@pytest.mark.parametrize(
    ("changes", "envelope", "wrong"),
    [
        (gda(endsOn="2027-01-29"), {}, set()),
        (gda(endsOn="2027-01-30"), {}, {"duration_beyond_law"}),
        (gda(endsOn="2027-04-29", renewals=1, prosecutionStartedOn="2026-12-01"), {"kind": "extension"}, set()),
        (gda(endsOn="2027-04-30", renewals=1, prosecutionStartedOn="2026-12-01"), {}, {"duration_beyond_law"}),
        (gda(endsOn="2027-10-26"), {"kind": "extension"}, {"prosecution_unknown"}),
        (gda(renewals=0), {}, set()),
        (gda(ground="d"), {}, set()),
        (gda(ground="e"), {}, {"ground_unknown"}),
    ],
)  # fmt: skip
def test_a_prosecutors_order_is_held_against_its_ninety_days_and_three_renewals(changes, envelope, wrong):
    told = {"order/conditions/0/electronicMonitoring": False} | changes
    assert codes(told, **envelope) == wrong


@pytest.mark.parametrize(
    ("born", "minor", "wrong"),
    [
        ("2008-11-02", None, {"youth_supervision_missing"}),
        ("2008-11-01", None, set()),
        ("2008-00-00", None, set()),
        ("2008-00-00", True, {"youth_supervision_missing"}),
        ("1985-03-12", True, {"youth_supervision_missing", "minor_contradicts_birth_date"}),
        ("2010-03-12", False, {"minor_contradicts_birth_date"}),
        (None, True, {"youth_supervision_missing"}),
        (None, False, set()),
    ],
)
def test_who_is_under_age_on_the_day_of_the_decision_has_a_youth_supervisor(born, minor, wrong):
    assert codes({"order/subject/birthDate": born, "order/subject/minor": minor}) == wrong


@pytest.mark.parametrize(
    ("each", "maximum", "lawful"),
    [
        ((3, "day"), None, True),
        ((2, "day"), None, False),
        ((1, "week"), None, True),
        ((6, "month"), None, True),
        ((181, "day"), None, False),
        ((7, "day"), (180, "day"), True),
        ((7, "day"), (7, "month"), False),
        ((500, "eur"), (10_000, "eur"), True),
    ],
)
def test_the_detention_for_each_breach_is_three_days_to_six_months_in_all(each, maximum, lawful):
    told = {"each": {"amount": each[0], "unit": each[1]}}
    if maximum:
        told["maximum"] = {"amount": maximum[0], "unit": maximum[1]}
    found = codes({"order/regime": "VBM", "order/penaltyPerBreach": told})
    assert ("penalty_outside_law" in found) is not lawful


@pytest.mark.parametrize(
    ("bag_id", "good"),
    [
        ("0344010000123456", True),
        ("0344 2000 0012 3456", True),
        ("0344050000123456", False),
        ("0000010000123456", False),
        ("034401000012345", False),
        ("0344010000000000", False),
    ],
)
def test_a_bag_identification_has_sixteen_digits_and_a_kind_that_exists(bag_id, good):
    assert ("bag_id_unreadable" not in codes({"order/subject/addresses/0/bagId": bag_id})) is good


def test_the_layouts_that_are_not_public_are_configuration():
    own = Checks(load(), date(2026, 11, 21), Layouts(skn=r"SK\d{4}", case_number=r"P-\d+", order_number=r"EX\d{6}"))
    found = parse_row(row({"order/subject/skn": "SK-1234", "order/caseNumber": "P-7"}, orderNumber="EX123456"), own)
    assert found.findings == ()
    assert (found.message.content.subject.skn, found.message.content.case_number) == ("SK1234", "P-7")
    assert {each.code for each in parse_row(row(), own).findings} == {
        "order_number_unusual", "skn_invalid", "case_number_unreadable"
    }  # fmt: skip


def test_numbers_risk_and_whereabouts_are_read_and_kept():
    told = {
        "order/appealNumber": "21-000123-26",
        "order/incidentNumber": "PL0900-2026123456-1",
        "order/risk": {"level": "HOOG", "assessedOn": "2026-10-30", "instrument": "SASH"},
        "order/caseDirector": {"organisation": "POL-MN", "contactName": "Team Zuid", "phone": "0301234567"},
        "order/subject/vNumber": "1234 567890",
        "order/subject/noFixedAbode": True,
        "order/subject/riskMarkers": [{"kind": "wapen", "text": "Eerder met een mes."}, {"kind": "medical"}],
    }
    found = parse_row(row(told), CHECKS)
    order = found.message.content
    assert found.findings == ()
    assert (order.appeal_number, order.incident_number) == ("21-000123-26", "PL0900-2026123456-1")
    assert (order.risk.level, order.risk.assessed_on, order.risk.instrument) == ("high", date(2026, 10, 30), "SASH")
    assert order.case_director.contact_name == "Team Zuid"
    assert (order.subject.v_number, order.subject.no_fixed_abode) == ("1234567890", True)
    assert [(each.kind, each.text) for each in order.subject.risk_markers] == [
        ("weapon", "Eerder met een mes."), ("medical", None)
    ]  # fmt: skip
    again = party_of("subject", "S", document_of(order.subject))
    assert again == order.subject
    newer = {"v_number", "no_fixed_abode", "risk_markers"}
    before = {name: value for name, value in document_of(order.subject).items() if name not in newer}
    assert party_of("subject", "S", before).risk_markers == ()


def test_what_is_configured_holds_for_every_row_of_the_process():
    layouts.configure({"order_number": r"EX\d+"})
    try:
        assert Checks(load(), date(2026, 11, 21)).layouts == Layouts(order_number=r"EX\d+")
    finally:
        layouts.configure({})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["order", "kind", "messageId", "a", "z", "é", '"order":null']), json_values))
def test_both_digests_written_at_once_are_those_of_the_whole_and_of_the_order(message):
    said = {name: value for name, value in message.items() if name not in ENVELOPE_FIELDS}
    whole, order = digests(message)
    assert whole == content_digest(message) == order_digest(said)
    assert order == (order_digest(message["order"]) if isinstance(message.get("order"), dict) else None)


def test_a_message_that_a_fast_writer_would_write_otherwise_has_the_digest_of_the_scheme():
    for number, form in ((1e21, "1e+21"), (1e-7, "1e-7"), (5.0, "5"), (0.5, "0.5")):
        assert canonical_json({"order": {"x": number}}).decode() == f'{{"order":{{"x":{form}}}}}'


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Niet komen in de geheimenstraat 77 te verborgendam.", "Niet komen in de [afgeschermd] te [afgeschermd]."),
        ("Geen contact met Saskia VOS of haar zoon.", "Geen contact met [afgeschermd] of haar zoon."),
        ("Bel 06-87 65 43 21 of mail s.vos@example.org.", "Bel [afgeschermd] of mail [afgeschermd]."),
        ("Niet binnen 100 meter van de woning.", "Niet binnen 100 meter van de woning."),
        ("Post naar 9712 xk 77 sturen mag niet.", "Post naar [afgeschermd] sturen mag niet."),
        ("Meldt zich op maandag om 10:00 uur.", "Meldt zich op maandag om 10:00 uur."),
        ("Komt niet bij de Curaçaosingel 5a.", "Komt niet bij de [afgeschermd]."),
    ],
)
def test_a_shielded_text_tells_nobodys_name_or_place(text, hidden):
    assert shielded(text, ["Vos", "Saskia", "Geheimenstraat", "Verborgendam", "Curacaosingel"]) == hidden


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["Zilverwilgenhof", "zilverwilgenhof", "9712 XK"]))
def test_whatever_stands_around_it_a_word_of_hers_is_hidden(before, after, word):
    hidden = shielded(f"{before} {word} {after}", ["Zilverwilgenhof", "9712", "XK"])
    assert "zilverwilgenhof" not in hidden.casefold()
    assert "9712 xk" not in hidden.casefold()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_search_for_addresses_fail(text):
    assert tells_address(f"{text} 9712XK 77", [Whereabouts("9712XK", 77, "Geheimenstraat")])
    tells_address(text, [Whereabouts(None, None, None), Whereabouts("9712XK", None, ""), Whereabouts(None, 7, "(")])


def test_the_fields_are_shown_whole_or_shielded(deliver: Deliver, world: World, cjib: Caller):
    answer = deliver(row(FULL))
    assert outcomes(answer) == ["accepted_with_warnings"]
    order_id = answer.json["results"][0]["orderId"]
    trusted = world.caller("CJIB", OrganisationKind.CJIB, Scope.ORDERS_READ, Scope.PROTECTED_READ)
    others = world.caller("CJIB", OrganisationKind.CJIB, Scope.ORDERS_READ)
    whole, shown = (one.get(f"/v1/orders/{order_id}").json for one in (trusted, others))
    for told in (whole, shown):
        assert (told["serviceHow"], told["knownOn"], told["servedInPerson"]) == ("at_address", "2026-11-05", False)
        assert told["penaltyPerBreach"]["maximum"] == {"amount": 6.0, "unit": "month"}
        assert told["youthSupervision"]["contactName"] == "B. Jong"
        assert told["legalBasis"]["validFrom"] == "2020-01-01"
        assert (told["renewals"], told["prosecutionStartedOn"]) == (1, "2026-11-10")
        assert told["ankleMonitor"]["kind"] == "gps"
        summaries = [each["summary"] for each in told["conditions"][1]["exceptions"]]
        assert summaries[0] == "Uitgezonderd: bij de overdracht van een kind, vrijdag 17:00-18:00."
        assert summaries[2] == "Uitgezonderd: bij een zitting, vanaf 05-01-2027 09:00, tot 05-01-2027 12:00."
    assert whole["conditions"][1]["text"] == FULL["order/conditions/1/text"]
    assert whole["parties"][1]["identity"]["addresses"][0]["street"] == "Geheimenstraat"
    assert "Kerkstraat" not in json.dumps(whole["conditions"][1]["exceptions"])
    assert shown["remark"] == "Zij woont in de [afgeschermd] te [afgeschermd]."
    secrets = ("Geheimenstraat", "9712", "Verborgendam", "Vos", "Noor")
    assert [word for word in secrets if word in json.dumps(shown)] == []


def test_an_officer_sees_what_a_ban_leaves_open_and_since_when_it_is_known(deliver: Deliver, world: World):
    deliver(row(FULL))
    room = world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    answer = room.post("/v1/lookups", {"purpose": "acute_call", "bsn": "111222333"})
    (hit,) = answer.json["hits"]
    assert hit["person"]["minor"] is True
    assert (hit["knownOn"], hit["serviceHow"]) == ("2026-11-05", "at_address")
    assert hit["youthSupervision"]["organisation"] == "JR-MN"
    assert hit["conditions"][1]["exceptionsNl"][1] == "Uitgezonderd: via de advocaat."
    assert hit["conditions"][1]["verbatim"].startswith("Geen contact met [afgeschermd]")
    assert "Geheimenstraat" not in answer.text


def test_a_message_of_before_these_fields_is_shown_without_them(deliver: Deliver, cjib: Caller):
    order_id = deliver(json.dumps(MESSAGE).encode()).json["results"][0]["orderId"]
    told = cjib.get(f"/v1/orders/{order_id}").json
    assert (told["penaltyPerBreach"], told["ankleMonitor"], told["youthSupervision"]) == (None, None, None)
    assert all(each["exceptions"] == [] for each in told["conditions"])
