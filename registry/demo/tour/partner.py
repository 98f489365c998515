"""A victim tells a partner organisation what happened; the partner passes it on, and hears what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Report with an order number, without any, and in acute danger; read the status of each."""
    tell, partner = stage.narrator, stage.by["SHN"]
    known = _report(stage, "met", order_number=stage.order_number)
    reply = tell.ask(partner, "geeft een melding door, met het nummer van het bevel.", post("/v1/reports", known))
    stage.found["report"] = reply.body["id"]
    other = tell.ask(partner, "geeft er een door zonder nummer.", post("/v1/reports", _report(stage, "zonder")))
    tell.read(f"ontvangstbewijs {other.body['receiptNumber']}", *other.body["notices"])
    tell.check(reply.body.keys() == other.body.keys(), "het ontvangstbewijs verraadt niet of er een bevel is")
    again = tell.ask(partner, "stuurt de eerste nog eens.", post("/v1/reports", known))
    tell.check(again.body["id"] == reply.body["id"], "dezelfde melding, hetzelfde ontvangstbewijs")
    acute = _report(stage, "acuut", acute=True)
    urgent = tell.ask(partner, "geeft een acute melding door.", post("/v1/reports", acute))
    tell.read(*urgent.body["notices"])
    tell.check("112" in urgent.body["notices"][0], "het antwoord zegt eerst dat dit geen 112-melding is")
    status(stage)
    alerts = tell.ask(stage.by["POL-MN"], "ziet de meldingen als werk staan.", get("/v1/alerts?limit=5"))
    tell.read(*(f"P{one['priority']} {one['title']}" for one in alerts.body["alerts"]))
    classes = {one["class"] for one in alerts.body["alerts"]}
    tell.check("report_acute" in classes, "de acute melding is een alarm bij de politie")


def status(stage: Stage) -> str:
    """Let the partner read what became of its first report."""
    path = f"/v1/reports/{stage.found['report']}/status"
    reply = stage.narrator.ask(stage.by["SHN"], "leest de stand van de eerste melding.", get(path))
    stage.narrator.read(reply.body["text"])
    return str(reply.body["status"])


def _report(stage: Stage, reference: str, *, acute: bool = False, order_number: str | None = None) -> dict[str, Any]:
    return {
        "reference": f"SHN-{stage.run}-{reference}",
        "kind": "contact",
        # The same instant each time it is sent, so that it is the same report.
        "occurredAt": format_instant(stage.began_at - timedelta(minutes=7)),
        "description": "Hij stond voor de deur en belde drie keer aan.",
        "acute": acute,
        "orderNumber": order_number,
        "protected": {"surname": "Rondleiding", "phone": stage.phone},
        "contact": {"wantsToHear": True, "how": "via de casemanager", "safeTimes": "werkdagen tot 15 uur"},
    }
