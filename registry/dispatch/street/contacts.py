"""Whom to call at any hour: for an order to arrest, the supervision, and the source that must confirm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.alerts.service import duty_ladder
from registry.dispatch.street.wording import CALLS_NL, NO_NUMBER_NL
from registry.orders.models import Order

Wire = dict[str, Any]


def contacts_of(session: Session, order: Order, told: Mapping[str, Any], call_nl: Sequence[str]) -> list[Wire]:
    """Whom to call, the one who can order an arrest first; by the sender's number, else the organisation's own duty.

    `call_nl` is whom the powers card names; without a power nobody is called to order an arrest.
    """
    return list(_contacts(session, order, told, call_nl))


def _contacts(session: Session, order: Order, told: Mapping[str, Any], call_nl: Sequence[str]) -> Iterator[Wire]:
    if call_nl:
        duty = _on_duty(session, order.prosecuting_org_id)
        yield _contact("arrest_order", CALLS_NL["arrest_order"] + ", dan ".join(call_nl), duty)
    supervision = _given(told.get("supervision") or {}, _on_duty(session, order.supervising_org_id))
    if any(supervision.values()):
        yield _contact("supervision", CALLS_NL["supervision"], supervision)
    if youth := told.get("youth_supervision"):
        yield _contact("youth_supervision", CALLS_NL["youth_supervision"], _given(youth, _NOBODY))
    yield _contact("confirmation", CALLS_NL["confirmation"], _on_duty(session, order.sending_org_id))


_NOBODY: Wire = {"organisation": None, "name": None, "reach": None}


def _contact(purpose: str, title_nl: str, who: Wire) -> Wire:
    return {"for": purpose, "titleNl": title_nl, **who, "missingNl": None if who["reach"] else NO_NUMBER_NL}


def _given(told: Mapping[str, Any], on_duty: Wire) -> Wire:
    """What the sender gave; with a number of his own the name on duty beside it would be somebody else's."""
    organisation = on_duty["organisation"] or told.get("organisation")
    if told.get("phone"):
        return {"organisation": organisation, "name": told.get("contact_name"), "reach": told["phone"]}
    return on_duty | {"organisation": organisation}


def _on_duty(session: Session, organisation_id: UUID | None) -> Wire:
    """The first step of an organisation's ladder."""
    if organisation_id is None:
        return _NOBODY
    called = session.scalar(select(Organisation.name).where(Organisation.id == organisation_id))
    first = next(iter(duty_ladder(session, organisation_id)), None)
    on_duty = {"name": first.details["name"], "reach": first.details["contact"]} if first else {}
    return _NOBODY | {"organisation": called} | on_duty
