import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.law import load
from registry.law.rules import RegimeCode
from tests.intake.conftest import codes, many, outcomes
from tests.intake.messages import row
from tests.intake.test_provisional import ask

SENT_BY_OTHERS = ("HV", "BGM", "CIV", "EPO_IN", "EPO_OUT", "ESO", "PROB", "REG606", "VJW")


@pytest.fixture
def mayor(world):
    return world.caller("GEM-UTR", OrganisationKind.OTHER_SENDER, Scope.OTHER_ORDERS_WRITE, Scope.DELIVERIES_READ)


def of_regime(regime, number="GEM-2026-1", **envelope):
    changes = {"order/regime": regime, "order/endsOn": "2026-11-10"}
    return row(changes, orderNumber=number, messageId=f"M-{number}", **envelope)


def found(answer):
    return {code for each in codes(answer.json["results"]) for code in each}


@pytest.mark.parametrize("regime", SENT_BY_OTHERS)
def test_an_order_that_does_not_come_from_the_cjib_is_taken_from_another_sender(deliver, mayor, regime):
    answer = deliver(of_regime(regime), by=mayor)
    assert outcomes(answer)[0].startswith("accepted")
    assert "regime_not_of_sender" not in found(answer)


def test_a_regime_of_another_sender_is_taken_with_a_warning_and_never_hidden(deliver, mayor, police):
    for by, regime, number in ((mayor, "GDA", "GEM-9"), (None, "HV", "CJIB-9")):
        answer = deliver(of_regime(regime, number), **({"by": by} if by else {}))
        assert outcomes(answer) == ["accepted_with_warnings"]
        assert "regime_not_of_sender" in found(answer)
    hits = {hit["orderNumber"]: hit["source"] for hit in ask(police, bsn="111222333")["hits"]}
    assert hits.keys() == {"GEM-9", "CJIB-9"}
    assert all("bevestig" in source["doubtNl"] for source in hits.values())


def test_the_warning_is_given_again_when_a_row_is_judged_again_and_not_for_what_is_expected(deliver):
    assert "regime_not_of_sender" not in found(deliver(*many(3)))


def test_each_sender_has_a_scope_of_its_own(deliver, world):
    wrong = world.caller("GEM-2", OrganisationKind.OTHER_SENDER, Scope.DELIVERIES_WRITE)
    assert deliver(of_regime("HV"), by=wrong).status_code == 403
    wrong = world.caller("CJIB", OrganisationKind.CJIB, Scope.OTHER_ORDERS_WRITE)
    assert deliver(of_regime("VV"), by=wrong).status_code == 403
    prosecution = world.caller("OM-NH", OrganisationKind.PROSECUTION, Scope.OTHER_ORDERS_WRITE)
    answer = deliver(of_regime("EPO_IN", "EPO-1"), by=prosecution)
    assert answer.status_code == 200 and "regime_not_of_sender" not in found(answer)
    for kind in (OrganisationKind.POLICE, OrganisationKind.PARTNER):
        assert deliver(of_regime("HV"), by=world.caller(f"X-{kind}", kind)).status_code == 403


def test_a_lookup_names_the_source_of_each_hit_and_lists_the_other_senders(deliver, mayor, police, world):
    world.organisation("GEM-STIL", OrganisationKind.OTHER_SENDER)
    world.organisation("RN-MN", OrganisationKind.PROBATION)
    deliver(of_regime("HV"), by=mayor)
    deliver(row())
    answer = ask(police, bsn="111222333")
    assert {hit["orderNumber"]: hit["source"]["code"] for hit in answer["hits"]} == {
        "GEM-2026-1": "GEM-UTR",
        "CJIB-2026-000123": "CJIB",
    }
    listed = {one["code"]: one["lastMessageAt"] for one in answer["sources"]}
    assert listed.keys() == {"CJIB", "GEM-STIL", "GEM-UTR"}
    assert listed["GEM-STIL"] is None and listed["GEM-UTR"] is not None


def test_nothing_known_still_names_every_source(deliver, mayor, police):
    deliver(*many(2))
    answer = ask(police, bsn="999990019")
    assert answer["hits"] == [] and {one["code"] for one in answer["sources"]} == {"CJIB", "GEM-UTR"}


def test_the_table_of_senders_knows_every_regime_with_a_source():
    law = load()
    assert {code for each in law.senders for code in each.regimes} == set(RegimeCode)
    assert all(each.source and each.kinds for each in law.senders)
    assert {kind for each in law.senders for kind in each.kinds} <= {kind.value for kind in OrganisationKind}
