import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.access.rules import OrganisationKind
from tests.intake.messages import row
from tests.intake.statements import stating
from tests.world import Caller, HandClock, World

Deliver = Callable[..., TestResponse]


@pytest.fixture
def cjib(world: World) -> Caller:
    return world.caller("CJIB", OrganisationKind.CJIB)


@pytest.fixture
def deliver(cjib: Caller) -> Deliver:
    def send(*rows: bytes, by: Caller = cjib, **headers: str) -> TestResponse:
        return by.post(
            "/v1/deliveries",
            data=b"\n".join(rows),
            headers={"Content-Type": "application/x-ndjson"} | headers,
        )

    return send


@pytest.fixture
def prosecutor(world: World) -> Caller:
    return world.caller("OM-MN", OrganisationKind.PROSECUTION)


@pytest.fixture
def police(world: World) -> Caller:
    return world.caller("POL-MN", OrganisationKind.POLICE)


@pytest.fixture
def state(cjib: Caller, clock: HandClock) -> Callable[..., TestResponse]:
    return stating(cjib, clock)


def many(count: int, first: int = 1, **envelope: Any) -> list[bytes]:
    """Rows of as many orders, each with a subject of its own."""
    return [
        row(
            {"order/subject/bsn": None, "order/subject/skn": f"{number:08d}", "order/protected/0/bsn": None},
            messageId=f"M-{number}",
            orderNumber=f"CJIB-2026-{number:06d}",
            **envelope,
        )
        for number in range(first, first + count)
    ]


def outcomes(response: TestResponse) -> list[str]:
    return [each["outcome"] for each in response.json["results"]]


def codes(results: Iterable[dict[str, Any]]) -> list[list[str]]:
    return [[each["code"] for each in result["findings"]] for result in results]


def written(message: Any) -> bytes:
    return json.dumps(message).encode()
