"""What the tests of provisional orders enter, and who enters it."""

import base64
import copy
from typing import Any

from werkzeug.test import TestResponse

from tests.intake.messages import ORDER, row
from tests.world import Caller

PDF = b"%PDF-1.7\n" + b"beslissing " * 20
INSTRUCTION = {"organisation": "OM-MN", "givenBy": "mr. A. Voorbeeld", "givenAt": "2026-11-23T11:00:00Z"}
DECIDED_ON = "2026-11-23"


def order(**changes: Any) -> dict[str, Any]:
    """The order of the messages, as given today."""
    return copy.deepcopy(ORDER) | {"decidedOn": DECIDED_ON, "startsOn": DECIDED_ON, "regime": "VV"} | changes


def entry(reference: str = "OM-1", **changes: Any) -> dict[str, Any]:
    """A whole entry, as the prosecution makes it."""
    own = {"reference": reference, "order": order(), "document": base64.b64encode(PDF).decode()}
    return own | {"instruction": None} | changes


def enter(by: Caller, reference: str = "OM-1", **changes: Any) -> TestResponse:
    return by.post("/v1/provisional-orders", entry(reference, **changes))


def shown(by: Caller, made: dict[str, Any]) -> dict[str, Any]:
    """A provisional order as whoever entered it reads it."""
    return by.get(f"/v1/provisional-orders/{made['orderId']}").json


def message(number: str = "CJIB-2026-000123", changes: dict[str, Any] | None = None, **envelope: Any) -> bytes:
    """The CJIB's message of the same order."""
    own = {"order/decidedOn": DECIDED_ON, "order/startsOn": DECIDED_ON}
    return row(own | (changes or {}), **{"messageId": "M-own", "orderNumber": number} | envelope)
