"""The CJIB's full statement: what it has and the register lacks, or the other way round, is somebody's to resolve."""

from __future__ import annotations

from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import get, post
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant
from registry.intake.parsing.canonical import order_digest


def reconcile(stage: Stage, delivered: dict[str, Any], other_number: str) -> None:
    """Send a statement of an order that agrees, one that was never delivered, and one on a line that is damaged."""
    tell, cjib = stage.narrator, stage.by["CJIB"]
    lines = [
        {"orderNumber": delivered["orderNumber"], "checksum": order_digest(delivered["order"])},
        {"orderNumber": f"CJIB-{stage.run}-NIET-GELEVERD"},
        {"orderNumber": other_number},
    ]
    stated = examples.request("statementsCreateStatement", madeAt=format_instant(stage.now()), orders=lines)
    reply = tell.ask(cjib, "stuurt een volledige opgave.", post("/v1/statements", stated, expect=200))
    counts = reply.body["counts"]
    tell.read(*(f"regel {fault['line']}: {fault['messageNl']} {fault['actionNl']}" for fault in reply.body["faults"]))
    tell.read(f"{counts['missingThere']} bevelen van het register staan er niet in")
    tell.check((counts["confirmed"], counts["missingHere"]) == (1, 1), "één bevel is bevestigd, één ontbreekt hier")
    listed = tell.ask(cjib, "leest wat hier ontbreekt.", get("/v1/differences?status=open&kind=missing_here&limit=1"))
    one = listed.body["differences"][0]
    tell.read(one["textNl"])
    place = f"/v1/differences/{one['id']}"
    told = examples.request("differencesAssignDifference")
    tell.ask(cjib, "wijst het toe.", post(f"{place}/assignment", told, expect=200))
    told = examples.request("differencesResolveDifference")
    closed = tell.ask(cjib, "lost het op, met reden.", post(f"{place}/resolution", told, expect=200))
    tell.check(closed.body["resolution"]["by"] == "person", "het verschil is opgelost, en blijft te lezen")
