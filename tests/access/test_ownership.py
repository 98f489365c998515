"""Another organisation's ids, on every route: what is not yours is 404, and nothing of it changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.db import Base
from tests.access.region import DEVICE, KINDS, Region, everything
from tests.world import Caller, some_id

# Each route with an id in its address: who may use it, and with what body. A new route must be added here.
OWNERS: dict[str, tuple[str, Any]] = {
    "alerts.show_alert": ("RN-MN", None),
    "alerts.acknowledge_alert": ("RN-MN", lambda region: {"note": "Gezien."}),
    "breaches.show_breach": ("POL-MN", None),
    "briefing_pages.page": ("POL-MN", None),
    "bundles.make_bundle": ("RN-MN", lambda region: {"reason": "Dossier 12."}),
    "briefings.show_briefing": ("POL-MN", None),
    "breaches.assess_breach": (
        "OM-MN",
        lambda region: {"status": "plausible", "reason": "Positie.", "provable": "well"},
    ),
    "evidence.add_evidence": ("POL-MN", lambda region: {"kind": "camera", "reference": "PL-1"}),
    "evidence.show_checklist": ("POL-MN", None),
    "pattern.show_pattern": ("OM-MN", None),
    "companions.show_companion": ("SHN", None),
    "companions.show_standing": ("RN-MN", None),
    "companions.show_nearness": ("RN-MN", None),
    "companions.withdraw_consent": ("SHN", lambda region: {"by": "protected_person"}),
    "confirmations.show_confirmation": ("POL-MN", None),
    "confirmations.answer": ("CJIB", lambda region: {"outcome": "confirmed"}),
    "deadlines.show_deadline": ("OM-MN", None),
    "feeds.delete_calendar_feed": ("OM-MN", None),
    "daylists.show_daylist": ("OM-MN", None),
    "deliveries.show_delivery": ("CJIB", None),
    "demands.approve": ("RN-MN", None),
    "demands.revoke": ("RN-MN", lambda region: {"reason": "Afgedaan."}),
    "demands.show_demand": ("RN-MN", None),
    "differences.assign_difference": ("CJIB", lambda region: {"owner": "registry", "assignee": "A. Bakker"}),
    "differences.resolve_difference": ("CJIB", lambda region: {"reason": "Proefbevel."}),
    "deliveries.retry_row": ("CJIB", None),
    "privacy.show_privacy_item": ("POL-MN", None),
    "privacy.handle_privacy_item": ("POL-MN", lambda region: {"note": "Besproken."}),
    "privacy.remove_watched_person": ("POL-MN", None),
    "histories.export_history": ("RN-MN", lambda region: _period(region)),
    "histories.read_last_position": ("RN-MN", lambda region: {"reason": "Hij is stil."}),
    "histories.read_positions": ("RN-MN", lambda region: _period(region)),
    "lookups.disclose_address": ("POL-MN", lambda region: _wanted(region)),
    "privacy.release_question": ("POL-MN", lambda region: {"reason": "Klacht 12."}),
    "lookups.name_incident": ("POL-MN", lambda region: {"incidentNumber": "2026-1"}),
    "monitoring.end_coupling": ("RN-MN", lambda region: {"until": region.ago(minutes=0)}),
    "monitoring.show_device": ("RN-MN", None),
    "monitoring.show_episode": ("RN-MN", None),
    "monitoring.show_position": ("RN-MN", None),
    "monitoring.delete_gateway_token": ("DVO", None),
    "notices.show_notice": ("OM-MN", None),
    "orders.show_order": ("POL-MN", None),
    "orders.show_history": ("POL-MN", None),
    "orders.list_detentions": ("POL-MN", None),
    "orders.end_detention": ("POL-MN", lambda region: {"untilAt": region.ago(hours=1)}),
    "orders.correct_detention": ("POL-MN", lambda region: _stretch(region)),
    "orders.withdraw_detention": ("POL-MN", None),
    "orders.list_exemptions": ("RN-MN", None),
    "orders.record_exemption": ("RN-MN", lambda region: _exemption(region)),
    "orders.withdraw_exemption": ("RN-MN", lambda region: {"endsAt": region.ago(hours=85)}),
    "provisional.show_provisional_order": ("OM-MN", None),
    "provisional.show_document": ("OM-MN", None),
    "provisional.link": ("OM-MN", lambda region: {"orderId": region.ids["order_id"]}),
    "provisional.unlink": ("OM-MN", lambda region: {"reason": "Ander bevel."}),
    "provisional.withdraw": ("OM-MN", lambda region: {"reason": "Vergissing."}),
    "proceedings.show_proceeding": ("OM-MN", None),
    "proceedings.show_ledger": ("OM-MN", None),
    "proceedings.plan_step": ("OM-MN", lambda region: _plan(region)),
    "proceedings.withdraw_plan": ("OM-MN", None),
    "proceedings.record_event": ("OM-MN", lambda region: _event("filing", region.ago(minutes=0))),
    "reports.show_report": ("SHN", None),
    "reports.show_status": ("SHN", None),
    "report_evidence.add_evidence": ("SHN", lambda region: b"Hij belde drie keer."),
    "report_evidence.list_evidence": ("SHN", None),
    "report_evidence.show_file": ("POL-MN", None),
    "releases.release": ("POL-MN", lambda region: {"answer": "order_ended"}),
    "releases.list_releases": ("SHN", None),
    "releases.withdraw_release": ("POL-MN", None),
    "wishes.show_wishes": ("SHN", None),
    "wishes.replace_wishes": ("SHN", lambda region: {"wantsToHear": False}),
    "case_information.ask": ("SHN", lambda region: {"askedAt": region.ago(minutes=1)}),
    "case_information.record_sending": ("OM-MN", lambda region: _sending(region)),
    "moments.record_of_order": ("POL-MN", lambda region: _told(region) | {"protected": "P1"}),
    "moments.list_of_order": ("POL-MN", None),
    "moments.record_of_report": ("SHN", lambda region: _told(region)),
    "moments.list_of_report": ("SHN", None),
    "reports.link_report": ("POL-MN", lambda region: {"orderId": region.ids["order_id"]}),
    "retention.release": ("OM-MN", lambda region: {"reason": "Afgedaan."}),
    "statements.show_statement": ("CJIB", None),
    "silences.show_blind_time": ("RN-MN", None),
    "subscriptions.show_subscription": ("RN-MN", None),
    "subscriptions.list_deliveries": ("RN-MN", None),
    "subscriptions.rotate_secret": ("RN-MN", None),
    "subscriptions.delete_subscription": ("RN-MN", None),
}
# What must be asked beside the id.
QUERIES = dict.fromkeys(("briefing_pages.page", "briefings.show_briefing"), "?purpose=acute_call")
QUERIES["report_evidence.add_evidence"] = "?kind=document"
# Their address holds no id of a row: a file of the page, a regime, and a secret that is looked up by its hash.
NOT_BY_ID = {
    *("console.file", "gateways.receive", "calendars.read_calendar"),
    *("explanations.explain", "explanation_pages.on_paper"),
}
# Break glass is for what is not the caller's; each use is reviewed, and tested in tests/privacy.
BEYOND = {"briefings.break_glass"}
# What ends a thing comes last, so that each owner still finds his.
_ENDING = (
    *(
        "companions.withdraw_consent",
        "monitoring.delete_gateway_token",
        "feeds.delete_calendar_feed",
        "subscriptions.delete_subscription",
        "monitoring.end_coupling",
    ),
    *("proceedings.withdraw_plan", "proceedings.record_event"),
    *("provisional.link", "provisional.unlink", "provisional.withdraw", "differences.resolve_difference"),
)


def _sending(region: Region) -> dict[str, Any]:
    return {"sentAt": region.ago(minutes=0), "channel": "email", "proof": {"reference": "OM-BRIEF-1"}}


def _told(region: Region) -> dict[str, Any]:
    proof = {"kind": "conversation_note", "reference": "GESPREK-1"}
    return {"moment": "order_explained", "toldAt": region.ago(minutes=1), "channel": "in_person", "proof": proof}


def _period(region: Region) -> dict[str, Any]:
    return {"from": region.ago(hours=2), "until": region.ago(minutes=0), "reason": "Verzoek om inzage."}


def _event(kind: str, at: str) -> dict[str, Any]:
    return {"kind": kind, "occurredAt": at, "details": {}}


def _wanted(region: Region) -> dict[str, Any]:
    return {"orderId": region.ids["order_id"], "reference": "P1", "reason": "Zij belt zelf."}


def _plan(region: Region) -> dict[str, Any]:
    return {"kind": "filing", "plannedAt": region.ago(minutes=0), "details": {"demand": "custody"}}


def _stretch(region: Region) -> dict[str, Any]:
    return {"kind": "detained", "fromAt": region.ago(hours=60), "untilAt": region.ago(hours=59), "source": "DJI"}


def _exemption(region: Region) -> dict[str, Any]:
    told = {"condition": region.message["order"]["conditions"][0]["reference"], "kind": "court", "source": "OM"}
    return told | {"from": region.ago(hours=60), "until": region.ago(hours=59)}


def _rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint not in NOT_BY_ID | BEYOND]


def _try(caller: Caller, rule: Any, region: Region, ids: dict[str, str] | None = None) -> tuple[str, int]:
    (method,) = rule.methods - {"HEAD", "OPTIONS"}
    own = region.ids | region.own_ids.get(rule.endpoint, {})
    _, path = rule.build((ids or own) | {"row": 1}, append_unknown=False)
    body = OWNERS[rule.endpoint][1]
    arguments = _sent(body(region)) if body else {}
    return rule.endpoint, caller.call(method, path + QUERIES.get(rule.endpoint, ""), **arguments).status_code


def _sent(body: Any) -> dict[str, Any]:
    return {"data": body, "content_type": "application/octet-stream"} if isinstance(body, bytes) else {"json": body}


@pytest.fixture
def region(world) -> Region:
    return everything(world)


@pytest.fixture
def strangers(world) -> list[Caller]:
    return [world.caller(f"X-{kind}", kind) for kind in OrganisationKind]


def _rows(region: Region) -> dict[str, list[str]]:
    kept_apart = {"audit_entry", "audit_head", "track_checkpoint"}
    tables = [table for table in Base.metadata.sorted_tables if table.name not in kept_apart]
    with region.world.shared.database.reading() as session:
        return {table.name: sorted(str(tuple(row)) for row in session.execute(select(table))) for table in tables}


def test_every_route_with_an_id_is_in_the_table(app):
    assert {rule.endpoint for rule in _rules(app)} == set(OWNERS)


def test_every_route_with_an_id_answers_404_to_a_stranger_and_2xx_to_its_owner(app, region, strangers):
    rules = sorted(_rules(app), key=lambda rule: _ENDING.index(rule.endpoint) if rule.endpoint in _ENDING else -1)
    before = _rows(region)
    nothing = dict.fromkeys(region.ids, str(some_id()))
    for kind, stranger in zip(OrganisationKind, strangers, strict=True):
        tried = [_try(stranger, rule, region) for rule in rules]
        assert tried == [_try(stranger, rule, region, nothing) for rule in rules]
        assert {status for _, status in tried} <= {403, 404}
        assert [one for one in tried if one[1] != 404 and KINDS[OWNERS[one[0]][0]] is kind] == []
    assert _rows(region) == before
    own = [_try(region.by[OWNERS[rule.endpoint][0]], rule, region) for rule in rules]
    assert [one for one in own if not 200 <= one[1] < 300] == []


def test_a_stranger_who_names_an_id_in_a_body_hears_that_there_is_no_such_thing(region, strangers):
    order_id, breach_id = region.ids["order_id"], region.ids["breach_id"]
    arrest = {"kind": "arrest", "occurredAt": region.ago(minutes=1), "details": {}}
    number = region.message["orderNumber"]
    coupling = {"device": "EB-2", "provider": "DVO", "orderNumber": number, "from": region.ago(hours=1)}
    detained = {"orderId": order_id, "kind": "detained", "fromAt": region.ago(hours=1), "source": "DJI"}
    bodies = {
        "/v1/breaches": {"orderId": order_id, "occurredFrom": region.ago(hours=1)},
        "/v1/proceedings": {"breachId": breach_id, "event": arrest},
        "/v1/couplings": coupling,
        "/v1/detentions": detained,
    }
    before = _rows(region)
    for stranger in strangers:
        for path, body in bodies.items():
            status = stranger.post(path, body).status_code
            assert status == 404 or (path == "/v1/breaches" and status == 403), (path, stranger.organisation_id)
    police = next(one for one, kind in zip(strangers, OrganisationKind, strict=True) if kind == "police")
    by_order = {"orderId": order_id, "event": arrest}
    assert police.post("/v1/proceedings", by_order).status_code == 404
    assert _rows(region) == before


def test_police_of_elsewhere_cannot_link_a_report_of_theirs_to_an_order_that_is_not(region, world):
    elsewhere = world.caller("POL-NN", OrganisationKind.POLICE)
    told = {"kind": "other", "occurredAt": region.ago(minutes=5), "description": "Iets."}
    report = region.did("SHN", "POST", "/v1/reports", told)
    link = {"orderId": region.ids["order_id"]}
    assert elsewhere.post(f"/v1/reports/{report['id']}/link", link).status_code == 404


def test_no_list_shows_a_stranger_anything_whatever_he_asks_for(app, region, strangers):
    number, order_id = region.message["orderNumber"], region.ids["order_id"]
    asked = (f"/v1/orders?number={number}", f"/v1/breaches?orderId={order_id}", f"/v1/episodes?orderId={order_id}")
    plain = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and _is_a_list(rule)]
    assert len(plain) > 10
    for stranger in strangers:
        for path in (*plain, *asked):
            answer = stranger.get(path)
            # A room without a key of its own hears that there is no offline copy for it.
            assert answer.status_code in ({403, 409} if path == "/v1/dispatch-snapshot" else {200, 403}), path
            shown = answer.get_data(as_text=True)
            assert [name for name, one in region.ids.items() if one in shown] == [], path
            assert number not in shown and DEVICE not in shown, path


def _is_a_list(rule: Any) -> bool:
    return "GET" in rule.methods and rule.rule.startswith("/v1/") and rule.rule != "/v1/openapi.json"


def test_the_owners_lists_do_show_it(region):
    shown = {code: region.by[code].get("/v1/events?limit=200").text for code in KINDS}
    assert region.ids["breach_id"] in shown["OM-MN"] and region.ids["breach_id"] not in shown["SHN"]
    assert region.ids["alert_id"] in shown["RN-MN"] and region.ids["alert_id"] not in shown["DVO"]


def test_a_position_is_for_the_supervisor_alone(region):
    path = f"/v1/wearers/{region.ids['person_id']}/position"
    answers = {code: caller.get(path).status_code for code, caller in region.by.items()}
    assert answers == dict.fromkeys(KINDS, 404) | {"RN-MN": 200}
