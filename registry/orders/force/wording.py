"""Why an order has its status, and what each condition asks, in plain Dutch for who must act on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from registry.orders.force.case import Reason, Value
from registry.orders.force.sentences import REASONS
from registry.orders.rules import ConditionType

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def reasons_nl(reasons: Iterable[Reason]) -> list[str]:
    """The reasoning in plain Dutch, one sentence a step."""
    return [_reason_nl(each) for each in reasons]


def _reason_nl(reason: Reason) -> str:
    values = {name: _value_nl(value) for name, value in reason.values.items()}
    code = _OF_ONE.get(reason.code, reason.code) if reason.values.get("count") == 1 else reason.code
    return REASONS[code].format(**values)


_OF_ONE = {
    "versions_missing": "version_missing",
    "messages_known": "message_known",
    "messages_without_content": "message_without_content",
}


def _value_nl(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{day_nl(value)} om {value:%H:%M} uur"
    return day_nl(value) if isinstance(value, date) else str(value)


def moment_nl(at: datetime) -> str:
    """An instant as it is written in Dutch, on the clock of the European Netherlands."""
    return _value_nl(at.astimezone(_AMSTERDAM))


def day_nl(day: date) -> str:
    """A date as it is written in Dutch: 2 november 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """What the sentence on a condition may tell: references only, never a name, an address or a geometry."""

    reference: str
    type: ConditionType
    protects: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    distance_m: float | None = None
    scheduled: bool = False
    electronic_monitoring: bool = False


_CONDITIONS = {
    ConditionType.CONTACT_BAN: "Contactverbod: mag geen contact hebben met {who}, ook niet via anderen of online",
    ConditionType.LOCATION_BAN: "Locatieverbod: mag niet komen op de plaats van voorwaarde {reference}{for_whom}",
    ConditionType.AREA_BAN: "Gebiedsverbod: mag niet komen in het gebied van voorwaarde {reference}{for_whom}",
    ConditionType.LOCATION_DUTY: "Locatiegebod: moet {when} zijn op de plaats van voorwaarde {reference}",
    ConditionType.POLICE_REPORTING_DUTY: "Meldplicht: moet zich melden bij de politie (voorwaarde {reference})",
    ConditionType.PROBATION_REPORTING_DUTY: "Meldplicht: moet zich melden bij de reclassering (voorwaarde {reference})",
    ConditionType.SETTLEMENT_BAN: "Vestigingsverbod: mag niet gaan wonen in het gebied van voorwaarde {reference}",
    ConditionType.MOVING_DUTY: "Verhuisplicht: moet verhuizen uit het gebied van voorwaarde {reference}",
    ConditionType.APPROACH_BAN: "Afstandsverbod: mag {who} niet dichter naderen dan {distance}",
    ConditionType.OTHER: "Andere voorwaarde ({reference}): zie de tekst van de uitspraak",
}
_TIMED_BANS = (ConditionType.LOCATION_BAN, ConditionType.AREA_BAN, ConditionType.CONTACT_BAN)


def condition_nl(facts: ConditionFacts) -> str:
    """One condition in plain Dutch: what is forbidden or asked, towards whom by reference, and until when."""
    sentence = _CONDITIONS[facts.type].format(
        reference=facts.reference,
        who=_listed(facts.protects) or "de beschermde personen",
        for_whom=f" (voor {_listed(facts.protects)})" if facts.protects else "",
        when="op de vastgestelde tijden" if facts.scheduled else "steeds",
        distance=f"{facts.distance_m:g} meter" if facts.distance_m else "de uitspraak noemt",
    )
    if facts.scheduled and facts.type in _TIMED_BANS:
        sentence += ", op de vastgestelde tijden"
    return sentence + _until(facts) + "." + (" Met enkelband." if facts.electronic_monitoring else "")


def _listed(references: tuple[str, ...]) -> str:
    if len(references) < 2:
        return "".join(f"beschermde {each}" for each in references)
    return "beschermden " + ", ".join(references[:-1]) + " en " + references[-1]


def _until(facts: ConditionFacts) -> str:
    start = f", vanaf {day_nl(facts.starts_on)}" if facts.starts_on else ""
    return start + (f", tot en met {day_nl(facts.ends_on)}" if facts.ends_on else "")
