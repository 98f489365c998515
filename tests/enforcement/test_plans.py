from datetime import timedelta

from tests.enforcement.conftest import after, fact, instant


def plan(chain, proceeding, kind, at, by=None, **details):
    body = {"kind": kind, "plannedAt": instant(at), "details": details}
    return (by or chain.prosecution).post(f"/v1/proceedings/{proceeding['id']}/plans", body)


def test_a_plan_is_kept_until_its_step_happens(chain, clock):
    started = chain.proceeding("VV", fact("arrest", instant(clock.at)))
    soon = clock.at + timedelta(hours=2)
    made = plan(chain, started, "filing", soon, demand="custody")
    assert (made.status_code, made.json["doneBy"]) == (201, None)
    assert plan(chain, started, "filing", soon, demand="custody").json["id"] == made.json["id"]
    after(chain, started, fact("notification", instant(clock.at), to="prosecution"))
    assert chain.police.get(f"/v1/proceedings/{started['id']}").json["plans"][0]["doneBy"] is None
    done = after(chain, started, fact("filing", instant(clock.at), demand="custody"))
    assert done["plans"][0]["doneBy"] == done["events"][-1]["id"]
    withdrawal = f"/v1/proceedings/{started['id']}/plans/{made.json['id']}/withdrawal"
    assert chain.prosecution.post(withdrawal).json["code"] == "step_taken"


def test_what_the_law_does_not_allow_is_refused_with_the_article_and_nothing_is_kept(chain, clock):
    started = chain.proceeding("VBM", fact("arrest", instant(clock.at)))
    answer = plan(chain, started, "filing", clock.at, demand="execution")
    assert (answer.status_code, answer.json["code"]) == (409, "step_not_allowed")
    assert "[art. 6:6:20 lid 1 onder b Sv]" in answer.json["detail"]
    assert answer.json["errors"][0]["code"] == "not_allowed"
    too_much = plan(chain, started, "detention_executed", clock.at, days=200)
    assert {one["code"] for one in too_much.json["errors"]} == {"not_yet", "beyond_ledger"}
    assert chain.police.get(f"/v1/proceedings/{started['id']}").json["plans"] == []


def test_a_plan_can_be_taken_back_and_is_nobody_elses_business(chain, clock):
    started = chain.proceeding("VV", fact("arrest", instant(clock.at)))
    made = plan(chain, started, "filing", clock.at, demand="custody").json
    withdrawal = f"/v1/proceedings/{started['id']}/plans/{made['id']}/withdrawal"
    assert chain.stranger.post(withdrawal).status_code == 404
    assert plan(chain, started, "filing", clock.at, by=chain.stranger, demand="custody").status_code == 404
    assert chain.prosecution.post(withdrawal).json["withdrawnAt"] is not None
    assert chain.prosecution.post(withdrawal).status_code == 200
    assert chain.police.get(f"/v1/proceedings/{started['id']}").json["plans"] == []


def test_a_proceeding_shows_who_may_take_which_step_next(chain, clock):
    started = chain.proceeding("SVH", fact("arrest", instant(clock.at)))
    following = {one["step"]: one for one in started["nextSteps"]}
    assert following["demand_lift"]["actors"] == ["prosecution"]
    assert following["demand_lift"]["source"] == "art. 82, 84 lid 2 Sv"
    assert "appeal_subject" not in following


def test_a_fact_from_before_the_order_is_refused_and_one_of_its_first_day_is_not(chain):
    started = chain.proceeding("VV", fact("arrest", "2026-11-20T10:00:00Z"))
    answer = chain.record(started, fact("notification", "2023-01-01T12:00:00Z", to="minister"))
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "before_order")
    assert chain.record(started, fact("notification", "2023-01-01T23:30:00Z", to="minister")).status_code == 201
    order_id = started["orderId"]
    seen = {"orderId": order_id, "occurredFrom": "2022-05-01T10:00:00Z"}
    assert chain.police.post("/v1/breaches", seen).json["errors"][0]["pointer"] == "#/occurredFrom"
    body = {"orderId": order_id, "event": fact("arrest", "2022-05-01T10:00:00Z")}
    assert chain.police.post("/v1/proceedings", body).status_code == 400
