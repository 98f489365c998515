import uuid
from collections.abc import Callable
from typing import Any

import pytest

from registry.access.rules import OrganisationKind
from registry.alerts.rules import NewAlert
from registry.alerts.service import raise_alert
from registry.http import Runtime
from registry.outbox.delivery import position_events
from tests.world import NOW, Caller, HandClock, World

Raise = Callable[..., str]


@pytest.fixture
def probation(world: World) -> Caller:
    return world.caller("RN-MN", OrganisationKind.PROBATION)


@pytest.fixture
def police(world: World) -> Caller:
    return world.caller("POL-MN", OrganisationKind.POLICE)


@pytest.fixture
def raised(shared: Runtime, clock: HandClock) -> Raise:
    def make(
        priority: int = 1, subject: str | None = None, alert_class: str = "zone_breach", **owners: uuid.UUID
    ) -> str:
        new = NewAlert(
            alert_class,
            priority,
            "Enkelband in een verboden gebied",
            subject or f"episode:{uuid.uuid4()}",
            owners,
            {"order_id": uuid.uuid4(), "breach_id": None, "found_late": False},
        )
        with shared.database.transaction() as session:
            return str(raise_alert(session, clock.now(), new).id)

    return make


@pytest.fixture
def events(shared: Runtime) -> Callable[..., list[dict[str, Any]]]:
    def read(caller: Caller, kind: str = "*") -> list[dict[str, Any]]:
        position_events(shared.database, NOW)
        found: list[dict[str, Any]] = caller.get(f"/v1/events?types=nl.beschermingsbevel.alert.{kind}").json["events"]
        return found

    return read
