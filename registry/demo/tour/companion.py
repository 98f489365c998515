"""The person whom the order protects carries a device of her own, and withdraws her consent to it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import STILL_INSIDE, Stage
from registry.http.fields import format_instant

_NORTH_DEG = 0.002  # some 220 metres from where he was


def play(stage: Stage) -> None:
    """Record her consent, hear that he was near her, and see everything of her go when she withdraws it."""
    tell, supervisor, hers = stage.narrator, stage.by["RN-MN"], f"SA-{stage.run}"
    consent = {"givenAt": format_instant(stage.now() - timedelta(hours=1))}
    named = {"orderNumber": stage.order_number, "device": hers, "consent": consent}
    told = examples.request("companionsCreateCompanion", **named)
    made = tell.ask(supervisor, "legt vast dat de beschermde een apparaat wil dragen.", post("/v1/companions", told))
    path = f"/v1/companions/{made.body['id']}"
    sent = {"pings": _pings(stage, hers)}
    heard = tell.ask(stage.by["SAP"], "stuurt waar haar apparaat was.", post("/v1/pings", sent, expect=200))
    is_kept = heard.body["accepted"] == len(sent["pings"])
    tell.check(is_kept, "met haar toestemming wordt dat bewaard, apart en verzegeld")
    near = f"/v1/nearnesses?companionId={made.body['id']}"
    found = tell.ask(supervisor, "leest of de drager dichtbij haar was.", get(near)).body["nearnesses"]
    for one in found:
        tell.read(one["explanation"])
    tell.check("confirmed" in {one["verdict"] for one in found}, "hij was dichtbij; waar zij was, staat er niet bij")
    stands = tell.ask(supervisor, "leest hoe het nu is.", get(f"{path}/standing"))
    tell.check(stands.body["standing"] in {"near", "apart", "unknown"}, "wat niet bekend is, heet onbekend en niet ver")
    tell.ask(stage.by["DVO"], "leverancier van zijn enkelband vraagt hetzelfde.", get(near, expect=403))
    _withdraw(stage, path, sent)


def _withdraw(stage: Stage, path: str, sent: dict[str, Any]) -> None:
    tell, wish = stage.narrator, examples.request("companionsWithdrawConsent")
    over = tell.ask(stage.by["SHN"], "trekt haar toestemming in.", post(f"{path}/withdrawal", wish, expect=200))
    tell.check(over.body["consent"]["withdrawnAt"] is not None, "dat werkt meteen")
    again = tell.ask(stage.by["SAP"], "stuurt haar posities nog eens.", post("/v1/pings", sent, expect=200))
    tell.check(again.body["notStored"] == len(sent["pings"]), "zonder toestemming wordt er niets van bewaard")


def _pings(stage: Stage, device: str) -> list[dict[str, Any]]:
    """At one place near him, from a quarter of an hour ago until now."""
    place = stage.ping(STILL_INSIDE, stage.now())
    where = {"device": device, "lat": round(place["lat"] + _NORTH_DEG, 6), "lon": place["lon"], "accuracyM": 6}
    moments = (stage.now() - timedelta(seconds=ago) for ago in range(900, -1, -30))
    return [where | {"fixTime": format_instant(at)} for at in moments]
