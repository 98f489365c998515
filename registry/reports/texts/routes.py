"""What an order means for whom it protects: for a partner to hand on, as data or as a page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template

from registry.access.guard import public
from registry.errors import NotFound
from registry.http import Answer, Forms, asked_for, operation, runtime
from registry.law.terms import DUTCH_TIME
from registry.orders.force.standing import measures
from registry.reports.texts.composing import Explanation, explanation, sentences
from registry.reports.texts.schemas import ExplanationQuerySchema, ExplanationSchema

blueprint = Blueprint("explanations", __name__, url_prefix="/v1", template_folder="templates")

_HTML, _PDF = "text/html", "application/pdf"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@blueprint.get("/explanations/<regime>")
@public
@operation(
    query=ExplanationQuerySchema,
    answers={200: Forms(ExplanationSchema, _HTML, ((_PDF, "/explanations/{regime}.pdf"),))},
)
def explain(regime: str, query: dict[str, Any]) -> Any:
    """Explain an order of a regime with these conditions to whom it protects, in plain Dutch; it names nobody.

    What the police may do follows from the table of law as it stands today. On paper it is at
    `/explanations/{regime}.pdf`, beside the API and with the same query.
    """
    made = explained(regime, query["conditions"])
    if asked_for(_HTML):
        html = render_template("explanation.html", made=made)
        return Answer(html, headers={"Content-Security-Policy": _POLICY}, media_type=f"{_HTML}; charset=utf-8")
    return _shown(made)


def explained(regime: str, conditions: Sequence[str]) -> Explanation:
    """The explanation of an order by the law of today; raises NotFound for a regime that there is not."""
    if regime not in sentences().regimes:
        raise NotFound
    return explanation(regime, conditions, measures().law.powers(regime, None, _today()).card)


def _today() -> date:
    return runtime().clock.now().astimezone(DUTCH_TIME).date()


def _shown(made: Explanation) -> dict[str, Any]:
    sections = [{"title": one.title, "lines": list(one.lines), "moment": one.moment} for one in made.sections]
    return {"title": made.title, "sections": sections}
