"""A region whose orders are watched: days go by, and what was told is read back as its organisations hear it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.orders.watch.following import watch_orders
from registry.outbox.delivery import position_events
from registry.outbox.models import Event, EventAudience
from tests.intake.messages import ORDER
from tests.world import Caller, World

KINDS = {
    "CJIB": OrganisationKind.CJIB,
    "OM-MN": OrganisationKind.PROSECUTION,
    "POL-MN": OrganisationKind.POLICE,
    "RN-MN": OrganisationKind.PROBATION,
    "OM-NN": OrganisationKind.PROSECUTION,
    "POL-NN": OrganisationKind.POLICE,
    "RN-NN": OrganisationKind.PROBATION,
}
ELSEWHERE = {"policeUnit": "POL-NN", "prosecution": "OM-NN", "supervision": {"organisation": "RN-NN"}}
_PREFIX = "nl.beschermingsbevel.notice."


@dataclass
class Region:
    world: World
    by: dict[str, Caller]

    def send(self, number: str = "A", version: int = 1, kind: str = "new", **changes: Any) -> str:
        """Deliver a version of an order of one pair of people; returns the id of the order."""
        order: dict[str, Any] | None = copy.deepcopy(ORDER) | changes.pop("order", {})
        envelope = {"messageId": f"{number}-{version}", "orderNumber": number, "version": version, "kind": kind}
        if changes.pop("bare", False):
            order = None
        message = envelope | {"order": order} | changes
        answer = self.by["CJIB"].post(
            "/v1/deliveries", data=json.dumps(message), headers={"Content-Type": "application/x-ndjson"}
        )
        (row,) = answer.json["results"]
        assert row["outcome"].startswith("accepted"), row
        return str(row["orderId"])

    def detain(self, order_id: str, from_at: str, until_at: str | None, kind: str = "detained") -> str:
        body = {"orderId": order_id, "kind": kind, "fromAt": from_at, "untilAt": until_at, "source": "DJI"}
        answer = self.by["OM-MN"].post("/v1/detentions", body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def watch(self) -> None:
        shared = self.world.shared
        position_events(shared.database, shared.clock.now())
        watch_orders(shared)

    def on(self, day: str, hour: int = 10) -> None:
        """Let the clock come to a day, and the worker do its work."""
        self.world.clock.at = datetime.combine(date.fromisoformat(day), time(hour), tzinfo=UTC)
        self.watch()

    def told(self, who: str = "OM-MN") -> list[tuple[str, dict[str, Any]]]:
        """What an organisation was told by notices so far, oldest first."""
        mine = self.by[who].organisation_id
        query = select(Event).join(EventAudience).where(EventAudience.organisation_id == mine).order_by(Event.id)
        with self.world.shared.database.reading() as session:
            found = session.scalars(query.where(Event.type.startswith(_PREFIX)))
            return [(event.type.removeprefix(_PREFIX).removesuffix(".v1"), event.data) for event in found]

    def kinds(self, who: str = "OM-MN") -> list[str]:
        return [kind for kind, _ in self.told(who)]

    def listed(self, who: str = "OM-MN", asked: str = "") -> list[dict[str, Any]]:
        return list(self.by[who].get(f"/v1/notices{asked}").json["notices"])


@pytest.fixture
def region(world: World) -> Region:
    made = Region(world, {code: world.caller(code, kind) for code, kind in KINDS.items()})
    made.send(
        "NOISE",
        order={
            "endsOn": "2026-12-31",
            "subject": {"surname": "Ruis", "skn": "87654321"},
            "protected": [{"reference": "P1", "kind": "person", "surname": "Anders"}],
            **ELSEWHERE,
        },
    )
    return made
