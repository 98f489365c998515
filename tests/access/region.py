"""A region in which everything has happened once, so that every route has something of it to show."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from registry.access.rules import OrganisationKind, Scope
from registry.enforcement.daylists.sending import send_daylists
from registry.http.fields import format_instant
from registry.orders.watch.following import watch_orders
from registry.outbox.delivery import position_events
from registry.privacy.watching import watch_questions
from tests.intake.messages import MESSAGE
from tests.world import Caller, World

DEVICE = "EB-1"
SCREENSHOT = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
RECEIVER = "https://ontvanger.example.org/alarmen"
KINDS = {
    "CJIB": OrganisationKind.CJIB,
    "POL-MN": OrganisationKind.POLICE,
    "OM-MN": OrganisationKind.PROSECUTION,
    "RN-MN": OrganisationKind.PROBATION,
    "SHN": OrganisationKind.PARTNER,
    "DVO": OrganisationKind.DEVICE_PROVIDER,
    "SAP": OrganisationKind.COMPANION_PROVIDER,
}
HERS = "SA-7"


@dataclass
class Region:
    """The organisations of a region, and the id of one thing of each sort that is theirs.

    `own_ids` are those of a route that uses up what it is given.
    """

    world: World
    by: dict[str, Caller]
    message: dict[str, Any]
    receiver: str = RECEIVER
    her_place: list[float] | None = None
    ids: dict[str, str] = field(default_factory=dict)
    own_ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def ago(self, **parts: float) -> str:
        return format_instant(self.world.clock.now() - timedelta(**parts))

    def did(self, who: str, method: str, path: str, document: Any = None) -> Any:
        arguments = {} if document is None else {"json": document}
        answer = self.by[who].call(method, path, **arguments)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json

    def gave(self, who: str, path: str, content: bytes, name: str = "scherm.png") -> Any:
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        answer = self.by[who].post(path, data=content, content_type="application/octet-stream", headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    def first(self, who: str, path: str) -> str:
        (rows,) = [rows for rows in self.did(who, "GET", path).values() if isinstance(rows, list)]
        return str(rows[0]["id"])


def everything(
    world: World,
    changes: dict[str, Any] | None = None,
    receiver: str = RECEIVER,
    without: Scope | None = None,
    her_place: list[float] | None = None,
) -> Region:
    """Let all happen: an order, a wearer who goes where he may not, a report, an arrest, a lookup."""
    scopes = [scope for scope in Scope if scope is not without]
    message = copy.deepcopy(MESSAGE)
    message["order"] |= changes or {}
    for condition in message["order"]["conditions"]:
        condition.pop("schedule", None)
    region = Region(world, {code: world.caller(code, kind, *scopes) for code, kind in KINDS.items()}, message, receiver)
    region.her_place = her_place
    _subscribe(region)
    _deliver(region)
    _walk(region)
    _carry(region)
    _enforce(region)
    _measure(region)
    _announce(region)
    _detain(region)
    _exempt(region)
    _enter(region)
    _state(region)
    _pry(region)
    _demand(region)
    position_events(world.shared.database, world.clock.now())
    _list_the_day(region)
    return region


def _list_the_day(region: Region) -> None:
    send_daylists(region.world.shared)
    position_events(region.world.shared.database, region.world.clock.now())
    path = "/v1/events?types=nl.beschermingsbevel.daylist.*"
    (told,) = region.did("OM-MN", "GET", path)["events"]
    region.ids["daylist_id"] = told["data"]["daylistId"]


def _subscribe(region: Region) -> None:
    made = region.did("RN-MN", "POST", "/v1/subscriptions", {"url": region.receiver, "types": ["*"]})
    named = {"name": "Telefoons", "formats": ["osmand"]}
    token = region.did("DVO", "POST", "/v1/gateway-tokens", named)
    duties = {"duties": [{"name": "Piket teamleider", "contact": "030 555 01 01"}]}
    region.did("RN-MN", "PUT", "/v1/duties", duties)
    feed = region.did("OM-MN", "POST", "/v1/calendar-feeds", {"name": "Agenda van de tafel"})
    region.ids |= {"subscription_id": made["id"], "token_id": token["id"], "feed_id": feed["id"]}


def _deliver(region: Region) -> None:
    delivered = region.did("CJIB", "POST", "/v1/deliveries", region.message)
    (row,) = delivered["results"]
    rejected = region.did("CJIB", "POST", "/v1/deliveries", region.message | {"orderNumber": None, "messageId": "M-2"})
    region.ids |= {"delivery_id": rejected["id"], "order_id": row["orderId"]}


def _walk(region: Region) -> None:
    number = region.message["orderNumber"]
    body = {"device": DEVICE, "provider": "DVO", "orderNumber": number, "from": region.ago(hours=2)}
    coupling = region.did("RN-MN", "POST", "/v1/couplings", body)
    lon, lat = region.message["order"]["conditions"][0]["zone"]["shape"]["center"]
    for minutes in (3, 2, 1):
        # Inside, and not at the centre: where a wearer was is not where she lives.
        place = {"lat": lat + 0.0004, "lon": lon - 0.0004, "accuracyM": 5}
        ping = {"device": DEVICE, "fixTime": region.ago(minutes=minutes), **place}
        region.did("DVO", "POST", "/v1/pings", {"pings": [ping]})
    window = {"from": region.ago(hours=1), "until": region.ago(minutes=0)}
    held = {"personId": coupling["personId"], "ground": "defence", "reason": "Verzoek van de raadsman."} | window
    region.ids |= {
        "hold_id": region.did("OM-MN", "POST", "/v1/position-holds", held)["id"],
        "coupling_id": coupling["id"],
        "device_id": coupling["deviceId"],
        "person_id": coupling["personId"],
        "episode_id": region.first("RN-MN", "/v1/episodes"),
        "alert_id": region.first("RN-MN", "/v1/alerts"),
        "breach_id": region.first("POL-MN", "/v1/breaches"),
    }


def _carry(region: Region) -> None:
    """Let whom the order protects carry a device of her own, at home, so that he is near her."""
    protected = region.message["order"]["protected"][0]["reference"]
    consent = {"givenAt": region.ago(hours=2), "by": "protected_person", "form": "written"}
    told = {"orderNumber": region.message["orderNumber"], "protected": protected, "provider": "SAP", "device": HERS}
    companion = region.did("RN-MN", "POST", "/v1/companions", told | {"partner": "SHN", "consent": consent})
    lon, lat = region.her_place or region.message["order"]["conditions"][0]["zone"]["shape"]["center"]
    for minutes in (3, 2, 1):
        ping = {"device": HERS, "fixTime": region.ago(minutes=minutes), "lat": lat, "lon": lon, "accuracyM": 5}
        region.did("SAP", "POST", "/v1/pings", {"pings": [ping]})
    # Who may not see her reads of it only by a client that reads no positions of his.
    reader = region.world.caller_of(region.by["RN-MN"], Scope.NEARNESS_READ)
    (nearness, *_) = reader.get("/v1/nearnesses").json["nearnesses"]
    region.ids |= {"companion_id": companion["id"], "nearness_id": nearness["id"]}


def _enforce(region: Region) -> None:
    report = region.did("SHN", "POST", "/v1/reports", report_of(region))
    evidence = region.gave("SHN", f"/v1/reports/{report['id']}/evidence?kind=screenshot", SCREENSHOT)
    start = {"breachId": region.ids["breach_id"], "event": {"kind": "arrest", "occurredAt": region.ago(minutes=1)}}
    proceeding = region.did("POL-MN", "POST", "/v1/proceedings", start)
    asked = {"purpose": "acute_call", "bsn": region.message["order"]["subject"]["bsn"]}
    lookup = region.did("POL-MN", "POST", "/v1/lookups", asked)
    later = {"answer": "order_ended", "releaseAt": format_instant(region.world.clock.now() + timedelta(days=1))}
    released = region.did("POL-MN", "POST", f"/v1/reports/{report['id']}/releases", later)
    asked = {"askedAt": region.ago(minutes=1)}
    owed = region.did("SHN", "POST", f"/v1/reports/{report['id']}/case-information", asked)
    region.ids |= {
        "report_id": report["id"],
        "request_id": owed["id"],
        "release_id": released["id"],
        "evidence_id": evidence["id"],
        "proceeding_id": proceeding["id"],
        "deadline_id": region.first("OM-MN", "/v1/deadlines"),
        "lookup_id": lookup["lookupId"],
    }
    asked = {"orderId": region.ids["order_id"], "urgency": "urgent", "purpose": "acute_call"}
    region.ids["confirmation_id"] = region.did("POL-MN", "POST", "/v1/confirmations", asked)["id"]


def _pry(region: Region) -> None:
    """Let somebody of the police ask for his own name, and list a person of whom questions are told."""
    asked = {"purpose": "acute_call", "name": "Kuiper", "incidentNumber": "I-1"}
    answer = region.by["POL-MN"].post("/v1/lookups", asked, headers={"End-User": "J. Kuiper"})
    assert answer.status_code == 200
    watch_questions(region.world.shared, settled_after_s=-1.0)
    listed = {"name": "Beatrix Verzonnen", "bsn": "999990111"}
    person = region.did("POL-MN", "POST", "/v1/watched-persons", listed)
    region.ids |= {"item_id": region.first("POL-MN", "/v1/privacy-items"), "watched_id": person["id"]}


def _demand(region: Region) -> None:
    """Let the prosecution demand positions twice; one demand is approved by a second person."""
    by, window = region.by["RN-MN"], {"from": region.ago(hours=1), "until": region.ago(minutes=0)}
    told = {"personId": region.ids["person_id"], "organisation": "OM-MN", "demandedBy": "V. Ordering"}
    told |= {"demandedByRole": "officier", "legalBasis": "Zie de vordering.", "document": "PL-1"} | window
    told |= {"validUntil": format_instant(region.world.clock.now() + timedelta(days=1))}
    made = [by.post("/v1/position-demands", told, headers={"End-User": "tester-2"}).json["id"] for _ in range(2)]
    region.did("RN-MN", "POST", f"/v1/position-demands/{made[0]}/approval")
    region.ids["demand_id"] = made[0]
    region.own_ids["demands.approve"] = {"demand_id": made[1]}


def _measure(region: Region) -> None:
    """Take in a measure too, of which substitute detention is kept count."""
    order = region.message["order"] | {"regime": "VBM"}
    told = region.message | {"messageId": "M-VBM", "orderNumber": "CJIB-2026-VBM", "order": order}
    (row,) = region.did("CJIB", "POST", "/v1/deliveries", told)["results"]
    region.own_ids["proceedings.show_ledger"] = {"order_id": row["orderId"]}
    plan = {"kind": "filing", "plannedAt": region.ago(minutes=0), "details": {"demand": "custody"}}
    made = region.did("OM-MN", "POST", f"/v1/proceedings/{region.ids['proceeding_id']}/plans", plan)
    region.ids["plan_id"] = made["id"]


def _announce(region: Region) -> None:
    """Hear that the subject comes free soon, of which the prosecution is told."""
    free_at = format_instant(region.world.clock.now() + timedelta(days=3))
    told = {"orderId": region.ids["order_id"], "kind": "detained", "fromAt": region.ago(minutes=0), "source": "DJI"}
    region.did("OM-MN", "POST", "/v1/detentions", told | {"untilAt": free_at})
    watch_orders(region.world.shared)
    region.ids["notice_id"] = region.first("OM-MN", "/v1/notices")


def _detain(region: Region) -> None:
    """Hear of detentions long over, one for each thing that can be done to a record of them."""
    for hours, endpoint in ((90, "end_detention"), (80, "correct_detention"), (70, "withdraw_detention")):
        told = {"orderId": region.ids["order_id"], "kind": "detained", "source": "DJI"}
        told |= {"fromAt": region.ago(hours=hours), "untilAt": region.ago(hours=hours - 1)}
        made = region.did("POL-MN", "POST", "/v1/detentions", told)
        region.own_ids[f"orders.{endpoint}"] = {"detention_id": made["id"]}
    region.ids["detention_id"] = made["id"]


def _exempt(region: Region) -> None:
    """Give leave to be in the banned area long ago, which touches nothing that was found since."""
    told = {"condition": region.message["order"]["conditions"][0]["reference"], "kind": "court", "source": "OM"}
    told |= {"from": region.ago(hours=90), "until": region.ago(hours=80)}
    made = region.did("RN-MN", "POST", f"/v1/orders/{region.ids['order_id']}/exemptions", told)
    region.ids["exemption_id"] = made["id"]


def _enter(region: Region) -> None:
    """Enter an order of somebody else on the day it is given; the same people are protected."""
    order = copy.deepcopy(region.message["order"])
    order["subject"] |= {"bsn": "999990019", "skn": "87654321", "surname": "Pietersen"}
    document = base64.b64encode(b"%PDF-1.7 beslissing").decode()
    entry = {"reference": "OM-1", "order": order, "document": document}
    region.ids["provisional_id"] = region.did("OM-MN", "POST", "/v1/provisional-orders", entry)["orderId"]


def _state(region: Region) -> None:
    """Send a statement that lists another order than the one delivered."""
    stated = {"orderNumber": "CJIB-2026-000999", "version": 1, "checksum": None}
    whole = {"madeAt": region.ago(minutes=0), "count": 1, "orders": [stated]}
    region.ids["statement_id"] = region.did("CJIB", "POST", "/v1/statements", whole)["id"]
    region.ids["difference_id"] = region.first("CJIB", "/v1/differences")


def report_of(region: Region, **changes: Any) -> dict[str, Any]:
    """What the victim told the partner."""
    return {
        "contact": {"wantsToHear": True},
        "reference": "SHN-1",
        "kind": "contact",
        "occurredAt": region.ago(minutes=2),
        "description": "Hij belde aan.",
        "orderNumber": region.message["orderNumber"],
        "subject": {"bsn": region.message["order"]["subject"]["bsn"]},
    } | changes
