"""A protected person's own device: her consent, its withdrawal, and what of her is kept and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.monitoring.companions.models import Companion, CompanionFix
from registry.monitoring.companions.tending import tend_companions
from registry.monitoring.models import Device, PingConflict, PingRow, RejectedPing
from tests.monitoring.pairs import HERS, Two, at, goes, stays, told_to
from tests.monitoring.wearers import ping
from tests.world import NOW, some_id


@pytest.fixture
def two(field):
    return Two.of(field)


def test_without_consent_nothing_that_she_sends_is_kept(two):
    fixes = stays(-60, 0)
    assert set(two.she(*fixes)) == {"not_stored"}
    two.consented(ago_s=30)
    assert two.she(*fixes, device="SA-other") == ["not_stored"] * 5
    assert two.she(*fixes) == ["not_stored"] * 2 + ["accepted"] * 3
    assert two.she(*fixes[2:]) == ["duplicate"] * 3
    assert two.she((-30, 5.0)) == ["conflict"]
    assert two.kept() == 3
    unread = two.hers.post("/v1/pings", {"pings": [{"device": HERS, "lat": 52.3, "lon": "4.9"}]})
    assert unread.json["rejected"] == 1
    # Not among the pings and devices of wearers, nor what contradicts or could not be read.
    assert two.field.count(PingRow) + two.field.count(PingConflict) + two.field.count(RejectedPing) == 0
    assert two.field.count(Device, Device.name.like("SA%")) == 0


def test_her_positions_are_sealed(two):
    two.consented()
    two.she((-30, 5.0))
    with two.field.shared.database.reading() as session:
        rows = session.execute(text("SELECT * FROM companion_fix")).all()
    assert len(rows) == 1 and str(at(5.0)[0]) not in str(rows) and b"52.3" not in bytes(rows[0].content_sealed)


def test_withdrawn_consent_stops_everything_at_once_and_destroys_what_no_episode_holds(two):
    companion = two.consented()
    two.he(*goes(-3600, -1500, 5000, 4000), *stays(-1200, 0, 50.0))
    two.she(*stays(-3600, 0))
    assert two.verdicts() == ["confirmed"]
    held = len(stays(-1200 - 600, 0))
    assert two.kept() == len(stays(-3600, 0))
    answer = two.withdraws(companion)
    assert answer.status_code == 200, answer.text
    assert answer.json["consent"]["withdrawnBy"] == "protected_person"
    assert answer.json["consent"]["withdrawnAt"] == format_instant(NOW)
    assert held - 2 <= two.kept() <= held + 2
    [one] = two.nearnesses()
    assert (one["status"], one["verdict"], one["endCause"]) == ("closed", "confirmed", "no_longer_holds")
    assert [each["status"] for each in told_to(two, two.partner)] == ["near", "unknown"]
    # Whatever comes now is neither kept nor judged, and nothing is known of her any more.
    kept = two.kept()
    two.field.world.clock.forward(minutes=10)
    assert set(two.she(*stays(60, 120))) == {"not_stored"}
    two.he(*stays(15, 120, 10.0))
    two.field.judge.tick()
    assert two.kept() == kept and len(two.nearnesses()) == 1
    path = f"/v1/companions/{companion['id']}/standing"
    assert two.field.supervisor.get(path).json["code"] == "consent_withdrawn"
    assert two.withdraws(companion).json == two.withdraws(companion).json
    # She may change her mind again, and then it begins anew: an older consent brings nothing back of what is gone.
    older = two.consents(ago_s=60)
    assert (older.status_code, [each["pointer"] for each in older.json["errors"]]) == (400, ["#/consent/givenAt"])
    again = two.consented(ago_s=-590)
    assert again["id"] != companion["id"] and two.verdicts() == ["confirmed"]


def test_a_withdrawal_without_an_episode_leaves_nothing_of_her(two):
    companion, other = two.consented(), two.consented(device="SA-2")
    two.he(*stays(-600, 0, 9000.0))
    two.she(*stays(-600, 0))
    two.she(*stays(-600, 0), device="SA-2")
    assert two.withdraws(companion, caller=two.field.supervisor).status_code == 200
    [device_id] = set(two.field.rows(select(CompanionFix.companion_id)))
    assert str(device_id) == other["id"]
    entries = two.field.rows(select(AuditEntry).where(AuditEntry.object_ref == f"companion:{companion['id']}"))
    assert len(entries) == 3
    told = {one.action: one.details for one in entries}
    assert set(told) == {"collected", "changed", "destroyed"}
    assert told["destroyed"] == {"positions": len(stays(-600, 0))}


def test_positions_are_destroyed_after_a_week_and_what_an_episode_holds_after_its_own_time(two):
    two.consented()
    two.he(*goes(-3600, -1500, 5000, 4000), *stays(-1200, -600, 50.0), *goes(-585, 0, 50.0, 5000))
    two.she(*stays(-3600, 0))
    shared, clock = two.field.shared, two.field.world.clock
    clock.forward(days=6)
    tend_companions(shared)
    assert two.kept() == len(stays(-3600, 0))
    clock.forward(days=1, hours=2)
    tend_companions(shared)
    assert 0 < two.kept() < len(stays(-3600, 0))
    clock.forward(days=180)
    tend_companions(shared)
    assert two.kept() == 0


def test_a_call_for_help_is_heard_and_a_device_that_falls_silent_is_told(two):
    companion = two.consented()
    shared, clock, supervisor = two.field.shared, two.field.world.clock, two.field.supervisor
    help_ = ping(-5, None, HERS, kind="alarm", alarm="sos")
    low = ping(-4, None, HERS, kind="alarm", alarm="lowBattery")
    assert two.field.send(low, caller=two.hers) == ["not_stored"]
    assert supervisor.get("/v1/alerts?class=companion_emergency").json["alerts"] == []
    assert two.field.send(help_, caller=two.hers) == ["accepted"]
    [alert] = supervisor.get("/v1/alerts?class=companion_emergency").json["alerts"]
    assert (alert["priority"], alert["subject"]) == (1, f"companion:{companion['id']}")
    assert supervisor.post(f"/v1/alerts/{alert['id']}/acknowledgement", {"note": "Gebeld."}).status_code == 200
    two.field.send(help_, caller=two.hers)
    assert len(supervisor.get("/v1/alerts?class=companion_emergency").json["alerts"]) == 1
    clock.forward(minutes=11)
    two.field.send(ping(650, None, HERS, kind="alarm", alarm="sos"), caller=two.hers)
    assert len(supervisor.get("/v1/alerts?class=companion_emergency").json["alerts"]) == 2
    tend_companions(shared)
    clock.forward(minutes=65)
    tend_companions(shared)
    [silent] = supervisor.get("/v1/alerts?class=companion_silent").json["alerts"]
    assert (silent["priority"], silent["status"]) == (3, "open")
    two.she((76 * 60 - 5, 0.0))
    tend_companions(shared)
    assert supervisor.get("/v1/alerts?class=companion_silent").json["alerts"][0]["status"] == "closed"


def test_who_may_record_consent_read_and_withdraw_it(two):
    world, companion = two.field.world, two.consented()
    police = world.caller("POL-MN", OrganisationKind.POLICE)
    shown = two.partner.get(f"/v1/companions/{companion['id']}")
    assert shown.json == two.field.supervisor.get("/v1/companions").json["companions"][0] == companion
    for stranger in (two.hers, two.field.provider, police, world.caller("OM-MN", OrganisationKind.PROSECUTION)):
        assert stranger.get(f"/v1/companions/{companion['id']}").status_code in (403, 404)
        assert two.withdraws(companion, caller=stranger).status_code in (403, 404)
        assert two.consents(caller=stranger, device="SA-3").status_code in (403, 404)
    for reader in (two.partner, two.hers, two.field.provider, world.caller("CJIB", OrganisationKind.CJIB)):
        assert reader.get("/v1/nearnesses").status_code == 403
        assert reader.get(f"/v1/companions/{companion['id']}/standing").status_code == 403
    reader = world.caller_of(police, Scope.NEARNESS_READ)
    assert reader.get("/v1/nearnesses").json["nearnesses"] == []
    assert reader.get(f"/v1/nearnesses/{some_id()}").status_code == 404
    unscoped = world.caller_of(two.field.supervisor, Scope.COMPANIONS_READ, Scope.EPISODES_READ, Scope.POSITIONS_READ)
    assert unscoped.get("/v1/nearnesses").status_code == 403


def test_a_partner_records_consent_only_for_whom_it_was_named_to_stand_by_and_learns_of_no_order(two):
    other = two.field.order()
    refused = [
        two.consents(caller=two.partner, orderNumber=number) for number in (two.number, other, "CJIB-2026-999999")
    ]
    assert {(one.status_code, one.json["code"], one.json["detail"]) for one in refused} == {
        (403, "forbidden", refused[0].json["detail"])
    }
    assert "names the partner" in refused[0].json["detail"]
    first = two.consented()
    assert two.withdraws(first).status_code == 200
    two.field.world.clock.forward(minutes=5)
    again = two.consents(caller=two.partner, device="SA-2", ago_s=-60)
    assert (again.status_code, again.json["partner"]) == (201, "SHN")
    # What was said of one order opens no other, and it cannot put somebody else in its place.
    assert two.consents(caller=two.partner, orderNumber=other, ago_s=-60).json == refused[0].json
    two.field.world.caller("SHX", OrganisationKind.PARTNER)
    answer = two.consents(caller=two.partner, device="SA-3", ago_s=-60, partner="SHX")
    assert [one["pointer"] for one in answer.json["errors"]] == ["#/partner"]
    unknown = two.consents(caller=two.partner, device="SA-3", ago_s=-60, protected="P9")
    assert unknown.json == refused[0].json


def test_who_may_not_know_of_an_order_hears_the_same_of_one_that_does_not_exist(two):
    police = two.field.world.caller("POL-MN", OrganisationKind.POLICE)
    answers = [two.consents(caller=police, orderNumber=number) for number in (two.number, "CJIB-2026-999999")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json == answers[1].json


def test_every_fault_of_a_consent_is_told_at_once(two):
    later = {"givenAt": format_instant(NOW + timedelta(hours=1)), "by": "protected_person", "form": "spoken"}
    answer = two.consents(provider="EB", partner="RN-MN", protected="P9", consent=later)
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json["errors"]] == [
        "#/provider", "#/partner", "#/protected", "#/consent/givenAt",
    ]  # fmt: skip
    assert two.consents(orderNumber="CJIB-2026-999999").status_code == 404
    two.consented()
    taken = two.consents()
    assert (taken.status_code, taken.json["code"]) == (409, "companion_in_use")
    assert two.field.count(Companion) == 1
    coupled = two.field.supervisor.post(
        "/v1/couplings",
        {"device": HERS, "provider": "SAP", "orderNumber": two.number, "from": format_instant(NOW)},
    )
    assert coupled.status_code == 400


def test_her_device_may_speak_through_a_gateway_and_no_word_of_it_is_kept_without_consent(two):
    token = two.hers.post("/v1/gateway-tokens", {"name": "Sleutelhangers", "formats": ["osmand"]}).json["token"]
    client, (lat, lon) = two.hers.app.test_client(), at(20.0)
    query = f"id={HERS}&lat={lat}&lon={lon}&timestamp={round(NOW.timestamp())}&accuracy=5"
    assert client.get(f"/gateways/osmand/{token}?{query}").status_code == 200
    assert two.kept() == 0
    two.consented()
    assert client.get(f"/gateways/osmand/{token}?{query}").status_code == 200
    assert client.get(f"/gateways/osmand/{token}?id={HERS}&lat=abc&lon={lon}").status_code < 500
    assert two.kept() == 1
    assert two.field.count(RejectedPing) + two.field.count(PingRow) == 0
