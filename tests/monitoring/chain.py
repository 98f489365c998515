"""From the CJIB's message to the alert, all over the API: a wearer under the conditions that a test sets."""

import copy
from dataclasses import dataclass
from datetime import timedelta

from registry.access.rules import OrganisationKind
from registry.demo import examples
from registry.http.fields import format_instant
from tests.monitoring.wearers import INSIDE, circle
from tests.world import NOW, Caller, World

MEASURE = {"crs": "CRS84", "bufferM": 0}


@dataclass
class Chain:
    """The CJIB, the provider of the device, and the supervisor who hears of it."""

    world: World
    cjib: Caller
    provider: Caller
    supervisor: Caller
    version: int = 0

    @classmethod
    def of(cls, world: World) -> "Chain":
        return cls(
            world,
            world.caller("CJIB", OrganisationKind.CJIB),
            world.caller("EB", OrganisationKind.DEVICE_PROVIDER),
            world.caller("RN-MN", OrganisationKind.PROBATION),
        )

    def order(self, *conditions, kind="new", **more):
        """Deliver the next version of the order, with these conditions; return its row of the answer."""
        self.version += 1
        told = examples.request("deliveriesCreateDelivery", "monitoredOrder")
        order = {name: value for name, value in told["order"].items() if name != "ankleMonitor"}
        order |= {"conditions": copy.deepcopy(list(conditions))}
        told |= {"messageId": f"M-{self.version}", "version": self.version, "kind": kind, "order": order} | more
        answer = self.cjib.post("/v1/deliveries", told)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json["results"]
        assert row["outcome"].startswith("accepted"), row
        return row

    def wearer(self, *conditions, begins=NOW - timedelta(hours=2)):
        """Deliver the order, and couple the device EB-1 to its subject."""
        row = self.order(*conditions)
        body = {"device": "EB-1", "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(begins)}
        assert self.supervisor.post("/v1/couplings", body).status_code == 201
        return row

    def send(self, *pings):
        answer = self.provider.post("/v1/pings", {"pings": list(pings)})
        assert {one["outcome"] for one in answer.json["results"]} == {"accepted"}, answer.text

    def episodes(self):
        """The episodes as the supervisor reads them, oldest first."""
        return self.supervisor.get("/v1/episodes").json["episodes"][::-1]

    def alerts(self):
        """Class, priority and title of each alert that the supervisor reads, oldest first."""
        shown = self.supervisor.get("/v1/alerts").json["alerts"][::-1]
        return [(one["class"], one["priority"], one["title"]) for one in shown]

    def breaches(self):
        """From when until when each suspected breach was."""
        shown = self.supervisor.get("/v1/breaches").json["breaches"][::-1]
        return [(one["occurredFrom"], one["occurredUntil"]) for one in shown]


def ban(shape=None, **more):
    zone = {"kind": "exclusion", "shape": shape or circle(*INSIDE)} | MEASURE
    return {
        "reference": "C1",
        "type": "area_ban",
        "protects": ["P1"],
        "electronicMonitoring": True,
        "zone": zone,
    } | more


def duty(shape=None, **more):
    zone = {"kind": "inclusion", "shape": shape or circle(*INSIDE)} | MEASURE
    return {"reference": "C1", "type": "location_duty", "electronicMonitoring": True, "zone": zone} | more


def weekly(begin, until):
    """Windows that open every day, in local time."""
    return {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": begin, "until": until}]}


def exception(begin, until):
    return {"exceptions": [{"from": format_instant(begin), "until": format_instant(until)}]}
