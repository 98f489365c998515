"""A demand: another organisation reads where a wearer was, once two people let it, and no longer."""

from __future__ import annotations

import json
from datetime import timedelta

from registry.demo import examples
from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Record a demand of the prosecution, approve it as somebody else, read under it, and revoke it."""
    tell, supervisor, prosecutor, now = stage.narrator, stage.by["RN-MN"], stage.by["OM-MN"], stage.now()
    hours = {"from": format_instant(now - timedelta(hours=6)), "until": format_instant(now - timedelta(seconds=1))}
    path = f"/v1/wearers/{stage.found['person']}"
    own = examples.request("historiesReadPositions", **hours)
    tell.ask(supervisor, "leest waar de drager was.", post(f"{path}/position-readings", own, expect=200))
    tell.ask(prosecutor, "mag dat niet zonder vordering.", post(f"{path}/position-readings", own, expect=404))
    until = format_instant(now + timedelta(days=7))
    wish = examples.request("demandsRecordDemand", personId=stage.found["person"], validUntil=until, **hours)
    made = tell.ask(supervisor, "legt een vordering vast.", post("/v1/position-demands", wish)).body
    demand = f"/v1/position-demands/{made['id']}"
    tell.ask(supervisor, "kan haar niet zelf goedkeuren.", post(f"{demand}/approval", None, expect=409))
    second = supervisor.as_user("rn-007", "Juridische zaken", "jurist")
    tell.ask(second, "keurt haar als tweede goed.", post(f"{demand}/approval", None, expect=200))
    tell.ask(prosecutor, "ziet zijn vordering.", get(demand))
    wanted = examples.request("historiesReadPositions", "onDemand", demandId=made["id"], **hours)
    read = tell.ask(prosecutor, "leest de posities.", post(f"{path}/position-readings", wanted, expect=200))
    tell.check(bool(read.body["positions"]), "ook buiten een episode, in dit tijdvak en niet erbuiten")
    earlier = wanted | {"from": format_instant(now - timedelta(hours=7))}
    tell.ask(prosecutor, "vraagt een uur meer.", post(f"{path}/position-readings", earlier, expect=403))
    wish = examples.request("historiesExportHistory", "onDemand", demandId=made["id"], **hours)
    given = tell.ask(prosecutor, "voert de geschiedenis uit.", post(f"{path}/history-exports", wish, expect=200))
    last = json.loads(given.body.split("\x1e")[-1])["properties"]
    tell.check((last["is"], last["episodes"]) == ("end", 0), "zonder gebied, want zijn systeem beantwoordt meldkamers")
    over = examples.request("demandsRevoke")
    tell.ask(second, "trekt haar in.", post(f"{demand}/revocation", over, expect=200))
    tell.ask(prosecutor, "leest nu niets meer.", post(f"{path}/position-readings", wanted, expect=403))
