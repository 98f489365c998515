"""What a decision says beside its conditions: service, renewals, the penalty for a breach, and who supervises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from registry.intake.parsing.reader import LONGEST_TEXT, Reader
from registry.orders.naming.identifiers import parse_phone
from registry.orders.register.content import (
    Amount,
    AnkleMonitor,
    BreachPenalty,
    PenaltyUnit,
    Risk,
    ServiceHow,
    Supervision,
)

MOST_RENEWALS = 100
MOST_PENALTY = 100_000_000
_HOW = {each.value: each for each in ServiceHow}
_UNITS = frozenset({"day", "week", "month", "eur"})
_LEVELS: dict[str, Literal["low", "medium", "high"]] = {
    "low": "low",
    "laag": "low",
    "medium": "medium",
    "midden": "medium",
    "high": "high",
    "hoog": "high",
}
_MONITORS = frozenset({"gps", "rfid", "alcohol"})


@dataclass(frozen=True, slots=True)
class Service:
    """When and how the order was served, and the day on which it was known."""

    served_on: date | None = None
    in_person: bool | None = None
    how: ServiceHow | None = None
    known_on: date | None = None


def service(order: Reader) -> Service:
    """The service of the order (betekening), as far as it was told."""
    given = order.child("service")
    if given is None:
        return Service()
    read = Service(given.day("servedOn"), given.flag("inPerson"), _how(given), given.day("knownOn"))
    given.close()
    return read


def _how(given: Reader) -> ServiceHow | None:
    text = given.text("how")
    if text is None:
        return None
    if text.casefold() not in _HOW:
        given.warn("service_how_unknown", "how")
    return _HOW.get(text.casefold(), ServiceHow.OTHER)


def renewals(order: Reader) -> int | None:
    """How often the order was renewed so far."""
    value = order.number("renewals", 0, MOST_RENEWALS)
    return None if value is None else int(value)


def breach_penalty(order: Reader) -> BreachPenalty | None:
    """What the judgment sets for each breach; None when it was not told or cannot be read."""
    given = order.child("penaltyPerBreach")
    if given is None:
        return None
    each, maximum = _amount(given, "each"), _amount(given, "maximum")
    if each is None:
        given.warn("penalty_unreadable", "each")
    given.close()
    return None if each is None else BreachPenalty(each, maximum)


def _amount(penalty: Reader, name: str) -> Amount | None:
    given = penalty.child(name)
    if given is None:
        return None
    amount, unit = given.number("amount", 0, MOST_PENALTY), given.text("unit")
    given.close()
    if not amount or unit not in _UNITS:
        given.findings.add("penalty_unreadable", given.pointer)
        return None
    return Amount(amount, cast(PenaltyUnit, unit))


def ankle_monitor(order: Reader) -> AnkleMonitor | None:
    """Whether an ankle monitor was considered, and why it was or was not imposed."""
    given = order.child("ankleMonitor")
    if given is None:
        return None
    kind = given.text("kind")
    if kind is not None and kind not in _MONITORS:
        given.warn("wrong_type", "kind")
    read = AnkleMonitor(
        considered=given.flag("considered"),
        imposed=given.flag("imposed"),
        kind=cast(Literal["gps", "rfid", "alcohol"], kind) if kind in _MONITORS else None,
        reason=given.text("reason", longest=LONGEST_TEXT),
    )
    given.close()
    return read


def risk(order: Reader) -> Risk | None:
    """The level of risk that somebody set, and when; a level that nobody agreed on is no level."""
    given = order.child("risk")
    if given is None:
        return None
    level = (given.text("level") or "").casefold()
    assessed_on, instrument = given.day("assessedOn"), given.text("instrument")
    if level not in _LEVELS:
        given.warn("risk_level_unknown", "level")
    elif assessed_on is None:
        given.warn("risk_date_missing", "assessedOn")
    given.close()
    return Risk(_LEVELS[level], assessed_on, instrument) if level in _LEVELS else None


def supervision(order: Reader, name: str) -> Supervision | None:
    """Who supervises, and how to reach them; a number that cannot be read is kept for who may make sense of it."""
    given = order.child(name)
    if given is None:
        return None
    phone = given.text("phone")
    if phone is not None:
        given.tried(phone, "phone", parse_phone, "contact_phone_unreadable")
    read = Supervision(given.text("organisation"), given.text("contactName"), phone)
    given.close()
    return read
