"""What an order means for whom it protects, on paper: for a partner to print and hand over."""

from __future__ import annotations

from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, render_template

from registry.access.guard import public
from registry.console.paper import PDF, as_pdf
from registry.errors import Unavailable
from registry.http import Answer, operation
from registry.reports.texts.routes import explained
from registry.reports.texts.schemas import ExplanationQuerySchema

blueprint = Blueprint("explanation_pages", __name__)

# Nobody needs a key for it, so that what draws is kept from those who ask for much: one at a time, each page once.
_KEPT_PAGES = 256
_WAIT_S = 5
_drawing = BoundedSemaphore(1)


@blueprint.get("/explanations/<regime>.pdf")
@public
@operation(query=ExplanationQuerySchema, answers={200: PDF})
def on_paper(regime: str, query: dict[str, Any]) -> Answer:
    """Give the explanation of an order of a regime with these conditions as a PDF that can be read aloud."""
    html = render_template("explanation.html", made=explained(regime, query["conditions"]))
    named = {"Content-Disposition": f'inline; filename="uitleg-{regime.lower()}.pdf"'}
    return Answer(_drawn(html), headers=named, media_type=PDF)


@lru_cache(maxsize=_KEPT_PAGES)
def _drawn(html: str) -> bytes:
    if not _drawing.acquire(timeout=_WAIT_S):
        raise Unavailable("Other pages are being drawn on paper: ask again in a while.", _WAIT_S)
    try:
        return as_pdf(html)
    finally:
        _drawing.release()
