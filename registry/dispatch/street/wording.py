"""The sentences of a briefing, for officers who read them at a front door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from registry.enforcement.rules import BreachStatus
from registry.monitoring.whereabouts import InBannedZone
from registry.orders.force.wording import day_nl
from registry.orders.register.content import RiskKind, ServiceHow

_SERVED_HOW_NL = {
    ServiceHow.IN_PERSON: "in persoon",
    ServiceHow.AT_HEARING: "uitgereikt op de zitting",
    ServiceHow.AT_ADDRESS: "aan het adres, aan een ander",
    ServiceHow.BY_POST: "per post",
    ServiceHow.ELECTRONIC: "elektronisch",
    ServiceHow.VIA_PROSECUTION: "aan het parket",
    ServiceHow.OTHER: "op een andere wijze",
}
_LEVELS_NL = {"low": "laag", "medium": "midden", "high": "hoog"}
_MONITORS_NL = {"gps": "gps", "rfid": "rfid (alleen aanwezigheid)", "alcohol": "alcohol"}
_ZONES_NL = {
    InBannedZone.INSIDE: "De drager is nu in een verboden gebied.",
    InBannedZone.OUTSIDE: "De drager is nu buiten de verboden gebieden.",
    InBannedZone.UNKNOWN: "Of de drager nu in een verboden gebied is, is onbekend.",
    None: "Er geldt nu geen verboden gebied dat gevolgd wordt.",
}
RISKS_NL = {
    RiskKind.WEAPON: "Wapen",
    RiskKind.RESISTANCE: "Verzet",
    RiskKind.MEDICAL: "Medisch",
    RiskKind.OTHER: "Let op",
}
CALLS_NL = {
    "arrest_order": "Voor een bevel tot aanhouding: ",
    "supervision": "Toezicht",
    "youth_supervision": "Jeugdtoezicht",
    "confirmation": "Bevestigen bij de bron",
}
NO_NUMBER_NL = "Geen 24-uursnummer in het register: laat de meldkamer doorverbinden."


def served_nl(served_on: date | None, how: str | None, in_person: bool | None, known_on: str | None) -> str:
    """Whether the order was served, when and how; and since when he knows it."""
    told = "De betekening is niet bekend."
    if served_on is not None:
        way = _SERVED_HOW_NL[ServiceHow(how)] if how else "in persoon" if in_person else None
        told = f"Betekend op {day_nl(served_on)}{f', {way}' if way else ''}."
    known = f" Bij betrokkene bekend sinds {day_nl(date.fromisoformat(known_on))}." if known_on else ""
    return told + known


def risk_nl(risk: Mapping[str, Any] | None) -> str:
    """The level of risk that a human set, by what and when."""
    if risk is None:
        return "Geen risiconiveau aangeleverd."
    assessed_on, instrument = risk.get("assessed_on"), risk.get("instrument")
    when = f"vastgesteld op {day_nl(date.fromisoformat(assessed_on))}" if assessed_on else "datum onbekend"
    return f"Risico {_LEVELS_NL[risk['level']]}, {when}{f' ({instrument})' if instrument else ''}."


def breaches_nl(counted: Mapping[BreachStatus, int]) -> str:
    """Earlier breaches; what is suspected is never told as a fact."""
    if not any(counted.values()):
        return "Geen eerdere overtredingen van dit bevel bekend."
    return (
        f"Eerdere overtredingen: {counted[BreachStatus.PROVEN]} bewezen, {counted[BreachStatus.PLAUSIBLE]} aannemelijk,"
        f" {counted[BreachStatus.SUSPECTED]} vermoedelijk."
    )


def monitor_nl(*, imposed: bool | None, kind: str | None, worn: bool) -> str:
    """Whether he wears an ankle monitor now, whatever was imposed."""
    if worn:
        return f"Draagt nu een enkelband{f' ({_MONITORS_NL[kind]})' if kind else ''}."
    return "Enkelband opgelegd, maar er is er nu geen aangesloten." if imposed else "Geen enkelband."


def position_nl(age: timedelta | None, zone: InBannedZone | None) -> str:
    """How old the last position is, and what it says of where he is now."""
    known = "Geen positie bekend." if age is None else f"Laatste positie: {age_nl(age)} oud."
    return f"{known} {_ZONES_NL[zone]}"


def age_nl(age: timedelta) -> str:
    """How old something is, in the largest unit that fits.

    >>> age_nl(timedelta(seconds=59)), age_nl(timedelta(minutes=1)), age_nl(timedelta(hours=50))
    ('59 seconden', '1 minuut', '2 dagen')
    """
    seconds = max(int(age.total_seconds()), 0)
    for length, one, many in ((86400, "dag", "dagen"), (3600, "uur", "uur"), (60, "minuut", "minuten")):
        if seconds >= length:
            return f"{seconds // length} {one if seconds // length == 1 else many}"
    return f"{seconds} {'seconde' if seconds == 1 else 'seconden'}"
