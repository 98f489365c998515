import json

from registry.access.rules import OrganisationKind, Scope
from registry.reports.news import tell_partners
from tests.reports.told import NUMBER, STORY, WISHES, link_of, news, send


def test_the_partner_reads_a_few_coarse_words_and_never_an_outcome(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    path = f"/v1/reports/{receipt['id']}/status"
    breach_id = link_of(chain, receipt)["breachId"]

    def word():
        answer = chain.partner.get(path)
        for secret in ("arrest", "aangehouden", "proven", "bewezen", breach_id):
            assert secret not in answer.text
        return answer.json["status"]

    words = [word()]
    finding = {"status": "plausible", "reason": "Camerabeeld.", "provable": "well"}
    chain.police.post(f"/v1/breaches/{breach_id}/assessments", finding)
    words.append(word())
    arrest = {"kind": "arrest", "occurredAt": "2026-11-23T11:00:00Z"}
    started = chain.police.post("/v1/proceedings", {"breachId": breach_id, "event": arrest}).json
    words.append(word())
    details = {"outcome": "execution", "decidedBy": "court", "breachEstablished": True}
    outcome = {"kind": "outcome", "occurredAt": "2026-11-23T11:30:00Z", "details": details}
    chain.prosecution.post(f"/v1/proceedings/{started['id']}/events", outcome)
    words.append(word())
    assert words == ["received", "being_assessed", "in_proceedings", "closed"]
    assert chain.stranger.get(path).status_code == 404


def test_a_report_that_joins_what_is_going_on_already_reads_received_until_a_human_acts_on_it(chain, shared, clock):
    chain.order()
    breach_id = link_of(chain, send(chain, orderNumber=NUMBER))["breachId"]
    arrest = {"kind": "arrest", "occurredAt": "2026-11-23T11:00:00Z"}
    assert chain.police.post("/v1/proceedings", {"breachId": breach_id, "event": arrest}).status_code == 201
    clock.forward(hours=1)
    guessed, unknown = send(chain, orderNumber=NUMBER), send(chain, orderNumber="CJIB-2026-999999")
    words = [chain.partner.get(f"/v1/reports/{one['id']}/status").json["status"] for one in (guessed, unknown)]
    assert words == ["received", "received"]
    assert link_of(chain, guessed)["breachId"] == breach_id
    clock.forward(hours=1)
    finding = {"status": "plausible", "reason": "Camerabeeld.", "provable": "well"}
    assert chain.police.post(f"/v1/breaches/{breach_id}/assessments", finding).status_code == 201
    words = [chain.partner.get(f"/v1/reports/{one['id']}/status").json["status"] for one in (guessed, unknown)]
    assert words == ["in_proceedings", "received"]


def test_a_report_that_a_human_linked_is_being_assessed_and_one_found_unfounded_is_closed(chain, shared):
    order_id = chain.order()
    receipt = send(chain)
    linked = chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)}).json
    assert linked["status"] == "being_assessed"
    finding = {"status": "unfounded", "reason": "Niet hij."}
    chain.police.post(f"/v1/breaches/{linked['link']['breachId']}/assessments", finding)
    assert chain.partner.get(f"/v1/reports/{receipt['id']}/status").json["status"] == "closed"


def test_the_partner_hears_of_each_change_once_and_learns_no_order_from_it(chain, shared):
    order_id = chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    noise = send(chain)
    breach_id = link_of(chain, receipt)["breachId"]
    tell_partners(shared)
    finding = {"status": "plausible", "reason": "Camerabeeld.", "provable": "well"}
    chain.police.post(f"/v1/breaches/{breach_id}/assessments", finding)
    for _ in range(3):
        tell_partners(shared)
    heard = news(shared, chain.partner.organisation_id)
    assert [(what, data["report_id"], data["status"]) for what, data in heard] == [
        ("received", receipt["id"], "received"),
        ("received", noise["id"], "received"),
        ("status_changed", receipt["id"], "being_assessed"),
    ]
    assert str(order_id) not in json.dumps(heard) and breach_id not in json.dumps(heard)
    owners = news(shared, chain.police.organisation_id)
    assert owners[0][1]["order_id"] == str(order_id)
    assert [what for what, _ in owners] == ["received", "status_changed"]
    assert news(shared, chain.stranger.organisation_id) == []


def test_a_report_is_its_partners_own_and_no_other_partner_finds_it(chain, world):
    other = world.caller("VT", OrganisationKind.PARTNER)
    receipt = send(chain)
    for path in (f"/v1/reports/{receipt['id']}", f"/v1/reports/{receipt['id']}/status"):
        assert other.get(path).status_code == 404
        assert chain.partner.get(path).status_code == 200
    assert other.get("/v1/reports").json["reports"] == []
    assert chain.partner.get(f"/v1/reports/{receipt['id']}").json["description"] == STORY


def test_the_protected_person_and_her_wishes_are_shown_only_to_who_may_see_them(chain, world):
    chain.order()
    protected = {"surname": "Vosmeer", "address": "Verborgenlaan 77"}
    receipt = send(chain, orderNumber=NUMBER, protected=protected, contact=WISHES)
    path = f"/v1/reports/{receipt['id']}"
    narrow = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ)
    shown = narrow.get(path).json
    assert (shown["protected"], shown["contact"], shown["description"]) == (None, None, None)
    for who in (chain.police, chain.partner):
        assert who.get(path).json["contact"].items() >= WISHES.items()
        assert who.get(path).json["protected"]["address"] == "Verborgenlaan 77"
