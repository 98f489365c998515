"""A victim tells a partner organisation what happened; the partner passes it on, and hears what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import Question, get, post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Report with an order number, without any, and in acute danger; read the status of each."""
    tell, partner = stage.narrator, stage.by["SHN"]
    subject, protected = {"skn": stage.skn("A")}, {"phone": stage.phone}
    known = _report(stage, orderNumber=stage.order_number, subject=subject, protected=protected)
    reply = tell.ask(partner, "geeft een melding door, met het nummer van het bevel.", post("/v1/reports", known))
    stage.found["report"] = reply.body["id"]
    other = tell.ask(partner, "geeft er een door zonder nummer.", post("/v1/reports", _report(stage, "orderUnknown")))
    tell.read(f"ontvangstbewijs {other.body['receiptNumber']}", *other.body["notices"])
    tell.read(other.body["complaint"]["text"], *(one["text"] for one in other.body["options"]))
    tell.check(reply.body.keys() == other.body.keys(), "het ontvangstbewijs verraadt niet of er een bevel is")
    again = tell.ask(partner, "stuurt de eerste nog eens.", post("/v1/reports", known))
    tell.check(again.body["id"] == reply.body["id"], "dezelfde melding, hetzelfde ontvangstbewijs")
    _evidence(stage)
    _wishes(stage)
    _answered(stage)
    acute = _report(stage, "acute", protected=protected)
    urgent = tell.ask(partner, "geeft een acute melding door.", post("/v1/reports", acute))
    tell.read(*urgent.body["notices"])
    tell.check("112" in urgent.body["notices"][0], "het antwoord zegt eerst dat dit geen 112-melding is")
    status(stage)
    alerts = tell.ask(stage.by["POL-MN"], "ziet de meldingen als werk staan.", get("/v1/alerts?limit=5"))
    tell.read(*(f"P{one['priority']} {one['title']}" for one in alerts.body["alerts"]))
    classes = {one["class"] for one in alerts.body["alerts"]}
    tell.check("report_acute" in classes, "de acute melding is een alarm bij de politie")
    _police(stage, other.body["id"])


def status(stage: Stage) -> str:
    """Let the partner read what became of its first report."""
    path = f"/v1/reports/{stage.found['report']}/status"
    reply = stage.narrator.ask(stage.by["SHN"], "leest de stand van de eerste melding.", get(path))
    stage.narrator.read(reply.body["text"])
    return str(reply.body["status"])


def _answered(stage: Stage) -> None:
    """Report what no order belongs to, and read what the police answer."""
    tell, partner = stage.narrator, stage.by["SHN"]
    unknown = _report(stage, "orderUnknown", reference=f"SHN-{stage.run}-onbekend")
    sent = tell.ask(partner, "geeft een melding door waar geen bevel bij hoort.", post("/v1/reports", unknown))
    path = f"/v1/reports/{sent.body['id']}"
    answer = post(f"{path}/releases", examples.request("releasesRelease", "noOrderKnown"))
    tell.ask(stage.by["POL-MN"], "antwoordt dat er geen bevel bekend is.", answer)
    told = tell.ask(partner, "leest het antwoord, en wat het slachtoffer kan doen.", get(f"{path}/releases"))
    tell.read(told.body["releases"][0]["text"], *told.body["releases"][0]["options"])
    word = tell.ask(partner, "leest de stand.", get(f"{path}/status"))
    tell.check(word.body["status"] == "answered", "de melding is bewaard en beantwoord")


def _wishes(stage: Stage) -> None:
    """Ask a victim under age how she may be told, and keep it; the supervisor may not read it."""
    tell, partner, path = stage.narrator, stage.by["SHN"], f"/v1/reports/{stage.found['report']}/wishes"
    asked = Question("PUT", path, examples.request("wishesReplaceWishes"))
    kept = tell.ask(partner, "legt vast hoe zij het wil horen, en via wie.", asked)
    tell.check(kept.body["byPost"] is False, "nooit per post, tenzij zij dat zegt")
    read = tell.ask(stage.by["POL-MN"], "leest via wie zij het hoort, en of die het niet zelf is.", get(path))
    tell.check(read.body["isBlocked"] is False, "haar contactpersoon is niet de betrokkene")
    tell.ask(stage.by["RN-MN"], "mag dat niet lezen.", get(path, expect=403))


def _evidence(stage: Stage) -> None:
    """Send a file with the first report, and one that is no evidence; let the police read what was kept."""
    tell, partner, path = stage.narrator, stage.by["SHN"], f"/v1/reports/{stage.found['report']}/evidence"
    chat = f"{stage.began_at:%d-%m-%Y} Onbekend: ik weet waar je bent.".encode()
    sent = Question("POST", f"{path}?kind=message_export", chat, 201, "application/octet-stream")
    kept = tell.ask(partner, "stuurt de berichten mee als bestand.", sent)
    tell.read(f"{kept.body['name']}, {kept.body['mediaType']}, SHA-256 {kept.body['sha256'][:16]}...")
    program = Question("POST", f"{path}?kind=document", b"MZ\x90\x00 factuur", 400, "application/octet-stream")
    tell.ask(partner, "stuurt per ongeluk een programma mee.", program)
    file = f"{path}/{kept.body['id']}"
    back = tell.ask(stage.by["POL-MN"], "leest het bestand; dat staat in de auditketen.", get(file))
    tell.check(back.body == chat.decode(), "het bestand is wat zij stuurde")
    tell.ask(stage.by["RN-MN"], "mag het bestand niet lezen.", get(file, expect=403))


def _police(stage: Stage, report_id: str) -> None:
    """Let the police say which order the report without a number is about, and what they saw themselves."""
    tell, police, order_id = stage.narrator, stage.by["POL-MN"], stage.found["order"]
    link = post(f"/v1/reports/{report_id}/link", examples.request("reportsLinkReport", orderId=order_id), expect=200)
    tell.ask(police, "koppelt de melding zonder nummer aan het bevel.", link)
    times = {name: _ago(stage, minutes) for name, minutes in (("occurredFrom", 8), ("occurredUntil", 6))}
    seen = examples.request("breachesRecordBreach", orderId=order_id, reference=f"PL0900-{stage.run}", **times)
    made = tell.ask(police, "legt vast wat zij zelf zag.", post("/v1/breaches", seen))
    kinds = {source["kind"] for source in made.body["sources"]}
    tell.check(made.body["id"] == stage.found["breach"], "het is dezelfde vermoedelijke overtreding")
    wanted = {"monitor", "report", "police", "supervision"}
    tell.check(kinds == wanted, "met enkelband, melding, politie en reclassering als bronnen naast elkaar")
    path = f"/v1/breaches/{made.body['id']}/evidence"
    tell.ask(police, "legt vast welk bewijs er is.", post(path, examples.request("evidenceAddEvidence")))
    checklist = tell.ask(police, "leest wat er nog ontbreekt om het te kunnen bewijzen.", get(path))
    for need in checklist.body["needs"]:
        tell.read(f"{'✔' if need['metBy'] else '·'} {need['text']}")
    tell.check("camera" in {one["kind"] for one in checklist.body["evidence"]}, "het bewijs staat op de lijst")


def _report(stage: Stage, which: str | None = None, **values: Any) -> dict[str, Any]:
    reference = values.pop("reference", f"SHN-{stage.run}-{which or 'met'}")
    # The same instant each time it is sent, so that it is the same report.
    times = {"occurredAt": _ago(stage, 7)} | ({"reportedAt": _ago(stage, 5)} if which == "orderUnknown" else {})
    report = examples.request("reportsReceiveReport", which, reference=reference, **times, **values)
    return dict(report)


def _ago(stage: Stage, minutes: int) -> str:
    return format_instant(stage.began_at - timedelta(minutes=minutes))
