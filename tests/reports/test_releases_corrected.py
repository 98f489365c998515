from registry.reports.news import tell_partners
from tests.enforcement.conftest import fact, instant
from tests.reports.test_releases import arrested, event_of, let_know, read
from tests.reports.told import NUMBER, alerts, news, send
from tests.world import NOW

assert arrested


def test_a_fact_that_is_corrected_after_it_was_told_is_told_to_be_wrong_and_calls_until_the_right_one_is_told(
    chain, shared, arrested
):
    receipt, proceeding = arrested
    wrong = event_of(proceeding)
    let_know(chain, receipt, eventId=wrong)
    tell_partners(shared)
    other = send(chain, orderNumber=NUMBER, occurredAt="2026-11-20T10:00:00Z")
    before = len(news(shared, chain.partner.organisation_id))
    right = fact("arrest", "2026-11-23T11:30:00Z") | {"corrects": wrong}
    chain.record(proceeding, right, by=chain.police)
    assert read(chain, receipt)[0]["correctedAt"] is None
    for _ in range(2):
        tell_partners(shared)
    (told,) = read(chain, receipt)
    assert told["correctedAt"] == instant(NOW)
    assert told["text"].startswith("Dit klopt niet meer") and told["text"].endswith("maandag 23 november 2026.")
    heard = news(shared, chain.partner.organisation_id)[before:]
    assert [(what, data["release_id"]) for what, data in heard] == [("released", told["id"])]
    (call,) = [one for one in alerts(shared) if one.alert_class == "release_corrected"]
    assert (call.priority, call.police_org_id, call.partner_org_id) == (1, chain.police.organisation_id, None)
    shown = chain.police.get(f"/v1/proceedings/{proceeding['id']}").json["events"]
    let_know(chain, receipt, eventId=next(one["id"] for one in shown if one["corrects"] == wrong))
    assert [one["correctedAt"] is None for one in read(chain, receipt)] == [False, True]
    (call,) = [one for one in alerts(shared) if one.alert_class == "release_corrected"]
    assert call.closed_at is not None and read(chain, other) == []
