"""An order on the wire as it held at one instant and was known at another, with the reasoning behind its status."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marshmallow import fields

from registry.http.fields import format_instant
from registry.orders import showing
from registry.orders.force.lawbook import MeasuresAt
from registry.orders.force.period import Option
from registry.orders.force.reasoning import Step
from registry.orders.force.sentences import BASES, QUESTIONS
from registry.orders.force.wording import moment_nl, reasons_nl
from registry.orders.models import Order
from registry.orders.register.past import Known, Question
from registry.orders.rules import Current
from registry.orders.schemas import OrderSchema
from registry.orders.showing import Wire

# A fact whose transaction was under way at an instant is on disk well before this has passed.
_SETTLED_AFTER = timedelta(minutes=1)
NOT_KNOWN = "not_known"


def answer(order: Order, known: Known | None, question: Question, *, opened: bool) -> Wire:
    """The order as asked for; one that was not known yet says so, and nothing that was learnt later."""
    if known is None:
        return _not_known(order, question)
    return {
        **showing.whole(known.view, known.status, known.versions, opened=opened),
        **showing.regime_named(known.view, known.measured.measures.law),
        "status": {
            **showing.status_shown(known.status),
            "bindsWhilePaused": known.status.binds_while_paused,
            "steps": [_step(number, each) for number, each in enumerate(known.status.steps, start=1)],
        },
        "gaps": gaps(known.view.current, question.known_at or question.now),
        "knowledge": _knowledge(known, question),
    }


def gaps(current: Current, at: datetime) -> list[Wire]:
    """The missing versions, since when each is known to be, and its age in whole days."""
    return [
        {"version": version, "missingSince": format_instant(since), "ageDays": max(0, (at - since).days)}
        for version, since in zip(current.gaps, current.above_gaps_recorded_at, strict=True)
    ]


def _step(number: int, step: Step) -> Wire:
    texts = reasons_nl(step.reasons)
    return {
        "number": number,
        "code": step.question,
        "question": QUESTIONS[step.question],
        "outcome": step.outcome.value,
        "reasons": [
            {"code": reason.code, "text": text, "source": reason.source}
            for reason, text in zip(step.reasons, texts, strict=True)
        ],
        "dates": [_option(each) for each in step.options],
    }


def _option(option: Option) -> Wire:
    return {"date": option.on, "basis": option.basis, "text": BASES[option.basis], "taken": option.taken}


def _knowledge(known: Known, question: Question) -> Wire:
    current, measured, view = known.view.current, known.measured, known.view
    return {
        **_times(question),
        "versionsKnown": len(known.versions),
        "contentVersion": known.content_version,
        "datesVersion": current.facts_version,
        "lawHash": measured.measures.law.hash,
        "lawRecordedAt": measured.recorded_at and format_instant(measured.recorded_at),
        "lawHashOfVersion": view.version.law_hash if view.version else None,
        "notes": [*_law_notes(measured), *_notes(known, question)],
    }


def _times(question: Question) -> Wire:
    known_at = question.known_at or question.now
    return {
        "asOf": format_instant(question.as_of),
        "knownAt": format_instant(known_at),
        "settled": question.now - known_at >= _SETTLED_AFTER,
    }


_LAW_DOUBTS = {
    "not_recorded": "Welke wettabel toen gold, is niet vastgelegd; gerekend is met de oudste die is bewaard.",
    "unreadable": "De wettabel van toen kan niet meer worden gelezen; gerekend is met die van nu.",
}


def _law_notes(measured: MeasuresAt) -> list[str]:
    return [_LAW_DOUBTS[measured.doubt]] if measured.doubt else []


def _notes(known: Known, question: Question) -> list[str]:
    notes = []
    first_at = known.view.current.first_recorded_at
    if question.as_of < first_at:
        notes.append(
            f"Op {moment_nl(question.as_of)} was van dit bevel nog geen bericht ontvangen; het eerste kwam op"
            f" {moment_nl(first_at)}. Het antwoord rust op wat daarna bekend werd."
        )
    if known.content_version != known.view.current.facts_version:
        notes.append(
            f"De personen en voorwaarden zijn die van bericht {known.content_version}, dat toen gold; de datums zijn"
            f" die van bericht {known.view.current.facts_version}, het hoogste dat bekend was."
        )
    return notes


def _not_known(order: Order, question: Question) -> Wire:
    known_at = question.known_at or question.now
    text = f"Op {moment_nl(known_at)} was van dit bevel nog geen bericht ontvangen: het register kende het niet."
    empty: Wire = {
        str(field.data_key): [] if isinstance(field, fields.List) else None for field in OrderSchema().fields.values()
    }
    status: dict[str, Any] = {"code": NOT_KNOWN, "since": None, "until": None, "toBeVerified": False}
    reasons = [{"code": NOT_KNOWN, "text": text, "source": "messages"}]
    nothing = ("contentVersion", "datesVersion", "lawHash", "lawRecordedAt", "lawHashOfVersion")
    return {
        **empty,
        "id": order.id,
        "number": order.number,
        "status": {**status, "reasons": reasons, "bindsWhilePaused": None, "steps": []},
        "missingCount": 0,
        "knowledge": {
            **_times(question),
            "versionsKnown": 0,
            **dict.fromkeys(nothing),
            "notes": [text],
        },
    }
