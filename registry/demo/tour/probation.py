"""The Reclassering hears of a breach within two seconds, by a signed webhook, and a named person takes the alert."""

from __future__ import annotations

import io
import json
import time
from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.receiver import Received
from registry.demo.tour import companion, demand, home
from registry.demo.tour.cjib import hears
from registry.demo.tour.narrator import get, post, when_nl
from registry.demo.tour.stage import INSIDE, INSIDE_YET, OUTSIDE, OUTSIDE_AGAIN, STILL_INSIDE, Stage
from registry.http.fields import format_instant
from registry.monitoring.evidence.verifying import Outcome, verify

_RAISED = "nl.beschermingsbevel.alert.raised.v1"
_WITHIN_S = 2.0


def play(stage: Stage) -> None:
    """Subscribe a receiver on this machine, let the wearer go in, hear of it, read the feed, take the alert."""
    tell, supervisor = stage.narrator, stage.by["RN-MN"]
    wish = examples.request("subscriptionsCreateSubscription", url=stage.receiver.url)
    made = tell.ask(supervisor, "neemt een abonnement op alarmen.", post("/v1/subscriptions", wish))
    try:
        start = tell.ask(supervisor, "onthoudt waar de stroom van gebeurtenissen nu is.", get("/v1/events?limit=1"))
        received, waited_s = _breach(stage)
        _webhook(stage, received, waited_s, made.body["secret"])
        _feed(stage, received, start.body["next"])
        _alert(stage, received.event["subject"].removeprefix("alert:"))
    finally:
        supervisor.call("DELETE", f"/v1/subscriptions/{made.body['id']}")
    _report(stage)
    _exempt(stage)
    _try_zone(stage)
    _take_off(stage)
    _evidence(stage)
    _history(stage)
    home.hold(stage)
    demand.play(stage)
    companion.play(stage)


def _breach(stage: Stage) -> tuple[Received, float]:
    tell, now = stage.narrator, stage.now()
    walk = ((OUTSIDE, 91), (INSIDE, 31), (STILL_INSIDE, 16), (INSIDE_YET, 1))
    batch = [stage.ping(which, now - timedelta(seconds=ago)) for which, ago in walk]
    began_s = time.monotonic()
    tell.ask(stage.by["DVO"], "stuurt: de drager gaat het gebied in.", post("/v1/pings", {"pings": batch}, expect=200))
    received = stage.receiver.wait_for(_RAISED, 10.0, orderId=stage.found["order"], alertClass="zone_breach")
    if received is None:
        tell.check(False, "er kwam geen bericht bij de ontvanger")
        raise AssertionError("unreachable")
    return received, received.at_s - began_s


def _webhook(stage: Stage, received: Received, waited_s: float, secret: str) -> None:
    tell, event = stage.narrator, received.event
    tell.read(f"de ontvanger kreeg {event['type']}", f"met alleen verwijzingen: {_fields(event['data'])}")
    tell.check(waited_s < _WITHIN_S, f"{waited_s:.2f} seconde na de positie, binnen de {_WITHIN_S:.0f}")
    tell.check(received.is_signed_with(secret), "de handtekening klopt met het geheim van het abonnement")
    tell.check(not received.is_signed_with(f"{secret[:-8]}AAAAAAA="), "met een ander geheim klopt zij niet")


def _fields(data: dict[str, Any]) -> str:
    return ", ".join(sorted(data))


def _feed(stage: Stage, received: Received, position: str) -> None:
    tell = stage.narrator
    ids: set[str] = set()
    for _ in range(40):
        path = f"/v1/events?after={position}&limit=200&types=nl.beschermingsbevel.alert.*"
        page = stage.by["RN-MN"].get(path).body
        ids |= {event["id"] for event in page["events"]}
        if received.id in ids or not page["events"]:
            break
        position = page["next"]
    tell.ask(stage.by["RN-MN"], "leest dezelfde gebeurtenis na in de stroom.", get(path))
    tell.check(received.id in ids, "het alarm staat ook daar")


def _alert(stage: Stage, alert_id: str) -> None:
    tell, supervisor = stage.narrator, stage.by["RN-MN"]
    shown = tell.ask(supervisor, "opent het alarm.", get(f"/v1/alerts/{alert_id}"))
    tell.read(f"{shown.body['title']} (prioriteit {shown.body['priority']})")
    ladder = tell.ask(supervisor, "ziet wie er aan de beurt is als niemand het oppakt.", get("/v1/duties"))
    for duty in ladder.body["duties"]:
        tell.read(f"trede {duty['level']}: {duty['name']}, {duty['contact']}")
    tell.read(f"naar trede 1 om {when_nl(shown.body['nextEscalationAt'])}")
    tell.check(shown.body["nextEscalationAt"] is not None, "het alarm klimt als niemand het oppakt")
    path = f"/v1/alerts/{alert_id}/acknowledgement"
    note = examples.request("alertsAcknowledgeAlert")
    taken = tell.ask(supervisor, "pakt het alarm op, met een aantekening.", post(path, note, expect=200))
    tell.check(taken.body["nextEscalationAt"] is None, "het klimt niet verder")
    tell.ask(supervisor, "probeert het nog eens op te pakken.", post(path, note, expect=409))
    tell.ask(stage.by["RN-RT"], "ziet het alarm van een ander niet.", get(f"/v1/alerts/{alert_id}", expect=404))


def _report(stage: Stage) -> None:
    """Report the breach, as art. 6:3:14 lid 4 Sv asks of probation: it reaches prosecution, CJIB and police at once."""
    tell, supervisor, now = stage.narrator, stage.by["RN-MN"], stage.now()
    times = {"occurredFrom": now - timedelta(seconds=3), "occurredUntil": now, "awareAt": now}
    told = examples.request(
        "breachesRecordBreach",
        "ofProbation",
        orderId=stage.found["order"],
        reference=f"RN-{stage.run}",
        **{name: format_instant(at) for name, at in times.items()},
    )
    made = tell.ask(supervisor, "meldt de overtreding: haar veiligheid is in het geding.", post("/v1/breaches", told))
    views = made.body["views"]
    tell.read(*(f"{side}: {one['accounts']} bron(nen)" for side, one in views.items()))
    tell.check(views["monitor"]["accounts"] >= 1, "de enkelband en de toezichthouder vertellen van één overtreding")
    waiting = tell.ask(stage.by["OM-MN"], "ziet de melding als werk staan.", get("/v1/alerts?class=supervision_report"))
    tell.read(*(f"P{one['priority']} {one['title']}" for one in waiting.body["alerts"]))
    tell.check(bool(waiting.body["alerts"]), "de melding ligt meteen bij het openbaar ministerie")
    text_nl = "leest dezelfde melding in de stroom van gebeurtenissen (art. 6:3:14 lid 4 Sv)."
    hears(stage, text_nl, "nl.beschermingsbevel.breach.reported.v1", breachId=made.body["id"])


def _exempt(stage: Stage) -> None:
    tell, supervisor, tomorrow = stage.narrator, stage.by["RN-MN"], stage.now() + timedelta(days=1)
    window = {"from": format_instant(tomorrow), "until": format_instant(tomorrow + timedelta(hours=6))}
    wish = examples.request("ordersRecordExemption", **window)
    path = f"/v1/orders/{stage.found['order']}/exemptions"
    given = tell.ask(supervisor, "legt een ontheffing voor een zitting vast.", post(path, wish))
    early = examples.request("ordersWithdrawExemption", endsAt=format_instant(tomorrow + timedelta(hours=3)))
    gone = f"/v1/exemptions/{given.body['id']}/withdrawal"
    tell.ask(supervisor, "laat haar eerder eindigen: de zitting is korter.", post(gone, early, expect=200))
    listed = tell.ask(supervisor, "leest wat er is vastgelegd.", get(path))
    tell.check(listed.body["exemptions"][0]["withdrawnBy"] == "RN-MN", "wat was vastgelegd, is gebleven")


def _try_zone(stage: Stage) -> None:
    tell = stage.narrator
    wish = examples.request("dryRunTryZones", orderId=stage.found["order"])
    tried = tell.ask(
        stage.by["RN-MN"], "probeert een gebied op wat de drager deed.", post("/v1/zones/dry-run", wish, expect=200)
    )
    tell.read(*(one["text"] for one in (*tried.body["warnings"], *tried.body["notChecked"])))
    alerts, offered = tried.body["alerts"], tried.body["alternatives"][0]
    tell.read(f"alarmen per week: {alerts['sirensAWeek']} luid, {alerts['quietAWeek']} stil")
    tell.check(tried.body["triedOn"] == "history", "op zijn eigen posities, waarvan geen in het antwoord staat")
    tell.check(
        offered["shape"]["center"] != wish["zones"][0]["shape"]["center"], "met een vorm die geen adres verraadt"
    )


def _take_off(stage: Stage) -> None:
    tell = stage.narrator
    leave = [stage.ping(OUTSIDE_AGAIN, stage.now())]
    tell.ask(stage.by["DVO"], "stuurt: hij is het gebied uit.", post("/v1/pings", {"pings": leave}, expect=200))
    off = examples.request("monitoringEndCoupling", until=format_instant(stage.now()))
    path = f"/v1/couplings/{stage.found['coupling']}/end"
    tell.ask(stage.by["RN-MN"], "neemt de enkelband af.", post(path, off, expect=200))


def _evidence(stage: Stage) -> None:
    """Take the episode along for the case file, and judge it again as anybody could who has the file alone."""
    tell, supervisor = stage.narrator, stage.by["RN-MN"]
    listed = tell.ask(supervisor, "zoekt de episode op.", get(f"/v1/episodes?orderId={stage.found['order']}"))
    episode = next(one for one in listed.body["episodes"] if one["verdict"] == "confirmed")
    path = f"/v1/episodes/{episode['id']}/evidence-bundles"
    wish = examples.request("bundlesMakeBundle")
    bundle = tell.ask(supervisor, "vraagt het bewijs voor het zaaksdossier.", post(path, wish, expect=200))
    report = verify(io.BytesIO(bundle.body))
    tell.read(*report.said, *report.faults)
    tell.check(report.outcome is Outcome.SAME, "uit het bestand alleen komt dezelfde episode")
    tell.ask(stage.by["RN-RT"], "krijgt het bewijs van een ander niet.", post(path, wish, expect=404))


def _history(stage: Stage) -> None:
    """Give the wearer's history, in a format that any program for maps reads."""
    tell, now = stage.narrator, stage.now()
    period = {"from": format_instant(now - timedelta(hours=1)), "until": format_instant(now)}
    wish = examples.request("historiesExportHistory", **period)
    path = f"/v1/wearers/{stage.found['person']}/history-exports"
    given = tell.ask(stage.by["RN-MN"], "voert de geschiedenis uit.", post(path, wish, expect=200))
    records = [json.loads(text)["properties"] for text in given.body.split("\x1e")[1:]]
    tell.read(f"{len(records)} regels: {', '.join(sorted({one['is'] for one in records}))}")
    tell.check(records[-1]["is"] == "end", "de laatste regel zegt dat het alles is")
