"""The prosecutor follows the breach to its hearing: a human assesses, a court proves, the law's terms run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from registry.demo import examples
from registry.demo.caller import Reply
from registry.demo.tour import cjib, partner
from registry.demo.tour.narrator import Question, get, post, when_nl
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Assess the breach, start the proceeding with the arrest, and record each step until the hearing ends it."""
    tell, prosecutor, now = stage.narrator, stage.by["OM-MN"], stage.now()
    _assess(stage)
    arrest = {"occurredAt": format_instant(now - timedelta(seconds=50)), "key": f"PL0900-{stage.run}-1"}
    start = examples.request("proceedingsStartProceeding", breachId=stage.found["breach"], event=arrest)
    started = tell.ask(prosecutor, "legt de aanhouding vast: de procedure begint.", post("/v1/proceedings", start))
    tell.read(started.body["summary"])
    _terms(stage, started)
    text_nl = "leest in de stroom van gebeurtenissen dat er is aangehouden (art. 6:3:15 lid 4 Sv)."
    told = {"kind": "arrest", "proceedingId": started.body["id"]}
    cjib.hears(stage, text_nl, "nl.beschermingsbevel.proceeding.started.v1", **told)
    _fail_safe(stage, started)
    path = f"/v1/proceedings/{started.body['id']}/events"
    decision = _event(None, now - timedelta(seconds=45))
    tell.ask(prosecutor, "legt vast dat hij de vordering gaat indienen.", post(path, decision))
    filing = _event("filing", now - timedelta(seconds=40))
    filed = tell.ask(prosecutor, "dient de vordering in bij de rechter-commissaris.", post(path, filing))
    _terms(stage, filed)
    _plans(stage, started.body["id"])
    tell.check(
        "T01" in {one["rule"] for one in _open(filed)}, "de rechter-commissaris heeft 3 × 24 uur na de indiening"
    )
    tell.ask(
        prosecutor,
        "legt vast dat de rechtbank de vordering ontving.",
        post(path, _event("receipt", now - timedelta(seconds=30))),
    )
    decision = _event("examiningJudgeDecision", now - timedelta(seconds=20))
    decided = tell.ask(prosecutor, "legt de beslissing van de rechter-commissaris vast.", post(path, decision))
    _terms(stage, decided)
    tell.check(
        "T05" in {one["rule"] for one in _open(decided)}, "de TUL-zitting moet binnen 30 dagen na ontvangst zijn"
    )
    _hearing(stage, path, now)
    _calculator(stage)


def _calculator(stage: Stage) -> None:
    tell, prosecutor = stage.narrator, stage.by["OM-MN"]
    for which, what in ((None, "een termijn zonder vaste duur"), ("overChristmas", "een termijn over Kerst")):
        asked = examples.request("termsCalculate", which)
        found = tell.ask(
            prosecutor, f"rekent {what} na, zonder zaak.", post("/v1/terms/calculation", asked, expect=200)
        )
        tell.read(*(step["text"] for step in found.body["steps"]))
    days = (found.body["dueOn"], found.body["alternativeDueOn"])
    tell.check(days == ("2025-12-25", "2025-12-29"), "beide verdedigbare dagen staan er, en de vroegste geldt")


def _fail_safe(stage: Stage, started: Reply) -> None:
    tell, held = stage.narrator, started.body["custody"]
    tell.read(f"vastgehouden tot uiterlijk {when_nl(held['limitAt'])}; alarm om {when_nl(held['alarmAt'])}")
    tell.check(held["alarmAt"] < held["limitAt"], "lang voor het einde klinkt een alarm, ook als niemand iets vastlegt")
    path = f"/v1/proceedings/{started.body['id']}/events"
    for which in ("notifiedProsecutor", "notifiedMinister"):
        told = _event(which, stage.now() - timedelta(seconds=48))
        tell.ask(stage.by["OM-MN"], "legt een kennisgeving van de aanhouding vast.", post(path, told))


def _plans(stage: Stage, proceeding_id: str) -> None:
    """What may follow is planned; what the law does not allow is refused with the article."""
    tell, prosecutor, path = stage.narrator, stage.by["OM-MN"], f"/v1/proceedings/{proceeding_id}/plans"
    at = format_instant(stage.now() + timedelta(days=1))
    wish = examples.request("proceedingsPlanStep", plannedAt=at)
    kept = tell.ask(prosecutor, "neemt zich voor opnieuw een vordering in te dienen.", post(path, wish))
    back = post(f"{path}/{kept.body['id']}/withdrawal", None, expect=200)
    tell.ask(prosecutor, "ziet daar van af.", back)
    foreign = examples.request("proceedingsPlanStep", "revocation", plannedAt=at)
    refused = tell.ask(prosecutor, "neemt zich voor zelf te herroepen.", post(path, foreign, expect=409))
    tell.check("art. 6:6:21 Sv" in refused.body["detail"], "dat kent de wet hier niet, met het artikel")


def _assess(stage: Stage) -> None:
    tell, prosecutor = stage.narrator, stage.by["OM-MN"]
    path = f"/v1/breaches/{stage.found['breach']}"
    shown = tell.ask(prosecutor, "opent de vermoedelijke overtreding.", get(path))
    for source in shown.body["sources"]:
        tell.read(
            f"bron {source['kind']}, van {when_nl(source['occurredFrom'])} tot {when_nl(source['occurredUntil'])}"
        )
    tell.check(shown.body["status"] == "suspected", "het systeem vermoedt, en beslist niet")
    pattern = tell.ask(
        prosecutor, "bekijkt alle overtredingen samen.", get(f"/v1/orders/{shown.body['orderId']}/breach-pattern")
    )
    told = pattern.body["ofPair"]
    tell.read(f"overtreding {told['total']} van dit paar; de laatste 14 dagen {told['last14Days']}")
    tell.check(told["total"] >= 1, "ook kleine overtredingen tellen mee")
    claim = {"status": "proven", "reason": "Duidelijk."}
    tell.ask(prosecutor, "wil zelf 'bewezen' opschrijven.", post(f"{path}/assessments", claim, expect=400))
    found = examples.request("breachesAssessBreach")
    tell.ask(prosecutor, "vindt haar aannemelijk, met een reden.", post(f"{path}/assessments", found))


def _hearing(stage: Stage, path: str, now: datetime) -> None:
    tell, prosecutor = stage.narrator, stage.by["OM-MN"]
    hearing = {"hearingAt": format_instant(now + timedelta(days=20))}
    planned = _event("hearingSet", now - timedelta(seconds=10), details=hearing)
    tell.ask(prosecutor, "bepaalt de zitting.", post(path, planned))
    deadlines = tell.ask(prosecutor, "leest alle lopende termijnen, de eerste eerst.", get("/v1/deadlines?limit=5"))
    tell.read(*(f"{one['title']}: {when_nl(one['dueAt'], 'onverwijld')}" for one in deadlines.body["deadlines"]))
    calendar = tell.ask(prosecutor, "haalt ze op voor de agenda.", get("/v1/deadlines/calendar"))
    tell.check("Voorbeeld" not in calendar.body and "BEGIN:VEVENT" in calendar.body, "in de agenda staat geen naam")
    _feed(stage)
    held = _event("hearingHeld", now - timedelta(seconds=1))
    ended = tell.ask(prosecutor, "legt de zitting en haar uitkomst vast.", post(path, held))
    tell.check(ended.body["endedAt"] is not None, "met de TUL-zitting eindigt de procedure")
    tell.check(not _open(ended), "er loopt geen termijn meer")
    breach = tell.ask(prosecutor, "leest de overtreding terug.", get(f"/v1/breaches/{stage.found['breach']}"))
    tell.check(breach.body["status"] == "proven", "bewezen, door de vastgelegde beslissing van de rechter")
    tell.check(partner.status(stage) == "closed", "ook de melder hoort dat het is afgerond, en niets meer dan dat")
    _release(stage, next(one["id"] for one in ended.body["events"] if one["kind"] == "hearing_held"))


def _release(stage: Stage, event_id: str) -> None:
    """Let the victim's partner know what the hearing brought: by a named person, and not before."""
    tell, path = stage.narrator, f"/v1/reports/{stage.found['report']}/releases"
    before = tell.ask(stage.by["SHN"], "vraagt wat er bekend is.", get(path))
    tell.check(before.body["releases"] == [], "vóór de vrijgave is er niets te lezen")
    later = examples.request("releasesRelease", "underEmbargo", eventId=event_id, releaseAt=_in_an_hour(stage))
    kept = tell.ask(stage.by["OM-MN"], "geeft de uitkomst vrij, over een uur.", post(path, later))
    back = post(f"{path}/{kept.body['id']}/withdrawal", None, expect=200)
    tell.ask(stage.by["OM-MN"], "bedenkt zich.", back)
    now = examples.request("releasesRelease", eventId=event_id)
    tell.ask(stage.by["OM-MN"], "geeft de uitkomst nu vrij.", post(path, now))
    told = tell.ask(stage.by["SHN"], "leest wat zij mag vertellen.", get(path))
    tell.read(*(one["text"] for one in told.body["releases"]))
    tell.check([one["by"] for one in told.body["releases"]] == [None], "zonder wie het vrijgaf")

    _inform(stage)


def _inform(stage: Stage) -> None:
    """Let the victim ask for information of her case, send it in time, and see what she was told, with the proof."""
    tell, partner, prosecutor = stage.narrator, stage.by["SHN"], stage.by["OM-MN"]
    path, at = f"/v1/reports/{stage.found['report']}", format_instant(stage.now() - timedelta(seconds=5))
    asked = examples.request("caseInformationAsk", askedAt=at)
    owed = tell.ask(partner, "vraagt om zaaksinformatie, namens haar.", post(f"{path}/case-information", asked))
    tell.read(f"uiterlijk {owed.body['dueOn']} ({owed.body['source']})", *owed.body["steps"])
    listed = tell.ask(prosecutor, "ziet wat zij nog moet sturen.", get("/v1/case-information"))
    tell.check(owed.body["id"] in {one["id"] for one in listed.body["requests"]}, "het verzoek staat op de lijst")
    deadline = tell.ask(prosecutor, "leest de termijn ervan.", get(f"/v1/deadlines/{owed.body['deadlineId']}"))
    tell.check(deadline.body["subject"] == f"case_information:{owed.body['id']}", "een termijn als alle andere")
    proof = {"reference": f"OM-BRIEF-{stage.run}"}
    sent = examples.request("caseInformationRecordSending", sentAt=format_instant(stage.now()), proof=proof)
    done = post(f"/v1/case-information/{owed.body['id']}/sending", sent, expect=200)
    kept = tell.ask(prosecutor, "stuurt haar de informatie, met bewijs.", done)
    tell.check(kept.body["state"] == "sent", "op tijd")
    told = examples.request("momentsRecordOfOrder", toldAt=at, proof={"reference": f"GESPREK-{stage.run}"})
    explained = get("/v1/explanations/VV?conditions=contact_ban,area_ban")
    text = tell.ask(stage.nobody, "leest wat het bevel voor het slachtoffer betekent.", explained)
    tell.read(*(line for section in text.body["sections"] for line in section["lines"]))
    of_order = f"/v1/orders/{stage.found['order']}/moments"
    tell.ask(stage.by["POL-MN"], "legt vast dat het bevel is uitgelegd.", post(of_order, told))
    after = examples.request("momentsRecordOfReport", toldAt=at, proof={"reference": f"SHN-{stage.run}-verteld"})
    tell.ask(partner, "legt vast dat zij hoorde wat er is gedaan.", post(f"{path}/moments", after))
    missing = tell.ask(stage.by["POL-MN"], "leest wat haar nog niet is verteld.", get(of_order))
    for one in missing.body["protected"]:
        tell.read(f"{one['protected']}: nog niet {', '.join(one['missing'])}")
    tell.check(len(missing.body["moments"]) == 2, "twee van de vier momenten staan er, met bewijs")


def _in_an_hour(stage: Stage) -> str:
    return format_instant(stage.now() + timedelta(hours=1))


def _feed(stage: Stage) -> None:
    """A calendar program reads the deadlines by itself, until its address is revoked."""
    tell, prosecutor = stage.narrator, stage.by["OM-MN"]
    wish = examples.request("feedsCreateCalendarFeed")
    made = tell.ask(prosecutor, "maakt een agenda onder een geheim adres.", post("/v1/calendar-feeds", wish)).body
    address = f"/calendars/{made['url'].rpartition('/')[2]}"
    read = tell.ask(prosecutor, "laat het agendaprogramma lezen.", get(address))
    tell.check("BEGIN:VEVENT" in read.body, "het agendaprogramma vindt de termijnen zelf, zonder naam")
    revoke = Question("DELETE", f"/v1/calendar-feeds/{made['id']}", expect=204)
    tell.ask(prosecutor, "trekt het adres in.", revoke)
    tell.ask(prosecutor, "probeert het ingetrokken adres nog eens.", get(address, expect=404))


def _event(which: str | None, occurred_at: datetime, **values: Any) -> dict[str, Any]:
    at = format_instant(occurred_at)
    return dict(examples.request("proceedingsRecordEvent", which, occurredAt=at, **values))


def _open(reply: Reply) -> list[dict[str, Any]]:
    return [one for one in reply.body["deadlines"] if one["state"] == "open"]


def _terms(stage: Stage, reply: Reply) -> None:
    for one in _open(reply):
        stage.narrator.read(f"{one['title']} ({one['source']})", *(f"   {step}" for step in one["steps"]))
