"""What can be released to a victim's partner, and what is then said, in plain Dutch.

Everything said is made of codes and instants that were recorded: there is no free text, so that what one protected
person is told can name nobody, and no other protected person above all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.enforcement.procedure.events import EventKind
from registry.enforcement.rules import BreachStatus
from registry.law.terms import DUTCH_TIME, day_nl, instant_nl


class ReleaseKind(StrEnum):
    """What is released (vrijgave)."""

    ARREST = "arrest"
    """aanhouding"""
    FREED = "freed"
    """invrijheidstelling"""
    HEARING = "hearing"
    """zitting"""
    OUTCOME = "outcome"
    """uitkomst"""
    ANSWER = "answer"
    """antwoord op een melding zonder geldend bevel"""


class Answer(StrEnum):
    """What is answered to a report that no order in force belongs to (antwoord)."""

    NO_ORDER_KNOWN = "no_order_known"
    """geen bevel bekend"""
    ORDER_ENDED = "order_ended"
    """het bevel geldt niet meer"""
    NOT_ENOUGH = "not_enough"
    """te weinig om te weten om wie het gaat"""


class Withdrawn(StrEnum):
    """Why something was not released after all."""

    BY_HAND = "by_hand"
    """door een mens ingetrokken"""
    CORRECTED = "corrected"
    """het gegeven is gecorrigeerd"""
    OVERTAKEN = "overtaken"
    """de melding is intussen aan een bevel gekoppeld"""


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded step that can be told: its kind, when it was, and its codes."""

    kind: EventKind
    occurred_at: datetime
    details: Mapping[str, str]


_KINDS: Mapping[EventKind, ReleaseKind] = {
    EventKind.ARREST: ReleaseKind.ARREST,
    EventKind.RELEASE: ReleaseKind.FREED,
    EventKind.HEARING_SET: ReleaseKind.HEARING,
    EventKind.HEARING_ADJOURNED: ReleaseKind.HEARING,
    EventKind.HEARING_HELD: ReleaseKind.HEARING,
    EventKind.PROSECUTOR_DECISION: ReleaseKind.OUTCOME,
    EventKind.OUTCOME: ReleaseKind.OUTCOME,
}
_HE = "De persoon over wie u een melding deed"
_OUTCOMES_NL: Mapping[str, str] = {
    "execution": "De persoon moet een straf uitzitten.",
    "partial_execution": "De persoon moet een deel van een straf uitzitten.",
    "community_service": "Er is een taakstraf opgelegd.",
    "extension": "Het bevel duurt langer.",
    "change": "De regels van het bevel zijn veranderd.",
    "warning": "Er is een waarschuwing gegeven.",
    "revoked": "De voorwaardelijke vrijheid is ingetrokken.",
    "upheld": "De eerdere beslissing blijft staan.",
    "refused": "De rechter heeft de vraag van de officier van justitie afgewezen.",
    "convicted": "Er is een veroordeling.",
    "acquitted": "Er is een vrijspraak.",
    "dismissed": "De zaak gaat niet verder.",
    "withdrawn": "De officier van justitie heeft de vordering ingetrokken.",
    "ended": "De procedure is geëindigd.",
    "penalty_forfeited": "De dwangsom moet worden betaald.",
    "civil_detention": "De rechter heeft toegestaan dat de persoon wordt vastgezet.",
}
_DECISIONS_NL: Mapping[str, str] = {
    "arrest": "De officier van justitie heeft besloten tot aanhouding.",
    "execution": "De officier van justitie vraagt de rechter om de straf te laten uitzitten.",
    "custody": "De officier van justitie vraagt de rechter om de persoon vast te houden.",
    "custody_extended": "De officier van justitie houdt de persoon langer vast.",
    "prosecute": "De officier van justitie begint een nieuwe strafzaak.",
    "revoke": "De officier van justitie heeft de voorwaardelijke vrijheid ingetrokken.",
    "partial_revoke": "De officier van justitie heeft de voorwaardelijke vrijheid voor een deel ingetrokken.",
    "change": "De officier van justitie verandert de regels van het bevel, of vraagt de rechter daarom.",
    "warning": "De officier van justitie heeft een waarschuwing gegeven.",
    "no_action": "De officier van justitie doet nu niets met deze melding.",
}
_ASSESSED_NL: Mapping[BreachStatus, str] = {
    BreachStatus.PLAUSIBLE: "Het is aannemelijk dat het bevel is overtreden.",
    BreachStatus.PERMITTED: "Wat u meldde, mocht volgens het bevel of een toestemming.",
    BreachStatus.UNFOUNDED: "Het is niet aannemelijk dat het bevel is overtreden.",
}
_ANSWERS_NL: Mapping[Answer, str] = {
    Answer.NO_ORDER_KNOWN: "Wij kennen geen beschermingsbevel dat bij uw melding hoort.",
    Answer.ORDER_ENDED: "Het beschermingsbevel dat bij uw melding hoort, geldt niet meer.",
    Answer.NOT_ENOUGH: "Wij weten nog niet over wie uw melding gaat.",
}
_LATER_NL = "De zitting gaat later verder. De nieuwe dag is nog niet bekend."
_NO_LONGER_NL = "Dit klopt niet meer: vraag uw contactpersoon hoe het nu is. Eerder is u verteld:"
_KEPT_NL = "Uw melding blijft bewaard."
_DO_ALWAYS_NL = (
    "Bel 112 bij direct gevaar.",
    "Is er iets strafbaars gebeurd, zoals bedreiging, mishandeling, vernieling of stalking? Doe aangifte bij de "
    "politie.",
    "Bewaar berichten, belgeschiedenis, foto's en filmpjes.",
)
_DO_NL: Mapping[Answer, tuple[str, ...]] = {
    Answer.NO_ORDER_KNOWN: (
        "Denkt u dat er wel een bevel is? Geef het nummer door dat op de brief staat.",
        "Is er geen bevel? Vraag de politie, of een advocaat, wat er kan. De rechter kan in kort geding een "
        "contactverbod of straatverbod geven.",
    ),
    Answer.ORDER_ENDED: (
        "Ook zonder bevel mag niemand u bedreigen of stalken. Meld het weer als het doorgaat.",
        "Vraag de officier van justitie of een nieuw bevel kan. Of vraag een advocaat om een contactverbod of "
        "straatverbod bij de rechter, in kort geding.",
    ),
    Answer.NOT_ENOUGH: (
        "Vul uw melding aan: wie deed het, waar en wanneer, en het nummer van het bevel als u dat heeft.",
    ),
}


def kind_of(fact: EventKind) -> ReleaseKind | None:
    """What a recorded step is to a victim; None for a step that is not hers to hear of."""
    return _KINDS.get(fact)


def fact_nl(fact: Fact) -> str:
    """What is said of a recorded step."""
    on, hearing = day_nl(fact.occurred_at.astimezone(DUTCH_TIME).date()), _hearing_nl(fact)
    match fact.kind:
        case EventKind.ARREST:
            return f"{_HE}, is aangehouden op {on}."
        case EventKind.RELEASE:
            return f"{_HE}, is weer vrij sinds {instant_nl(fact.occurred_at)}."
        case EventKind.HEARING_SET:
            return f"Er komt een zitting bij de rechter, op {hearing}."
        case EventKind.HEARING_ADJOURNED:
            return f"De zitting gaat later verder, op {hearing}." if hearing else _LATER_NL
        case EventKind.HEARING_HELD:
            return f"De zitting was op {on}. {_OUTCOMES_NL.get(fact.details.get('outcome', ''), '')}".rstrip()
        case EventKind.PROSECUTOR_DECISION:
            return f"{_DECISIONS_NL[fact.details['decision']]} Dat was op {on}."
        case _:
            told = _OUTCOMES_NL.get(fact.details.get("outcome", ""), "Er is een beslissing.")
            return f"{told} Dat is beslist op {on}."


def _hearing_nl(fact: Fact) -> str | None:
    said = fact.details.get("hearing_at")
    return instant_nl(datetime.fromisoformat(said)) if said else None


def corrected_nl(text: str) -> str:
    """What is said of a fact that was told and corrected since; what is so instead takes a release of its own."""
    return f"{_NO_LONGER_NL} {text}"


def assessed_nl(status: BreachStatus) -> str:
    """What is said of how a human assessed the breach."""
    return _ASSESSED_NL[status]


def answer_nl(answer: Answer) -> tuple[str, tuple[str, ...]]:
    """What is answered to a report without an order in force, and what the victim can do."""
    return f"{_ANSWERS_NL[answer]} {_KEPT_NL}", (*_DO_NL[answer], *_DO_ALWAYS_NL)
