"""Reading the order of a provisional entry as a message of a delivery is read: whatever can be used is used."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from registry.access.rules import OrganisationKind
from registry.errors import Fault, Invalid
from registry.intake.findings import Finding
from registry.intake.parsing import parse_row
from registry.intake.rules import Checks, OrderMessage
from registry.intake.senders import sender_finding
from registry.orders.force.standing import measures
from registry.orders.register.content import OrderContent
from registry.orders.register.geocoding import PdokLocatieserver, located

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Entry:
    """An order as it was entered, under the number it gets."""

    number: str
    message: OrderMessage
    content: OrderContent = field(repr=False)
    findings: tuple[Finding, ...]

    def addressed(self, prosecution: str, police_unit: str | None) -> OrderContent:
        """The order with the prosecution on whose instruction it stands; with the police, unless it names another."""
        return replace(self.content, prosecution=prosecution, police_unit=self.content.police_unit or police_unit)


def read_entry(order: Mapping[str, Any], now: datetime, geocoder_url: str | None) -> Entry:
    """Read an order, find its circles, and give it its number; nothing is written yet.

    Raises Invalid with every reason at once.
    """
    law, number = measures().law, new_number(now.year)
    envelope = {"messageId": number, "orderNumber": number, "version": 1, "kind": "new"}
    parsed = parse_row(_written(envelope | {"order": order}), Checks(law, now.date()))
    if parsed.message is None or parsed.message.content is None:
        rejected = [each for each in parsed.findings if each.severity == "rejected"]
        raise Invalid([Fault(f"#{each.field}", f"{each.message_nl} {each.action_nl}", each.code) for each in rejected])
    content = parsed.message.content
    # What is entered ahead of the CJIB is what the CJIB will send.
    doubt = sender_finding(content, OrganisationKind.CJIB, law, now)
    findings = parsed.findings if doubt is None else (*parsed.findings, doubt)
    finder = PdokLocatieserver(geocoder_url) if geocoder_url else None
    return Entry(number, parsed.message, located(content, finder), findings)


def new_number(year: int) -> str:
    """A number that nobody else gives, and that shows what it is: VL-2026-7KQ2M9XT."""
    return f"VL-{year}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _written(message: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(message)
    except orjson.JSONEncodeError as error:
        raise Invalid([Fault("#/order", "The order is nested too deep.", "row_too_deep")]) from error
