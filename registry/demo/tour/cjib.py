"""CJIB: orders come in, every row gets its answer, and a withdrawal works at once."""

from __future__ import annotations

import copy
import time
from datetime import timedelta
from typing import Any

from registry.demo import examples
from registry.demo.tour.narrator import Question, get, post
from registry.demo.tour.reconciliation import reconcile
from registry.demo.tour.stage import Stage
from registry.http.fields import format_instant

_WITHIN_S = 5.0
_OUTCOMES = ["accepted", "accepted", "accepted_with_warnings", "rejected", "duplicate", "conflict"]


def play(stage: Stage) -> None:
    """Deliver a faultless order, a faulty one, a hopeless one, and the same twice; withdraw one; send a statement."""
    tell, cjib = stage.narrator, stage.by["CJIB"]
    rows = _rows(stage)
    reply = tell.ask(cjib, "levert zes regels aan.", post("/v1/deliveries", {"messages": rows}, expect=200))
    for row in reply.body["results"]:
        tell.read(f"regel {row['row']}: {row['outcome']}")
        tell.read(*(f"   {one['field']}: {one['messageNl']} {one['actionNl']}" for one in row["findings"]))
    outcomes = [row["outcome"] for row in reply.body["results"]]
    tell.check(outcomes == _OUTCOMES, "elke regel kreeg zijn eigen antwoord; een foute regel kostte de andere niets")
    stage.found["order"] = reply.body["results"][0]["orderId"]
    again = tell.ask(cjib, "leest het verslag later terug.", get(f"/v1/deliveries/{reply.body['id']}"))
    tell.check(again.body["counts"] == reply.body["counts"], "het verslag is hetzelfde gebleven")
    _detain(stage, reply.body["results"][1]["orderId"])
    _withdraw(stage, rows[1]["orderNumber"])
    reconcile(stage, rows[0], rows[1]["orderNumber"])


def hears(stage: Stage, text_nl: str, event_type: str, **data: str) -> None:
    """Let the CJIB find in its feed what the law has it told; an event has its place there a moment after the fact."""
    tell, cjib, position, until_s = stage.narrator, stage.by["CJIB"], "0", time.monotonic() + _WITHIN_S
    while True:
        path = f"/v1/events?after={position}&limit=200&types={event_type}"
        page = cjib.get(path).body
        found = any(data.items() <= event["data"].items() for event in page["events"])
        if found or (not page["events"] and time.monotonic() > until_s):
            break
        if not page["events"]:
            time.sleep(0.05)
        position = page["next"]
    tell.ask(cjib, text_nl, get(path))
    tell.check(found, "het CJIB hoort het meteen, met alleen verwijzingen")


def _rows(stage: Stage) -> list[dict[str, Any]]:
    first = stage.message("A")
    without_zone = stage.message("C")
    del without_zone["order"]["conditions"][1]["zone"]
    without_regime = stage.message("D")
    del without_regime["order"]["regime"]
    changed = copy.deepcopy(first)
    changed["order"]["endsOn"] = changed["order"]["startsOn"]
    return [first, stage.message("B"), without_zone, without_regime, first, changed]


def _detain(stage: Stage, order_id: str) -> None:
    tell, cjib = stage.narrator, stage.by["CJIB"]
    told = examples.request("ordersRecordDetention", orderId=order_id, **_days_ago(stage, fromAt=10, untilAt=3))
    text_nl = "geeft door dat de betrokkene van het tweede bevel een week vastzat."
    first = tell.ask(cjib, text_nl, post("/v1/detentions", told))
    told = examples.request("ordersCorrectDetention", **_days_ago(stage, fromAt=11, untilAt=2))
    mended = tell.ask(cjib, "verbetert dat.", post(f"/v1/detentions/{first.body['id']}/correction", told))
    told = examples.request("ordersEndDetention", **_days_ago(stage, untilAt=3))
    tell.ask(cjib, "geeft het einde door.", post(f"/v1/detentions/{mended.body['id']}/end", told))
    listed = tell.ask(stage.by["OM-MN"], "leest wat er is vastgelegd.", get(f"/v1/orders/{order_id}/detentions"))
    known = [one["replacedBecause"] for one in listed.body["detentions"]]
    tell.check(known[:3] == [None, "ended", "corrected"], "wat eerder was doorgegeven, is gebleven zoals het was")


def _days_ago(stage: Stage, **days: int) -> dict[str, str]:
    return {name: format_instant(stage.now() - timedelta(days=each)) for name, each in days.items()}


def _withdraw(stage: Stage, number: str) -> None:
    tell, cjib, prosecutor = stage.narrator, stage.by["CJIB"], stage.by["OM-MN"]
    before = tell.ask(prosecutor, "leest de stand van het tweede bevel.", get(f"/v1/orders?number={number}"))
    tell.check(_status(before.body) == "in_force", "het bevel geldt")
    named = {"messageId": f"TOUR-{stage.run}-W", "orderNumber": number}
    bare = examples.request("deliveriesCreateDelivery", "withdrawal", **named)
    line = Question("POST", "/v1/deliveries", bare)
    withdrawn = tell.ask(cjib, "trekt het in, zonder versie 2 en zonder het bevel erbij.", line)
    tell.read(*(one["messageNl"] for one in withdrawn.body["results"][0]["findings"]))
    after = tell.ask(prosecutor, "leest opnieuw.", get(f"/v1/orders?number={number}"))
    status = after.body["orders"][0]["status"]
    tell.read(*(one["text"] for one in status["reasons"]))
    tell.check(status["code"] == "ended" and status["toBeVerified"], "het is meteen beëindigd, en nog te verifiëren")


def _status(body: dict[str, Any]) -> str:
    return str(body["orders"][0]["status"]["code"]) if body["orders"] else ""
