import pytest

from tests.enforcement.conftest import after, fact, status_of
from tests.world import some_id


@pytest.mark.parametrize("status", ["plausible", "permitted", "unfounded"])
def test_an_assessment_neither_blocks_nor_stops_a_proceeding(chain, status):
    breach = chain.breach(chain.order())
    more = {"plausible": {"provable": "poorly"}, "permitted": {"exemption": "Ophalen van het kind."}}
    finding = {"status": status, "reason": "Zo is het."} | more.get(status, {})
    chain.police.post(f"/v1/breaches/{breach['id']}/assessments", finding)
    body = {"breachId": breach["id"], "event": fact("arrest", "2026-11-23T11:00:00Z")}
    started = chain.police.post("/v1/proceedings", body).json
    assert started["endedAt"] is None
    assert status_of(chain, started) == status


def test_only_the_recorded_decision_of_a_court_makes_a_breach_proven(chain):
    started = chain.proceeding()
    path = f"/v1/breaches/{started['breachId']}"
    after(chain, started, fact("examining_judge_decision", "2026-11-23T10:00:00Z", decision="granted"))
    assert status_of(chain, started) == "suspected"
    by_others = fact("outcome", "2026-11-23T11:00:00Z", outcome="execution", decidedBy="prosecutor")
    claimed = by_others | {"details": by_others["details"] | {"breachEstablished": True}}
    refused = chain.record(started, claimed)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "#/details/breachEstablished")
    ruling = fact("outcome", "2026-11-23T11:00:00Z", outcome="execution", decidedBy="court", breachEstablished=True)
    proven = after(chain, started, ruling)
    shown = chain.police.get(path).json
    assert shown["status"] == "proven"
    assert (shown["proof"]["eventId"], shown["proof"]["by"]) == (proven["endedBy"], "tester-1")
    finding = {"status": "unfounded", "reason": "Toch niet."}
    assert chain.police.post(f"{path}/assessments", finding).status_code == 409
    upheld = fact("outcome", "2026-11-23T11:00:00Z", outcome="refused", decidedBy="court", breachEstablished=False)
    after(chain, started, upheld | {"corrects": proven["endedBy"]})
    assert (chain.police.get(path).json["status"], chain.police.get(path).json["proof"]) == ("suspected", None)


def test_a_stranger_finds_no_proceeding_and_adds_nothing_to_it(chain):
    started = chain.proceeding()
    for other in (chain.stranger, chain.partner):
        assert other.get(f"/v1/proceedings/{started['id']}").status_code == 404
        assert chain.record(started, fact("receipt", "2026-11-23T11:00:00Z"), by=other).status_code == 404
        body = {"breachId": started["breachId"], "event": fact("arrest", "2026-11-23T11:00:00Z")}
        assert other.post("/v1/proceedings", body).status_code == 404
    assert chain.police.get(f"/v1/proceedings/{some_id()}").status_code == 404
