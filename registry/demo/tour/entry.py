"""An order on the day it is given: entered by the prosecution, found at once, joined to the CJIB's message later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Enter an order, find it, let the CJIB's message take its place, and find one order again."""
    tell, prosecutor, room = stage.narrator, stage.by["OM-MN"], stage.by["POL-MN"]
    entry = _entry(stage)
    text_nl = "voert een gedragsaanwijzing in op de dag dat zij is gegeven, met het document erbij."
    entered = tell.ask(prosecutor, text_nl, post("/v1/provisional-orders", entry))
    tell.check(entered.body["state"] == "waiting", "het bevel wacht op het bericht van het CJIB")
    asked = {"purpose": "acute_call", "skn": stage.skn("E")}
    found = tell.ask(room, "vraagt meteen naar de verdachte.", post("/v1/lookups", asked, expect=200))
    (hit,) = found.body["hits"]
    tell.read(hit["orderNumber"], *hit["status"]["reasonsNl"])
    tell.check(hit["provisional"] is not None, "het is gevonden, en er staat bij dat het voorlopig is")
    message = _message(stage, entry["order"])
    tell.ask(stage.by["CJIB"], "levert het bevel later aan.", post("/v1/deliveries", message, expect=200))
    path = f"/v1/provisional-orders/{entered.body['orderId']}"
    joined = tell.ask(prosecutor, "leest wat er van de invoer is geworden.", get(path))
    tell.check(joined.body["state"] == "replaced", "het bevel van het CJIB is ervoor in de plaats gekomen")
    again = tell.ask(room, "vraagt opnieuw.", post("/v1/lookups", asked, expect=200))
    numbers = [hit["orderNumber"] for hit in again.body["hits"]]
    tell.check(numbers == [message["orderNumber"]], "de meldkamer ziet één bevel, dat van het CJIB")
    _link_by_hand(stage, path, joined.body["replacedBy"]["orderId"])
    _on_instruction(stage)


def _link_by_hand(stage: Stage, path: str, order_id: str) -> None:
    tell, prosecutor = stage.narrator, stage.by["OM-MN"]
    why = examples.request("provisionalUnlink")
    apart = tell.ask(prosecutor, "maakt de koppeling los.", post(f"{path}/unlink", why, expect=200))
    tell.check(apart.body["state"] == "waiting", "de invoer staat er weer, naast het bevel van het CJIB")
    link = examples.request("provisionalLink", orderId=order_id)
    linked = tell.ask(prosecutor, "koppelt haar met de hand.", post(f"{path}/link", link, expect=200))
    tell.check(linked.body["replacedBy"]["how"] == "by_hand", "een mens heeft gekoppeld, en dat staat erbij")


def _on_instruction(stage: Stage) -> None:
    tell, police = stage.narrator, stage.by["POL-MN"]
    entry = _entry(stage, "police", "F")
    alone = {name: value for name, value in entry.items() if name != "instruction"}
    tell.ask(police, "voert zelf een bevel in.", post("/v1/provisional-orders", alone, expect=400))
    entered = tell.ask(police, "doet het in opdracht van het OM.", post("/v1/provisional-orders", entry))
    why = examples.request("provisionalWithdraw")
    path = f"/v1/provisional-orders/{entered.body['orderId']}/withdrawal"
    withdrawn = tell.ask(police, "trekt het in: het was een vergissing.", post(path, why, expect=200))
    tell.check(withdrawn.body["state"] == "withdrawn", "het is meteen ingetrokken")


def _entry(stage: Stage, which: str | None = None, reference: str = "E") -> dict[str, Any]:
    now, today = stage.now().replace(microsecond=0), stage.now().date()
    days = {"decidedOn": str(today), "startsOn": str(today), "endsOn": str(today + timedelta(days=89))}
    order = days | {"service": {"servedOn": str(today)}, "subject": {"skn": stage.skn(reference)}}
    entry: dict[str, Any] = examples.request(
        "provisionalEnter",
        which,
        reference=f"TOUR-{stage.run}-{reference}",
        order=order,
        instruction={"givenAt": format_instant(now - timedelta(minutes=30))},
    )
    return entry


def _message(stage: Stage, order: dict[str, Any]) -> dict[str, Any]:
    """What the CJIB delivers of the same order."""
    told = {"version": 1, "kind": "new", "sentAt": format_instant(stage.now().replace(microsecond=0))}
    number = f"{stage.order_number}-E"
    return told | {"messageId": f"TOUR-{stage.run}-E", "orderNumber": number, "order": order}
