"""Why an order has its status, and what each condition asks, in plain Dutch for who must act on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from registry.orders.force.case import Reason, Value
from registry.orders.rules import ConditionType

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)

_REASONS = {
    "by_end": "Het bevel is geëindigd op {at} (bericht {version}).",
    "by_withdrawal": "Het bevel is ingetrokken op {at} (bericht {version}).",
    "by_annulment": "Het bevel is vernietigd op {at} (bericht {version}).",
    "by_suspension": "Het bevel is geschorst sinds {at} (bericht {version}).",
    "not_yet_starts_on": "Het bevel gaat in op {on}.",
    "not_yet_start_from_decision": "De ingangsdatum ontbreekt; de beslissing is van {on} en is nog niet ingegaan.",
    "not_yet_start_from_finality": "De beslissing is niet dadelijk uitvoerbaar en wordt onherroepelijk op {on}.",
    "not_yet_start_from_receipt": "De ingangsdatum ontbreekt; het bevel is ontvangen op {on}.",
    "start_from_decision": "De ingangsdatum ontbreekt; gerekend is vanaf de beslissing op {on}.",
    "start_from_receipt": "De ingangsdatum ontbreekt; gerekend is vanaf de ontvangst op {on}.",
    "past_end": "De laatste dag was {last_on}, zonder bericht van beëindiging. Ga bij de bron na of het nog geldt.",
    "past_limit": "Na {last_on} kan dit bevel wettelijk niet hebben geduurd. Ga bij de bron na of het nog geldt.",
    "longer_than_law": "De duur is langer dan de wet toelaat (tot en met {last_on}). Ga bij de bron na wat er geldt.",
    "will_end": "Volgens bericht {version} eindigt het bevel op {at}.",
    "will_be_suspended": "Volgens bericht {version} wordt het bevel geschorst op {at}.",
    "finality_unknown": (
        "De beslissing is niet dadelijk uitvoerbaar en de datum waarop zij onherroepelijk werd, ontbreekt."
        " Ga bij de bron na of het bevel al geldt."
    ),
    "not_served": "De beslissing is bij afwezigheid gegeven en dadelijk uitvoerbaar; betekening is niet bekend.",
    "not_served_presence_unknown": (
        "De beslissing is dadelijk uitvoerbaar; aanwezigheid bij de uitspraak en betekening zijn niet bekend."
    ),
    "not_served_immediacy_unknown": (
        "De beslissing is bij afwezigheid gegeven; of zij dadelijk uitvoerbaar of betekend is, is niet bekend."
    ),
    "not_served_until": "De beslissing is betekend met ingang van {on}.",
    "detained": "De betrokkene zit sinds {at} vast; de termijn staat stil.",
    "unlawfully_absent": "De betrokkene is sinds {at} ongeoorloofd afwezig; de termijn staat stil.",
    "unconfirmed": "Er is geen einddatum en sinds {at} geen bevestiging. Ga bij de bron na of het bevel nog geldt.",
    "content_unknown": "De inhoud van het bevel is niet ontvangen. Ga bij de bron na wat er geldt.",
    "in_force": "Het bevel is ingegaan en heeft geen einddatum.",
    "in_force_until": "Het bevel is ingegaan en geldt tot en met {last_on}.",
    "versions_missing": "Van dit bevel ontbreken {count} eerdere berichten (nummers {versions}).",
    "later_messages_ignored": "Na de beëindiging kwamen berichten ({versions}); zij maken het bevel niet weer geldig.",
    "ending_lifted": "Een eerdere beëindiging is ongedaan gemaakt door bericht {version}.",
    "end_unknown_while_detained": "Zolang de betrokkene vastzit, staat de einddatum niet vast.",
}


def reasons_nl(reasons: Iterable[Reason]) -> list[str]:
    """The reasoning in plain Dutch, one sentence a step."""
    return [_reason_nl(each) for each in reasons]


def _reason_nl(reason: Reason) -> str:
    values = {name: _value_nl(value) for name, value in reason.values.items()}
    if reason.code == "versions_missing" and reason.values["count"] == 1:
        return f"Van dit bevel ontbreekt een eerder bericht (nummer {values['versions']})."
    return _REASONS[reason.code].format(**values)


def _value_nl(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{day_nl(value)} om {value:%H:%M} uur"
    return day_nl(value) if isinstance(value, date) else str(value)


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
