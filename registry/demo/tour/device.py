"""An ankle monitor reports: in a batch, with a bad ping among the good ones, and through a gateway of another maker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour import home
from registry.demo.tour.narrator import Question, get, post, when_nl
from registry.demo.tour.stage import OUTSIDE_AGAIN, Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Couple the device, send pings outside and inside the area, and once through OsmAnd."""
    _couple(stage)
    tell, provider = stage.narrator, stage.by["DVO"]
    batch = examples.request("monitoringSendPings", pings=_batch(stage))
    reply = tell.ask(provider, "stuurt acht berichten.", post("/v1/pings", batch, expect=200))
    for one in reply.body["results"]:
        tell.read(f"bericht {one['index']}: {one['outcome']} {one.get('detail', '')}")
    tell.check(
        (reply.body["accepted"], reply.body["rejected"]) == (7, 1), "één is afgewezen, de andere zijn opgeslagen"
    )
    again = tell.ask(provider, "stuurt ze opnieuw.", post("/v1/pings", batch, expect=200))
    tell.check(again.body["duplicates"] == 7, "wat er al was telt niet dubbel")
    _episode(stage)
    _signals(stage)
    _gateway(stage)
    home.play(stage)


def _couple(stage: Stage) -> None:
    tell, supervisor = stage.narrator, stage.by["RN-MN"]
    device = examples.request("monitoringCreateDevice", name=stage.device)
    tell.ask(supervisor, "legt een nieuwe enkelband vast.", post("/v1/devices", device))
    since = format_instant(stage.now() - timedelta(hours=1))
    named = {"device": stage.device, "orderNumber": stage.order_number, "from": since}
    worn = examples.request("monitoringCreateCoupling", **named)
    coupled = tell.ask(supervisor, "legt vast wie de enkelband draagt.", post("/v1/couplings", worn))
    stage.found |= {
        "person": coupled.body["personId"],
        "coupling": coupled.body["id"],
        "device": coupled.body["deviceId"],
    }
    tell.ask(supervisor, "koppelt per ongeluk nog eens.", post("/v1/couplings", worn, expect=409))


def _batch(stage: Stage) -> list[dict[str, Any]]:
    """Outside, not on earth, three times inside, a status, a low battery, and outside again."""
    minutes = (10, 9.5, 9, 8.75, 8.5, 8, 7, 5)
    return [stage.ping(which, stage.now() - timedelta(minutes=ago)) for which, ago in enumerate(minutes)]


def _episode(stage: Stage) -> None:
    tell = stage.narrator
    path = f"/v1/episodes?orderId={stage.found['order']}"
    reply = tell.ask(stage.by["RN-MN"], "leest wat daarin gevonden is.", get(path))
    for episode in reply.body["episodes"]:
        tell.read(f"in het verboden gebied van {when_nl(episode['startedAt'])} tot {when_nl(episode['endedAt'])}")
        for reason in episode["reasons"]:
            tell.read(f"{reason['step']}: kans {reason['chance']:.1%}, bij {reason['sureFixes']} zekere posities")
    stays = [one for one in reply.body["episodes"] if one["verdict"] == "confirmed"]
    tell.check(len(reply.body["episodes"]) == len(stays) == 1, "één verblijf: een vermoedelijke overtreding")
    stage.found["breach"] = reply.body["episodes"][0]["breachId"]


def _signals(stage: Stage) -> None:
    tell, device_id = stage.narrator, stage.found["device"]
    path = f"/v1/device-signals?deviceId={device_id}&goesOn=true"
    reply = tell.ask(stage.by["RN-MN"], "leest wat de enkelband over zichzelf zegt.", get(path))
    told = [(one["kind"], one["endedAt"]) for one in reply.body["signals"]]
    tell.check(told == [("battery_low", None)], "de batterij is bijna leeg, tot de band zegt dat dat over is")


def _gateway(stage: Stage) -> None:
    tell, provider = stage.narrator, stage.by["DVO"]
    wish = examples.request("monitoringCreateGatewayToken")
    made = tell.ask(provider, "maakt een adres voor OsmAnd-trackers.", post("/v1/gateway-tokens", wish))
    path = f"/gateways/osmand/{made.body['token']}"
    at = stage.now() - timedelta(minutes=2)
    place = stage.ping(OUTSIDE_AGAIN, at)
    query = f"?id={stage.device}&lat={place['lat']}&lon={place['lon']}&timestamp={int(at.timestamp())}&accuracy=9"
    tell.ask(
        stage.nobody, "tracker meldt zich zonder sleutel, met het geheim in zijn adres.", Question("POST", path + query)
    )
    last = f"/v1/wearers/{stage.found['person']}/last-position-readings"
    why = examples.request("historiesReadLastPosition")
    seen = tell.ask(stage.by["RN-MN"], "leest de laatste positie, met een reden.", post(last, why, expect=200))
    tell.check(abs(seen.body["lat"] - place["lat"]) < 1e-6, "de positie van de tracker telt mee")
    tell.ask(provider, "trekt het adres in.", Question("DELETE", f"/v1/gateway-tokens/{made.body['id']}", expect=204))
    tell.ask(stage.nobody, "tracker probeert het oude adres.", Question("POST", path + query, expect=404))
