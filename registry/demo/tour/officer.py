"""The privacy officer looks into what was asked: an address, break glass, and a question that only his key opens."""

from __future__ import annotations

from typing import Any

from registry.demo import examples
from registry.demo.caller import Caller
from registry.demo.tour.narrator import Question, get, post, when_nl
from registry.demo.tour.stage import Stage


def play(stage: Stage) -> None:
    """Ask for what is not shown, and have it looked into."""
    tell, officer = stage.narrator, stage.by["POL-MN"].as_user("pf-1", "Privacy", "privacyfunctionaris")
    lookup_id, order_id = _ask_more(stage)
    reply = tell.ask(officer, "ziet wat er te beoordelen is.", get("/v1/privacy-items?status=open"))
    raised = [item for item in reply.body["items"] if item["orderId"] == order_id]
    tell.check({item["kind"] for item in raised} >= {"protected_address", "break_glass"}, "beide staan op de lijst")
    tell.read(*(f"{item['titleNl']}, door {item['askedBy']['endUser']}: {item['reason']}" for item in raised))
    for item in raised:
        note = examples.request("privacyHandlePrivacyItem")
        path = f"/v1/privacy-items/{item['id']}/handling"
        done = tell.ask(officer, "handelt het af met een aantekening.", post(path, note, expect=200))
        tell.check(done.body["status"] == "handled", "het is afgehandeld, met naam en aantekening")
    _open(stage, officer, lookup_id)
    _list(stage, officer)


def _ask_more(stage: Stage) -> tuple[str, str]:
    """Find an order, ask where its protected person lives, and break the glass; return the lookup and the order."""
    tell, room = stage.narrator, stage.by["POL-MN"]
    asked = examples.request("lookupsAsk", "phone")
    found = tell.ask(room, "krijgt weer een beller aan de lijn.", post("/v1/lookups", asked, expect=200)).body
    hit: dict[str, Any] = found["hits"][0]
    reference = hit["protected"][0]["reference"]
    wanted = examples.request("lookupsDiscloseAddress", orderId=hit["orderId"], reference=reference)
    path = f"/v1/lookups/{found['lookupId']}/address-disclosures"
    told = tell.ask(room, "heeft haar adres nodig, en zegt waarom.", post(path, wanted, expect=200)).body
    tell.read(*(told["addressesNl"] or ["In dit bevel staat geen adres van haar."]))
    tell.read(f"De privacyfunctionaris beoordeelt dit voor {when_nl(told['reviewBy'])}.")
    reason = examples.request("briefingsBreakGlass")
    path = f"/v1/orders/{hit['orderId']}/break-glass-briefings"
    tell.ask(room, "gebruikt de noodtoegang, en zegt waarom.", post(path, reason, expect=200))
    return str(found["lookupId"]), str(hit["orderId"])


def _open(stage: Stage, officer: Caller, lookup_id: str) -> None:
    tell = stage.narrator
    question = post(f"/v1/lookups/{lookup_id}/question-releases", examples.request("privacyReleaseQuestion"), 200)
    told = tell.ask(officer, "vraagt op wat er gevraagd is.", question).body
    tell.check(bool(told["sealed"]), "de dienst geeft de vraag versleuteld: alleen zijn sleutel opent haar")
    tell.read(f"Te openen met: python -m registry open-question --key BESTAND (sleutel {told['keyId']})")


def _list(stage: Stage, officer: Caller) -> None:
    """Put a well-known person on the list, and take her off again."""
    tell = stage.narrator
    person = examples.request("privacyAddWatchedPerson")
    made = tell.ask(officer, "zet een bekende persoon op de lijst.", post("/v1/watched-persons", person)).body
    tell.ask(officer, "haalt haar er weer af.", Question("DELETE", f"/v1/watched-persons/{made['id']}", expect=204))
