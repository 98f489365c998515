"""Answering from the copy: the same question by the same rules at the moment of asking, and said to be from a copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from registry.access.audit import Entry
from registry.dispatch import service
from registry.dispatch.inquiries import Answered, Inquiry
from registry.dispatch.standby.store import State, Store
from registry.dispatch.standby.wording import CONFIRM_FIRST_NL, copy_nl
from registry.errors import Unavailable
from registry.http import Runtime, as_json
from registry.http.fields import format_instant
from registry.intake.overview import Expected

Wire = dict[str, Any]

_NO_COPY = "The database cannot be used now, and this machine has no copy yet; ask again."
_CONFIRM_FIRST: Wire = {"code": "confirm_first", "textNl": CONFIRM_FIRST_NL, "source": "kopie van het register"}


def answer_from_copy(shared: Runtime, inquiry: Inquiry) -> Answered:
    """Answer a question from the copy on local disk; raises Unavailable when there is none."""
    store = shared.get(Store)
    state = store.state()
    if state is None or not state.is_usable:
        raise Unavailable(_NO_COPY, 2)
    store.stand_in_for(shared.database)
    with store.database.reading() as session:
        told = service.ask(session, inquiry.actor, inquiry.now, inquiry.body, Expected.by(shared.settings))
        audit = [_marked(each, state) for each in session.info.pop("audit", ())]
        questions, items = (session.info.pop(each, ()) for each in ("questions", "items"))
    told["copy"] = _copy(state, inquiry.now)
    for hit in told["hits"]:
        hit["powers"] = confirm_first(hit["powers"])
    return Answered(as_json(told), audit, questions, items, is_from_copy=True)


def confirm_first(powers: Wire) -> Wire:
    """A powers card that begins with confirming; one without a power stays as it is."""
    if powers["card"] is None:
        return powers
    return powers | {"titleNl": f"{CONFIRM_FIRST_NL} {powers['titleNl']}", "steps": [_CONFIRM_FIRST, *powers["steps"]]}


def _copy(state: State, now: datetime) -> Wire:
    age = max(now - state.taken_at, now - now)
    return {"takenAt": state.taken_at, "ageS": int(age.total_seconds()), "textNl": copy_nl(age)}


def _marked(entry: Entry, state: State) -> Entry:
    return replace(entry, details=(entry.details or {}) | {"copy_of": format_instant(state.taken_at)})
