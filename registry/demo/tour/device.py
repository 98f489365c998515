"""An ankle monitor reports: in a batch, with a bad ping among the good ones, and through a gateway of another maker."""

from __future__ import annotations

from datetime import timedelta

from registry.demo.tour.narrator import Question, get, post, when_nl
from registry.demo.tour.stage import INSIDE, OUTSIDE, Stage
from registry.http.fields import format_instant


def play(stage: Stage) -> None:
    """Couple the device, send pings outside and inside the area, and once through OsmAnd."""
    tell, supervisor, provider = stage.narrator, stage.by["RN-MN"], stage.by["DVO"]
    now = stage.now()
    worn = {
        "provider": "DVO",
        "device": stage.device,
        "orderNumber": stage.order_number,
        "from": format_instant(now - timedelta(hours=1)),
    }
    coupled = tell.ask(supervisor, "legt vast wie de enkelband draagt.", post("/v1/couplings", worn))
    stage.found["person"] = coupled.body["personId"]
    tell.ask(supervisor, "koppelt per ongeluk nog eens.", post("/v1/couplings", worn, expect=409))
    batch = [
        stage.ping(OUTSIDE, now - timedelta(minutes=10)),
        stage.ping((95.0, 5.12), now - timedelta(minutes=9, seconds=30)),
        stage.ping(INSIDE, now - timedelta(minutes=9)),
        stage.ping(OUTSIDE, now - timedelta(minutes=5)),
    ]
    reply = tell.ask(provider, "stuurt vier posities.", post("/v1/pings", {"pings": batch}, expect=200))
    for one in reply.body["results"]:
        tell.read(f"positie {one['index']}: {one['outcome']} {one.get('detail', '')}")
    tell.check(
        (reply.body["accepted"], reply.body["rejected"]) == (3, 1), "één is afgewezen, de andere zijn opgeslagen"
    )
    again = tell.ask(provider, "stuurt ze opnieuw.", post("/v1/pings", {"pings": batch}, expect=200))
    tell.check(again.body["duplicates"] == 3, "wat er al was telt niet dubbel")
    _episode(stage)
    _gateway(stage)


def _episode(stage: Stage) -> None:
    tell = stage.narrator
    path = f"/v1/episodes?orderId={stage.found['order']}"
    reply = tell.ask(stage.by["RN-MN"], "leest wat daarin gevonden is.", get(path))
    for episode in reply.body["episodes"]:
        tell.read(f"in het verboden gebied van {when_nl(episode['startedAt'])} tot {when_nl(episode['endedAt'])}")
    tell.check(len(reply.body["episodes"]) == 1, "één keer in het gebied geweest: een vermoedelijke overtreding")
    stage.found["breach"] = reply.body["episodes"][0]["breachId"]


def _gateway(stage: Stage) -> None:
    tell, provider = stage.narrator, stage.by["DVO"]
    wish = {"name": f"rondleiding {stage.run}", "formats": ["osmand"]}
    made = tell.ask(provider, "maakt een adres voor OsmAnd-trackers.", post("/v1/gateway-tokens", wish))
    path = f"/gateways/osmand/{made.body['token']}"
    at_s = int((stage.now() - timedelta(minutes=2)).timestamp())
    query = f"?id={stage.device}&lat={OUTSIDE[0]}&lon={OUTSIDE[1]}&timestamp={at_s}&accuracy=9"
    tell.ask(
        stage.nobody, "tracker meldt zich zonder sleutel, met het geheim in zijn adres.", Question("POST", path + query)
    )
    seen = tell.ask(
        stage.by["RN-MN"], "leest de laatste positie.", get(f"/v1/wearers/{stage.found['person']}/position")
    )
    tell.check(abs(seen.body["lat"] - OUTSIDE[0]) < 1e-6, "de positie van de tracker telt mee")
    tell.ask(provider, "trekt het adres in.", Question("DELETE", f"/v1/gateway-tokens/{made.body['id']}", expect=204))
    tell.ask(stage.nobody, "tracker probeert het oude adres.", Question("POST", path + query, expect=404))
