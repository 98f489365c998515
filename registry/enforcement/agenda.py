"""Deadlines as a calendar (iCalendar, RFC 5545): stable ids, codes and law texts, never a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from registry.enforcement.deadlines import explained, state_at
from registry.enforcement.listing import Shown
from registry.enforcement.procedure.events import EventKind
from registry.law.terms import instant_nl

MEDIA_TYPE = "text/calendar"
MOST_ENTRIES = 1000

_KINDS_NL = {
    EventKind.ARREST: "aanhouding",
    EventKind.RELEASE: "invrijheidstelling",
    EventKind.NOTIFICATION: "kennisgeving",
    EventKind.PROBATION_REPORT: "melding van de reclassering",
    EventKind.ADVICE: "advies van de reclassering",
    EventKind.PROSECUTOR_DECISION: "beslissing officier van justitie",
    EventKind.FILING: "indiening vordering",
    EventKind.RECEIPT: "ontvangst vordering door de rechtbank",
    EventKind.EXAMINING_JUDGE_DECISION: "beslissing rechter-commissaris",
    EventKind.DETENTION_ORDER: "bevel tot verdere voorlopige hechtenis",
    EventKind.HEARING_SET: "zitting bepaald",
    EventKind.HEARING_ADJOURNED: "zitting aangehouden",
    EventKind.HEARING_HELD: "zitting gehouden",
    EventKind.OUTCOME: "uitkomst",
    EventKind.PROVISIONAL_LIFTED: "voorlopige tenuitvoerlegging opgeheven",
    EventKind.SERVICE: "betekening",
    EventKind.DETENTION_EXECUTED: "vervangende hechtenis ten uitvoer gelegd",
    EventKind.COMPLIANCE_ORDER: "bevel tot naleving",
}


def calendar(deadlines: Iterable[Shown], public_url: str, now: datetime) -> bytes:
    """Return a calendar with an entry at the end of each deadline, or at the internal aim where law sets no end."""
    made = Calendar()
    made.add("prodid", "-//Beschermingsbevelen//Termijnen//NL")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Termijnen beschermingsbevelen")
    # How often a calendar program should look: what was met must not stand in an agenda for a day.
    made.add("x-published-ttl", "PT1H")
    for shown in deadlines:
        at = shown.deadline.due_at or shown.deadline.target_at
        if at is not None:
            made.add_component(_entry(shown, at, public_url, now))
    content: bytes = made.to_ical()
    return content


def _entry(shown: Shown, at: datetime, public_url: str, now: datetime) -> Event:
    row = shown.deadline
    entry = Event()
    entry.add("uid", f"deadline-{row.id}@beschermingsbevelen")
    entry.add("dtstamp", row.computed_at)
    entry.add("dtstart", at)
    entry.add("duration", timedelta(0))
    entry.add("summary", f"{'' if row.due_at else 'Streven: '}{row.title_nl}")
    entry.add("categories", [row.term_id, row.nature, state_at(row, now).value])
    where = f"proceedings/{row.proceeding_id}" if row.proceeding_id else f"deadlines/{row.id}"
    entry.add("url", f"{public_url}/v1/{where}")
    lines = [*_begun(shown), f"Regel: {row.term_id}, {row.title_nl}", f"Bron: {row.source}", *explained(row)]
    entry.add("description", "\n".join(lines))
    return entry


def _begun(shown: Shown) -> Iterator[str]:
    if shown.start is not None:
        yield f"Begonnen met: {_KINDS_NL[EventKind(shown.start.kind)]}, {instant_nl(shown.start.occurred_at)}"
