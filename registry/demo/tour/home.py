"""A unit in his home says whether he is there, and a condition to be at home is judged by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant

_HOME = {"type": "Circle", "center": [5.0701, 52.0904], "radiusM": 60.0}
_NIGHTS = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "21:00", "until": "06:00"}]}
_AT_HOME: dict[str, Any] = {
    "reference": "C3",
    "type": "location_duty",
    "text": "Betrokkene is elke nacht thuis.",
    "electronicMonitoring": True,
    "zone": {"kind": "inclusion", "crs": "CRS84", "shape": _HOME, "schedule": _NIGHTS},
}


def play(stage: Stage) -> None:
    """Deliver an order with nights at home, place a unit there, and let it say that he is in."""
    tell, supervisor, number = stage.narrator, stage.by["RN-MN"], f"{stage.order_number}-H"
    message = stage.message("H")
    message["order"]["conditions"].append(_AT_HOME)
    delivery = post("/v1/deliveries", {"messages": [message]}, expect=200)
    tell.ask(stage.by["CJIB"], "levert een bevel met nachten thuis.", delivery)
    unit = f"TU-{stage.run}"
    device = examples.request("monitoringCreateDevice", name=unit)
    tell.ask(supervisor, "legt een thuisunit vast.", post("/v1/devices", device))
    named = {"device": unit, "orderNumber": number, "from": format_instant(stage.now() - timedelta(hours=1))}
    placed = examples.request("monitoringCreateCoupling", "homeUnit", **named)
    tell.ask(supervisor, "legt vast bij wie zij staat.", post("/v1/couplings", placed))
    wrong = placed | {"condition": "C2"}
    tell.ask(supervisor, "noemt per ongeluk het gebiedsverbod.", post("/v1/couplings", wrong, expect=400))
    at = format_instant(stage.now() - timedelta(minutes=5))
    said = {"pings": [{"device": unit, "messageTime": at, "sequence": 1, "kind": "present"}]}
    heard = tell.ask(stage.by["DVO"], "stuurt: hij is thuis.", post("/v1/pings", said, expect=200))
    tell.check(heard.body["accepted"] == 1, "de thuisunit telt mee, ook zonder positie")


def hold(stage: Stage) -> None:
    """Keep the positions of some hours for the defence, and let go of them when the case is over."""
    tell, prosecutor, now = stage.narrator, stage.by["OM-MN"], stage.now()
    hours = {"from": format_instant(now - timedelta(hours=6)), "until": format_instant(now)}
    wish = examples.request("retentionHold", personId=stage.found["person"], **hours)
    held = tell.ask(prosecutor, "laat posities bewaren voor de verdediging.", post("/v1/position-holds", wish))
    tell.check(held.body["releasedAt"] is None, "zij blijven, ook na de bewaartermijn")
    over = examples.request("retentionRelease")
    path = f"/v1/position-holds/{held.body['id']}/release"
    let_go = tell.ask(prosecutor, "heft dat op.", post(path, over, expect=200))
    tell.check(let_go.body["releasedBy"] is not None, "wie dat deed, staat erbij")
