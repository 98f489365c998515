"""Somebody who has no business here: no key, a strange key, a scope too few, another's data."""

from __future__ import annotations

import uuid

from registry.demo.caller import Caller
from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import Stage


def play(stage: Stage) -> None:
    """Try every door."""
    tell = stage.narrator
    tell.ask(stage.nobody, "vraagt zonder sleutel.", get("/v1/alerts", expect=401))
    stranger = Caller(stage.url, stage.by["RN-MN"].party, "bb_geraden")
    tell.ask(stranger, "vraagt met een geraden sleutel.", get("/v1/alerts", expect=401))
    tell.ask(
        stage.by["SHN"], "mag geen meldkamervraag stellen.", post("/v1/lookups", {"phone": stage.phone}, expect=403)
    )
    order_id = stage.found.get("order")
    if order_id:
        path = f"/v1/orders/{order_id}"
        elsewhere = tell.ask(stage.by["RN-RT"], "vraagt een bevel van een ander.", get(path, expect=404))
        nowhere = tell.ask(
            stage.by["RN-RT"], "vraagt iets dat niet bestaat.", get(f"/v1/orders/{uuid.uuid4()}", expect=404)
        )
        tell.check(elsewhere.body == nowhere.body, "aan het antwoord is niet te zien welk van beide bestaat")
    wrong = post("/v1/lookups", {"purpose": "acute_call", "phone": stage.phone, "everything": True}, expect=400)
    tell.ask(stage.by["POL-MN"], "stuurt een onbekend veld.", wrong)
