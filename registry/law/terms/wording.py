"""The steps of a computation in Dutch, each with its source: put into words when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from registry.law.periods import Unit
from registry.law.terms.computing import DUTCH_TIME, Step
from registry.law.terms.rules import Exemption, Serves

# What starts a term, by the code in the catalogue.
STARTS: Mapping[str, str] = {
    "appeal": "beroep ingesteld",
    "arrest": "aanhouding",
    "awareness": "kennis van het feit",
    "breach": "overtreding",
    "brought_in": "aankomst op de plaats van onderzoek",
    "call": "oproep",
    "custody_order": "bevel tot inverzekeringstelling",
    "decision": "beslissing",
    "detention_end": "einde van de vrijheidsbeneming",
    "enforceable": "beslissing uitvoerbaar",
    "examining_judge_decision": "beslissing van de rechter-commissaris",
    "execution": "begin van de tenuitvoerlegging",
    "extension": "ingang van de verlenging",
    "filing": "indiening van de vordering",
    "hearing_held": "zitting gehouden",
    "imposition": "oplegging",
    "judgment": "uitspraak",
    "notice": "kennisgeving",
    "notice_sent": "verzending van de kennisgeving",
    "order_end": "einde van de maatregel",
    "order_start": "ingang van het bevel",
    "outcome": "beslissing van de rechter",
    "probation_end": "einde van de proeftijd",
    "probation_start": "begin van de proeftijd",
    "prosecutor_decision": "beslissing van de officier van justitie",
    "receipt": "ontvangst van de vordering",
    "receipt_of_request": "ontvangst van het verzoek",
    "registration": "registratie",
    "release": "invrijheidstelling",
    "report": "melding",
    "request": "verzoek",
    "service": "betekening",
    "wish_expressed": "kenbaar gemaakte wens",
}
# The source of each step; an empty one is the source of the term itself.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "start": ("Begin: {event}, {at}.", ""),
    "start_assumed": (
        "Het juiste beginmoment is niet vastgelegd; gerekend is vanaf het eerdere, bekende moment.",
        "",
    ),
    "length": ("Duur: {amount} {unit}.", ""),
    "month_of_30_days": ("Een maand is dertig dagen.", "art. 136 Sv, art. 88 Sr"),
    "at_that_moment": ("Zonder termijn: op dat moment zelf.", ""),
    "without_delay": ("De wet noemt geen vaste duur: onverwijld of zo spoedig mogelijk.", ""),
    "no_length": ("De wet noemt geen vaste duur.", ""),
    "target": ("Intern streven, geen wettelijke termijn: {at}.", "configuratie"),
    "hard_stop": ("Geen wettelijke grens bekend; ingesteld is als intern uiterste moment: {at}.", "configuratie"),
    "no_limit": (
        "Geen wettelijke grens bekend, en er is er geen ingesteld: of het op tijd is, kan hier niet worden gezegd.",
        "configuratie",
    ),
    "night_excluded": ("De tijd tussen 00:00 en 09:00 uur telt niet mee.", ""),
    "hours_run_on": ("De tijd loopt door, ook 's nachts en in het weekend; geen verlenging.", "art. 4 onder a ATW"),
    "earliest_reading": ("Door het verzetten van de klok zijn twee lezingen mogelijk; de vroegste geldt: {at}.", ""),
    "paused": ("De looptijd stond {days} hele dagen stil: tot en met {on}.", ""),
    "paused_arguable": ("Telt elke aangebroken dag mee, dan is het einde {on}.", ""),
    "paused_still": ("De looptijd staat nu stil; het einde schuift nog op.", ""),
    "raw_end": ("De dag van het begin telt niet mee; zonder verlenging eindigt de termijn op {on}.", ""),
    "counted_back": ("Teruggeteld vanaf de dag van het begin: {on}.", ""),
    "two_working_days": ("Er moeten twee werkdagen in de termijn vallen: tot en met {on}.", "art. 2 ATW"),
    "next_working_day": ("{on} is geen werkdag ({day}): verlengd tot en met {until}.", "art. 1 lid 1 ATW"),
    "decree_unknown": (
        "De bij besluit gelijkgestelde dagen van {year} zijn niet bekend; de termijn kan langer zijn.",
        "art. 3 lid 3 ATW",
    ),
    "not_working": ("{on} is geen werkdag ({day}).", "art. 1, 3 ATW"),
    "exempt": ("Deze termijn wordt niet verlengd: {reason}.", ""),
    "last_working_day": ("De laatste werkdag ervoor is {on}.", ""),
    "arguable_earlier": (
        "Of de Algemene termijnenwet hier geldt, is te betwisten: {on} of {other}. De vroegste dag geldt, want het "
        "gaat om {serves}.",
        "art. 1, 2, 4 ATW",
    ),
    "arguable_later": (
        "Of de Algemene termijnenwet hier geldt, is te betwisten: {other} of {on}. De laatste dag geldt, want het "
        "gaat om {serves}.",
        "art. 1, 2, 4 ATW",
    ),
    "end_of_day": ("Uiterlijk {on}, 24:00 uur.", ""),
    "opens": ("Niet eerder dan {on}, 00:00 uur.", ""),
    "opens_after": ("Vanaf het einde van {on}, 24:00 uur.", ""),
    "due": ("Uiterlijk {at}.", ""),
}
_EXEMPTIONS: Mapping[Exemption, tuple[str, str]] = {
    Exemption.HOURS: ("een termijn in uren", "art. 4 onder a ATW"),
    Exemption.LONG: ("langer dan 90 dagen, 12 weken of 3 maanden", "art. 4 onder a ATW"),
    Exemption.ENTRY_INTO_FORCE: ("het in werking treden van voorschriften", "art. 4 onder b ATW"),
    Exemption.LIBERTY: ("een termijn van vrijheidsbeneming", "art. 4 onder c ATW"),
    Exemption.BACKWARD: ("een termijn die wordt teruggeteld", "art. 1 lid 2 ATW"),
    Exemption.NOT_STATUTORY: ("geen termijn uit een wet of algemene maatregel van bestuur", "art. 1, 5 ATW"),
    Exemption.MAXIMUM: ("een maximum, dat met verlenging een beperking langer zou maken", ""),
    Exemption.SV_135A: ("uitgezonderd", "art. 135a Sv"),
    Exemption.WTH_13: ("uitgezonderd", "art. 13 Wth"),
    Exemption.SOFT: ("zonder vaste duur", ""),
}
_SERVES: Mapping[Serves, str] = {
    Serves.STATE_DUTY: "een plicht van de overheid",
    Serves.RESTRICTION_END: "het einde van een beperking",
    Serves.RESTRICTION_START: "het begin van een beperking",
    Serves.FINALITY: "de onherroepelijkheid",
    Serves.REMEDY: "een rechtsmiddel van de betrokkene",
    Serves.VICTIM: "een recht van het slachtoffer",
}
_UNITS: Mapping[Unit, str] = {
    Unit.MINUTE: "minuten",
    Unit.HOUR: "uur",
    Unit.DAY: "dagen",
    Unit.DAY24: "dagen van 24 uur",
    Unit.WEEK: "weken",
    Unit.SV_MONTH: "maanden van dertig dagen",
    Unit.CAL_MONTH: "kalendermaanden",
    Unit.YEAR: "jaar",
}
_ONE: Mapping[Unit, str] = {
    Unit.MINUTE: "minuut",
    Unit.DAY: "dag",
    Unit.DAY24: "dag van 24 uur",
    Unit.WEEK: "week",
    Unit.SV_MONTH: "maand van dertig dagen",
    Unit.CAL_MONTH: "kalendermaand",
}
_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def day_nl(day: date) -> str:
    """A day as a Dutch reader writes it: maandag 29 december 2025."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def instant_nl(at: datetime) -> str:
    """An instant in Dutch time: zondag 26 oktober 2025 15:30 uur."""
    local = at.astimezone(DUTCH_TIME)
    return f"{day_nl(local.date())} {local:%H:%M} uur"


def unit_nl(amount: int, unit: Unit) -> str:
    """A unit in Dutch, as it follows that number.

    >>> unit_nl(1, Unit.WEEK), unit_nl(2, Unit.WEEK)
    ('week', 'weken')
    """
    return _ONE.get(unit, _UNITS[unit]) if amount == 1 else _UNITS[unit]


def exemption_nl(exemption: Exemption) -> str:
    """Why the Algemene termijnenwet leaves a term as it is, with the article."""
    return " ".join(f"{text} [{source}]" if source else text for text, source in [_EXEMPTIONS[exemption]])


def serves_nl(serves: Serves) -> str:
    """What hangs on the end of a term."""
    return _SERVES[serves]


def steps_nl(steps: Iterable[Step], source: str) -> list[str]:
    """The steps in Dutch, each with its source behind it; `source` is that of the term."""
    return [_sentence(code, values, source) for code, values in steps]


def _sentence(code: str, values: Mapping[str, str], source: str) -> str:
    text, own_source = _SENTENCES[code]
    told = {name: _word(name, value) for name, value in values.items()}
    if code == "exempt":
        own_source = _EXEMPTIONS[Exemption(values["reason"])][1]
    if code == "length":
        told["unit"] = unit_nl(int(values["amount"]), Unit(values["unit"]))
    written = text.format(**told)
    return f"{written[0].upper()}{written[1:]} [{own_source or source}]"


def _word(name: str, value: str) -> str:
    if name == "at":
        return instant_nl(datetime.fromisoformat(value))
    if name in ("on", "until", "other"):
        return day_nl(date.fromisoformat(value))
    if name == "event":
        return STARTS[value]
    if name == "reason":
        return _EXEMPTIONS[Exemption(value)][0]
    return _SERVES[Serves(value)] if name == "serves" else value
