"""The dispatch room asks with whatever it has, and hears what is known, how surely, and what may be done."""

from __future__ import annotations

from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import Question, get, post, when_nl
from registry.demo.tour.stage import Stage


def play(stage: Stage) -> None:
    """Ask with all there is, by phone, half a name, plate and place; about a suspended order, and about nobody."""
    tell = stage.narrator
    _everything(stage)
    hit = _first(stage, "krijgt een beller aan de lijn: haar nummer.", "phone", "900101")
    tell.check(hit["relation"] == "protected_by", "de beller is de beschermde")
    tell.check(hit["status"]["code"] == "in_force", "het bevel geldt nu")
    hit = _first(stage, "heeft alleen een halve naam, zoals zij die hoorde.", "halfAName", "900102")
    tell.check(not hit["identityEstablished"], "zonder nummer staat de identiteit niet vast")
    hit = _first(stage, "ziet een kenteken.", "plate", "900107")
    tell.check(len(hit["powers"]["halves"]) == 2, "kaart A in twee helften: op heterdaad en daarbuiten")
    _first(stage, "heeft alleen een plaats.", "place", "900101")
    hit = _first(stage, "vraagt naar een geschorst bevel.", "suspended", "900111")
    tell.check(hit["powers"]["card"] is None, "een geschorst bevel geeft geen bevoegdheid")
    hit = _first(stage, "vraagt naar een bevel waarvan een bericht ontbreekt.", "messageMissing", "900114")
    tell.check(bool(hit["gaps"] and hit["gaps"]["versions"] == [2]), "dat versie 2 ontbreekt staat erbij")
    _nobody(stage)


def _everything(stage: Stage) -> None:
    tell = stage.narrator
    asked = examples.request("lookupsAsk", incidentNumber=f"I-{stage.run}", skn=stage.skn("A"), phone=stage.phone)
    text_nl = "heeft van alles een beetje, en één nummer dat niet klopt."
    reply = tell.ask(stage.by["POL-MN"], text_nl, post("/v1/lookups", asked, expect=200))
    first = reply.body["hits"][0]
    tell.check(first["orderNumber"] == stage.order_number, "het bevel waarbij het meeste past staat bovenaan")
    tell.read(*(f"onbruikbaar: {one['pointer']}: {one['textNl']}" for one in reply.body["unusable"]))
    _briefing(stage, first["orderId"], reply.body["lookupId"])
    _confirmation(stage, first["orderId"], reply.body["lookupId"])


def _briefing(stage: Stage, order_id: str, lookup_id: str) -> None:
    """Print what the officers on the street are told of the order that was found."""
    tell = stage.narrator
    path = f"/v1/orders/{order_id}/briefing?purpose=acute_call&lookupId={lookup_id}"
    briefing = tell.ask(stage.by["POL-MN"], "vraagt de briefing voor de agenten op straat.", get(path)).body
    tell.check(briefing["status"]["code"] == "in_force", "de agenten horen dat het bevel nu geldt")
    tell.read(
        briefing["served"]["textNl"],
        briefing["risk"]["textNl"],
        briefing["ankleMonitor"]["textNl"],
        briefing["breaches"]["textNl"],
        *(f"{one['titleNl']}: {one['reach'] or one['missingNl']}" for one in briefing["contacts"]),
    )


def _confirmation(stage: Stage, order_id: str, lookup_id: str) -> None:
    """Ask the source to confirm the order, and let it answer within its ten minutes."""
    tell = stage.narrator
    incident = f"I-{stage.run}"
    asked = examples.request("confirmationsAsk", orderId=order_id, lookupId=lookup_id, incidentNumber=incident)
    made = tell.ask(stage.by["POL-MN"], "vraagt de bron met spoed om bevestiging.", post("/v1/confirmations", asked))
    tell.read(made.body["textNl"])
    path, answer = f"/v1/confirmations/{made.body['id']}", examples.request("confirmationsAnswer")
    tell.ask(stage.by["CJIB"], "bevestigt het bevel.", post(f"{path}/answer", answer, expect=200))
    answered = tell.ask(stage.by["POL-MN"], "leest het antwoord.", get(path)).body
    tell.check(answered["outcome"] == "confirmed", "de bron heeft het bevel bevestigd")
    tell.read(answered["textNl"])


def _first(stage: Stage, text_nl: str, which: str, number: str) -> dict[str, Any]:
    """Ask with an example, print the hit on a demo order, and return it."""
    tell = stage.narrator
    question = post("/v1/lookups", examples.request("lookupsAsk", which), expect=200)
    reply = tell.ask(stage.by["POL-MN"], text_nl, question)
    hits = [hit for hit in reply.body["hits"] if hit["orderNumber"].endswith(number)]
    tell.check(bool(hits), f"bevel {number} is gevonden")
    _read(stage, hits[0])
    return dict(hits[0])


def _read(stage: Stage, hit: dict[str, Any]) -> None:
    tell, person = stage.narrator, hit["person"]
    agreeing = [f"{one['field']} ({one['how']})" for one in hit["matchedOn"] if one["agrees"]]
    tell.read(
        f"{hit['orderNumber']} ({hit['regimeNl']}): {hit['relationNl']}",
        f"gevonden op: {', '.join(dict.fromkeys(agreeing))}",
        person and f"{person['calledNl']}: {person['name']}, geboren {person['birthDate']}",
        hit["identityWarning"],
        f"{hit['status']['textNl']}: " + " ".join(hit["status"]["reasonsNl"]),
        *(condition["textNl"] for condition in hit["conditions"]),
    )
    _powers(stage, hit["powers"])
    tell.read(hit["requestedPoliceAction"])


def _powers(stage: Stage, powers: dict[str, Any]) -> None:
    """Print the card; in full only the first time, for the same card returns with most orders."""
    tell, card = stage.narrator, str(powers["card"])
    tell.read(f"Bevoegdheden: {powers['titleNl']}")
    if stage.found.setdefault(f"card {card}", powers["titleNl"]) is not powers["titleNl"]:
        return
    for half in powers["halves"]:
        tell.read(f"  {half['titleNl']}", *(_step(step) for step in half["steps"]))
    tell.read(*(_step(step) for step in powers["steps"]))
    tell.read(f"  Te bellen: {', '.join(powers['callNl'])}" if powers["callNl"] else None)


def _step(step: dict[str, str]) -> str:
    source = "" if step["source"] in step["textNl"] else f" ({step['source']})"
    return f"  - {step['textNl']}{source}"


def _nobody(stage: Stage) -> None:
    tell = stage.narrator
    asked = examples.request("lookupsAsk", "nobody")
    reply = tell.ask(
        stage.by["POL-MN"], "vraagt naar iemand die nergens voorkomt.", post("/v1/lookups", asked, expect=200)
    )
    body = reply.body
    tell.check(body["hits"] == [] and body["noOrderKnown"] is not None, "er is geen bevel bekend")
    tell.read(body["noOrderKnown"]["textNl"])
    tell.read(*(f"onbruikbaar: {one['pointer']}: {one['textNl']}" for one in body["unusable"]))
    for source in body["sources"]:
        last = when_nl(source["lastMessageAt"], "nooit")
        tell.read(f"bron {source['name']}: laatste bericht {last}, {source['unprocessed']} niet verwerkt")
    incident = examples.request("lookupsNameIncident", incidentNumber=f"I-{stage.run}")
    named = Question("PUT", f"/v1/lookups/{body['lookupId']}/incident", incident)
    tell.ask(stage.by["POL-MN"], "noemt achteraf het incidentnummer.", named)
