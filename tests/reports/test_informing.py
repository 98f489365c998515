from datetime import timedelta

import pytest

from registry.access.rules import OrganisationKind
from registry.orders.register.content import Party
from registry.orders.rules import PartyRole
from registry.reports.informing.rules import MOMENTS_NL, Moment, missing
from tests.enforcement.conftest import instant
from tests.orders.orders import PROTECTED
from tests.reports.told import NUMBER, WISHES, send
from tests.world import NOW

FOUR = [one.value for one in Moment]


def told(moment="order_explained", reference="GESPREK-1", **changes):
    proof = {"kind": "conversation_note", "reference": reference}
    return {"moment": moment, "toldAt": instant(NOW), "channel": "in_person", "proof": proof} | changes


def test_each_of_the_four_moments_is_kept_with_its_proof_and_what_is_missing_is_shown(chain):
    other = Party(PartyRole.PROTECTED, "P2", surname="Zilvermeer")
    order_id = chain.order(protected=(PROTECTED, other))
    path = f"/v1/orders/{order_id}/moments"
    left = list(FOUR)
    for moment in FOUR:
        answer = chain.police.post(path, told(moment, protected="P1"))
        assert answer.status_code == 201
        left.remove(moment)
        shown = chain.prosecution.get(path).json
        assert shown["protected"] == [{"protected": "P1", "missing": left}, {"protected": "P2", "missing": FOUR}]
    assert [one["text"] for one in shown["moments"]] == [MOMENTS_NL[Moment(one)] for one in FOUR]
    assert "Zilvermeer" not in str(shown) and "Vosmeer" not in str(shown)
    assert shown["moments"][0]["by"] == "tester-1"


def test_what_she_was_told_after_her_report_counts_there_and_is_seen_at_the_order(chain):
    order_id = chain.order()
    receipt, noise = send(chain, orderNumber=NUMBER), send(chain)
    path = f"/v1/reports/{receipt['id']}/moments"
    assert chain.partner.post(path, told("outcome_told")).status_code == 201
    chain.partner.post(f"/v1/reports/{noise['id']}/moments", told("outcome_told", "GESPREK-2"))
    assert chain.partner.get(path).json["missing"] == FOUR[:3]
    shown = chain.police.get(f"/v1/orders/{order_id}/moments").json
    assert [(one["reportId"], one["protected"]) for one in shown["moments"]] == [(receipt["id"], None)]
    assert shown["protected"] == [{"protected": "P1", "missing": FOUR[:3]}], "the order protects nobody else"


def test_the_same_proof_twice_is_one_and_for_something_else_is_refused(chain):
    receipt, other = send(chain), send(chain)
    path = f"/v1/reports/{receipt['id']}/moments"
    first = chain.partner.post(path, told())
    assert chain.partner.post(path, told()).json == first.json
    for where, body in (
        (path, told(channel="phone")),
        (f"/v1/reports/{other['id']}/moments", told()),
    ):
        assert chain.partner.post(where, body).json["code"] == "reference_used"
    assert len(chain.partner.get(path).json["moments"]) == 1


def test_nobody_else_records_or_reads_it(chain, world):
    order_id = chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    of_order, of_report = f"/v1/orders/{order_id}/moments", f"/v1/reports/{receipt['id']}/moments"
    other = world.caller("VT", OrganisationKind.PARTNER)
    for who, path in ((chain.stranger, of_order), (chain.partner, of_order), (other, of_report)):
        assert who.get(path).status_code == 404
        assert who.post(path, told(**({"protected": "P1"} if path == of_order else {}))).status_code == 404
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    assert cjib.get(of_order).status_code == 403
    assert chain.police.get(of_order).json["moments"] == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"toldAt": instant(NOW + timedelta(hours=1))}, "#/toldAt"),
        ({"protected": "P9"}, "#/protected"),
        ({"moment": "gossip"}, "#/moment"),
        ({"proof": {"kind": "hearsay", "reference": "A"}}, "#/proof/kind"),
        ({"proof": {"kind": "copy", "reference": "A", "sha256": "xyz"}}, "#/proof/sha256"),
    ],
)
def test_what_proves_nothing_is_refused_and_not_kept(chain, changes, pointer):
    path = f"/v1/orders/{chain.order()}/moments"
    answer = chain.police.post(path, told(protected="P1") | changes)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, pointer)
    assert chain.police.get(path).json["moments"] == []


def test_a_letter_is_recorded_as_a_fact_and_says_that_she_did_not_want_it(chain):
    receipts = send(chain, contact=WISHES), send(chain, contact={"wantsToHear": True, "byPost": True})
    shown = [
        chain.partner.post(f"/v1/reports/{one['id']}/moments", told(reference=f"BRIEF-{number}", channel="post")).json
        for number, one in enumerate(receipts)
    ]
    assert [one["againstHerWishes"] for one in shown] == [True, False]


def test_nothing_is_missing_once_all_four_were_told():
    assert missing(FOUR) == () and missing([]) == tuple(Moment)
