"""The catalogue of terms and its calculator."""

from datetime import date
from typing import Any

from flask import Blueprint

from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.calculating.schemas import (
    CalculationSchema,
    NewCalculationSchema,
    TermListSchema,
    TermQuerySchema,
)
from registry.errors import Fault, Invalid
from registry.http import operation, runtime
from registry.http.fields import format_instant
from registry.law.periods import holds
from registry.law.terms import DUTCH_TIME, Term, compute, steps_nl
from registry.law.terms.wording import STARTS
from registry.orders.force.standing import measures

blueprint = Blueprint("terms", __name__, url_prefix="/v1")


@blueprint.get("/terms")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=TermQuerySchema, answers={200: TermListSchema})
def list_terms(actor: Actor, query: dict[str, Any]) -> Any:
    """List the legal terms that held on a day, each with its source: law and, marked so, the norms of the chain."""
    law, on = measures().law, query["on"] or _dutch_day(runtime().clock.now())
    found = [row for row in law.terms if holds(row, on) and row.arrondissement in (None, query["arrondissement"])]
    if query["regime"] is not None:
        found = [row for row in found if query["regime"] in row.regimes]
    return {"terms": [_term(row) for row in found], "lawHash": law.hash}


@blueprint.post("/terms/calculation")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(body=NewCalculationSchema, answers={200: CalculationSchema})
def calculate(actor: Actor, body: dict[str, Any]) -> Any:
    """Compute when a term ends, step by step with the sources; it needs no case and keeps nothing."""
    law, start_at = measures().law, body["start_at"]
    row = law.terms.find(
        body["term"],
        _dutch_day(start_at),
        judged_on=body["judged_on"],
        arrondissement=body["arrondissement"],
    )
    if row is None:
        raise Invalid([Fault("#/term", "The catalogue has no such term for that day; see GET /v1/terms.")])
    stretches = [(one["from_at"], one["until_at"]) for one in body["stood_still"]]
    try:
        found = compute(row, start_at, law, stretches)
    except (ValueError, OverflowError) as error:
        raise Invalid([Fault("#/startAt", "A term from this instant ends outside the calendar.")]) from error
    sentences = steps_nl(found.steps, row.source)
    return {
        "term": _term(row),
        "startAt": format_instant(start_at),
        "dueAt": found.due_at and format_instant(found.due_at),
        "dueOn": found.due_on and found.due_on.isoformat(),
        "alternativeDueOn": found.alternative_due_on and found.alternative_due_on.isoformat(),
        "targetAt": found.target_at and format_instant(found.target_at),
        "hardStopAt": found.hard_stop_at and format_instant(found.hard_stop_at),
        "steps": [
            {"code": code, "values": values, "text": text}
            for (code, values), text in zip(found.steps, sentences, strict=True)
        ],
        "lawHash": law.hash,
    }


def _dutch_day(at: Any) -> date:
    on: date = at.astimezone(DUTCH_TIME).date()
    return on


def _term(row: Term) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title_nl,
        "regimes": list(row.regimes),
        "start": row.start,
        "startText": STARTS[row.start],
        "amount": row.amount,
        "unit": row.unit,
        "nature": row.nature,
        "bound": row.bound,
        "extension": row.extension,
        "exemption": row.exemption,
        "serves": row.serves,
        "chosenBy": row.by,
        "backward": row.backward,
        "opens": row.opens,
        "nightExcluded": row.night_excluded,
        "pauses": row.pauses,
        "normPercent": row.norm_percent,
        "arrondissement": row.arrondissement,
        "note": row.note,
        "source": row.source,
        "confidence": row.confidence,
        "validFrom": row.valid_from and row.valid_from.isoformat(),
        "validUntil": row.valid_until and row.valid_until.isoformat(),
    }
