from datetime import timedelta

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from registry.access.rules import OrganisationKind, Scope
from registry.alerts.models import Alert
from registry.orders import service as orders
from registry.outbox.delivery import Sender, pump
from registry.outbox.models import Event, EventAudience
from tests.enforcement.conftest import after, fact, instant
from tests.orders.orders import content, message, sender
from tests.outbox.receiver import receiving
from tests.world import NOW

COURSE = "nl.beschermingsbevel.proceeding."
CJIB_HEARS = [("event_recorded", "arrest"), ("reported", None), ("started", "arrest")]
SEEN = {"occurredFrom": instant(NOW - timedelta(hours=3)), "kind": "location"}


def observed(chain, by=None, **changes):
    order_id = chain.order()
    return (by or chain.probation).post("/v1/breaches", SEEN | {"orderId": str(order_id)} | changes)


def told_to(shared, short):
    with shared.database.reading() as session:
        rows = select(EventAudience.organisation_id).join(Event, Event.id == EventAudience.event_id)
        return set(session.scalars(rows.where(Event.type.contains(short))))


def alerts(shared, alert_class):
    with shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class == alert_class).order_by(Alert.id))
        return [(one.priority, one.police_org_id, one.prosecuting_org_id, one.closed_at is None) for one in rows]


def test_a_report_of_probation_goes_to_prosecution_and_cjib_at_once(chain, shared, world):
    cjib = world.organisation("CJIB", OrganisationKind.CJIB)
    answer = observed(chain, awareAt=instant(NOW - timedelta(hours=2)), reference="RN-1")
    (source,) = answer.json["sources"]
    assert (source["kind"], source["breachKind"], source["safetyAtStake"]) == ("supervision", "location", False)
    assert source["awareAt"] == instant(NOW - timedelta(hours=2))
    assert told_to(shared, "breach.reported") == {chain.prosecution.organisation_id, cjib.id}
    assert alerts(shared, "supervision_report") == [(2, None, chain.prosecution.organisation_id, True)]


def test_the_cjib_reads_each_arrest_and_report_of_probation_in_the_feed_and_hears_it_by_webhook(chain, shared, world):
    cjib = world.caller("CJIB", OrganisationKind.CJIB, Scope.EVENTS_READ, Scope.SUBSCRIPTIONS_MANAGE)
    with receiving() as receiver:
        wish = {"url": receiver.url, "types": ["nl.beschermingsbevel.breach.reported.v1", f"{COURSE}*"]}
        secret = cjib.post("/v1/subscriptions", wish).json["secret"]
        breach = observed(chain).json
        told = {"breachId": breach["id"], "event": fact("arrest", instant(NOW))}
        started = chain.police.post("/v1/proceedings", told).json
        after(chain, started, fact("arrest", instant(NOW - timedelta(minutes=1))) | {"another": True})
        for _ in range(2):
            pump(shared)
            shared.get(Sender).finish()
        heard = [Webhook(secret).verify(one.body, one.headers) for one in receiver.requests]
    essence = sorted((one["type"].split(".")[-2], one["data"].get("kind"), one["data"]["orderId"]) for one in heard)
    assert essence == [(what, kind, breach["orderId"]) for what, kind in CJIB_HEARS]
    feed = cjib.get(f"/v1/events?types={wish['types'][0]},{COURSE}*").json["events"]
    assert {one["id"] for one in feed} == {one["id"] for one in heard}
    assert not any(private in str(heard) for private in ("Berg", "Vosmeer", "Verborgenlaan", "Dorpsstraat", "tester-1"))
    assert chain.stranger.get("/v1/events").json["events"] == []


@pytest.mark.parametrize(("regime", "hears"), [("VV", True), ("GDA", False)])
def test_of_an_order_that_it_did_not_deliver_the_cjib_hears_what_the_law_has_the_minister_told(
    chain, shared, world, regime, hears
):
    cjib = world.organisation("CJIB", OrganisationKind.CJIB)
    om = world.organisation("OM-MN", OrganisationKind.PROSECUTION)
    with shared.database.transaction() as session:
        entered = orders.register(session, sender(om), NOW, message(told=content(regime=regime, ground="b")))
    told = {"orderId": str(entered.order_id), "event": fact("arrest", instant(NOW))}
    assert chain.police.post("/v1/proceedings", told).status_code == 201
    chain.probation.post("/v1/breaches", SEEN | {"orderId": str(entered.order_id)})
    assert [cjib.id in told_to(shared, what) for what in ("proceeding.started", "breach.reported")] == [hears, hears]
    assert cjib.id not in told_to(shared, "breach.suspected")


@pytest.mark.parametrize("about", ["breach", "order", "running"])
def test_a_report_of_probation_that_is_recorded_as_a_step_goes_out_as_one_all_the_same(chain, shared, about):
    order_id = str(chain.order())
    known = instant(NOW - timedelta(hours=1))
    step = fact("probation_report", instant(NOW), awareAt=known, safetyAtStake=True)
    if about == "order":
        answer = chain.probation.post("/v1/proceedings", {"orderId": order_id, "event": step})
    else:
        breach = chain.breach(order_id)
        first = fact("arrest", instant(NOW)) if about == "running" else step
        by = chain.police if about == "running" else chain.probation
        answer = by.post("/v1/proceedings", {"breachId": breach["id"], "event": first})
    assert answer.status_code == 201, answer.json
    if about == "running":
        assert chain.record(answer.json, step, by=chain.probation).status_code == 201
    for one in (chain.prosecution, chain.police):
        assert one.organisation_id in told_to(shared, "breach.reported")
    assert [priority for priority, *_ in alerts(shared, "supervision_report")] == [1]
    with shared.database.reading() as session:
        assert len(session.scalars(select(Event).where(Event.type.contains("breach.reported"))).all()) == 1


def test_a_report_of_probation_that_the_prosecution_records_calls_nobody(chain, shared):
    after(chain, chain.proceeding("VV"), fact("probation_report", instant(NOW)))
    assert told_to(shared, "breach.reported") == set() and alerts(shared, "supervision_report") == []


def test_when_her_safety_is_at_stake_the_police_hear_it_too_and_first(chain, shared):
    observed(chain, safetyAtStake=True)
    assert chain.police.organisation_id in told_to(shared, "breach.reported")
    ((priority, police, prosecution, _),) = alerts(shared, "supervision_report")
    assert (priority, police, prosecution) == (1, chain.police.organisation_id, chain.prosecution.organisation_id)


def test_the_same_report_sent_again_is_told_once(chain, shared):
    order_id = chain.order()
    body = SEEN | {"orderId": str(order_id), "reference": "RN-1"}
    for _ in range(2):
        assert chain.probation.post("/v1/breaches", body).status_code == 201
    with shared.database.reading() as session:
        events = session.scalars(select(Event).where(Event.type.contains("breach.reported"))).all()
    assert len(events) == len(alerts(shared, "supervision_report")) == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"awareAt": instant(NOW - timedelta(hours=4))}, "#/awareAt"),
        ({"awareAt": instant(NOW + timedelta(hours=1))}, "#/awareAt"),
        ({"kind": "dance"}, "#/kind"),
    ],
)
def test_nobody_knew_of_it_before_it_happened_or_will_know(chain, changes, pointer):
    answer = observed(chain, **changes)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, pointer)


def test_only_probation_says_since_when_it_knew(chain):
    assert observed(chain, by=chain.police, safetyAtStake=True).status_code == 400


def test_the_views_stand_side_by_side(chain):
    order_id = chain.order()
    chain.probation.post("/v1/breaches", SEEN | {"orderId": str(order_id)})
    told = {"kind": "contact", "occurredAt": instant(NOW - timedelta(hours=2)), "description": "Hij belde.",
            "orderNumber": "CJIB-2026-000123"}  # fmt: skip
    chain.partner.post("/v1/reports", told)
    (listed,) = chain.police.get(f"/v1/breaches?orderId={order_id}").json["breaches"]
    shown = chain.police.get(f"/v1/breaches/{listed['id']}").json
    assert {side: one["accounts"] for side, one in shown["views"].items()} == {
        "victim": 1, "monitor": 0, "officials": 1,
    }  # fmt: skip
    assert shown["views"]["victim"]["occurredFrom"] == instant(NOW - timedelta(hours=2))


def test_an_arrest_is_put_before_the_prosecution_until_it_acts(chain, shared, clock):
    started = chain.proceeding("VV", fact("arrest", instant(clock.at)))
    assert alerts(shared, "arrest_recorded") == [(2, None, chain.prosecution.organisation_id, True)]
    after(chain, started, fact("notification", instant(clock.at), to="minister"))
    assert alerts(shared, "arrest_recorded")[0][3] is True
    after(chain, started, fact("notification", instant(clock.at), to="prosecution"))
    assert alerts(shared, "arrest_recorded")[0][3] is False


def test_an_arrest_that_the_prosecution_recorded_needs_no_telling(chain, shared, clock):
    breach = chain.breach(chain.order())
    body = {"breachId": breach["id"], "event": fact("arrest", instant(clock.at))}
    assert chain.prosecution.post("/v1/proceedings", body).status_code == 201
    assert alerts(shared, "arrest_recorded") == []


def test_a_decision_to_leave_it_at_that_says_why(chain, clock):
    started = chain.proceeding("VV", fact("arrest", instant(clock.at)))
    silent = chain.record(started, fact("prosecutor_decision", instant(clock.at), decision="no_action"))
    assert (silent.status_code, silent.json["errors"][0]["pointer"]) == (400, "#/details/because")
    told = fact("prosecutor_decision", instant(clock.at), decision="no_action", because="not_provable")
    assert chain.record(started, told).json["events"][-1]["details"]["because"] == "not_provable"
