"""What an order means for whom it protects: for a partner to hand on, as data or as a page."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from registry.access.guard import public
from registry.errors import NotFound
from registry.http import Answer, asked_for, operation, runtime
from registry.law.terms import DUTCH_TIME
from registry.orders.force.standing import measures
from registry.reports.texts.composing import Explanation, explanation, sentences
from registry.reports.texts.schemas import ExplanationQuerySchema, ExplanationSchema

blueprint = Blueprint("explanations", __name__, url_prefix="/v1", template_folder="templates")

_HTML = "text/html"


@blueprint.get("/explanations/<regime>")
@public
@operation(query=ExplanationQuerySchema, answers={200: (ExplanationSchema, _HTML)})
def explain(regime: str, query: dict[str, Any]) -> Any:
    """Explain an order of a regime with these conditions to whom it protects, in plain Dutch; it names nobody.

    What the police may do follows from the table of law as it stands today.
    """
    if regime not in sentences().regimes:
        raise NotFound
    made = explanation(regime, query["conditions"], measures().law.powers(regime, None, _today()).card)
    if asked_for(_HTML):
        return Answer(render_template("explanation.html", made=made), media_type="text/html; charset=utf-8")
    return _shown(made)


def _today() -> date:
    return runtime().clock.now().astimezone(DUTCH_TIME).date()


def _shown(made: Explanation) -> dict[str, Any]:
    sections = [{"title": one.title, "lines": list(one.lines), "moment": one.moment} for one in made.sections]
    return {"title": made.title, "sections": sections}
