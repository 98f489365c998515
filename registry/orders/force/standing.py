"""How orders stand at an instant: their versions, the law of their regime, and what is known of the subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared
from registry.law import LawTable, UnknownRegime, load
from registry.orders import models
from registry.orders.force.case import RegimeFlags, Surroundings
from registry.orders.force.entered import provisional_of
from registry.orders.force.period import Detention, zone_of
from registry.orders.force.status import StatusAt, status
from registry.orders.rows import pieces, version_facts, version_rows
from registry.orders.rules import Current, OrderFacts, PartyRole, fold


@dataclass(frozen=True, slots=True)
class Measures:
    """What statuses are measured by: the law, and the age at which an order without end date is unconfirmed."""

    law: LawTable
    unconfirmed_after: timedelta


_measures: Measures | None = None


def configure(law: LawTable, unconfirmed_after: timedelta) -> None:
    """Give this process its measures; called once at start."""
    global _measures
    _measures = Measures(law, unconfirmed_after)


def measures() -> Measures:
    """The measures of this process: as configured, or else the law as it comes and thirty days."""
    return _measures or Measures(load(), timedelta(days=30))


def flags_of(current: Current, law: LawTable | None = None) -> RegimeFlags:
    """What the law of the regime says about the status, as it stood when the order was decided.

    How long the order may last counts the renewals that were told.
    """
    if current.facts is None:
        return RegimeFlags()
    facts, table = current.facts, law or measures().law
    received_on = current.first_recorded_at.astimezone(zone_of(facts.time_zone)).date()
    on = facts.decided_on or facts.starts_on or received_on
    try:
        wait = table.start_wait(facts.regime, on, facts.decided_on, facts.served_on)
        pause = table.pause(facts.regime, on)
        return RegimeFlags.of(table.regime(facts.regime, on), pause, wait, renewed=current.renewed)
    except UnknownRegime:
        return RegimeFlags()


def judged_on(told: Mapping[str, Any], facts: OrderFacts, law: LawTable) -> date | None:
    """The day of the judgment by which an order's law is chosen, as told, or as its decision settles it."""
    named = told.get("judged_on")
    return law.judged_on(facts.regime, date.fromisoformat(named) if named else None, facts.decided_on)


def folded(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Current]:
    """The current view of each order that exists, folded from its versions."""
    found = version_rows(session, order_ids)
    return {order_id: fold(map(version_facts, rows)) for order_id, rows in found.items() if rows}


def subjects_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The person whom each order binds, where its content is known."""
    query = (
        select(models.OrderParty.order_id, models.PartyLink.person_id)
        .join(models.Order, models.Order.id == models.OrderParty.order_id)
        .join(models.PartyLink, models.PartyLink.party_id == models.OrderParty.id)
        .where(models.OrderParty.version_id == models.Order.current_version_id)
        .where(models.OrderParty.role == PartyRole.SUBJECT, models.PartyLink.replaced_at.is_(None))
    )
    rows = (
        row
        for piece in pieces(order_ids)
        for row in session.connection().execute(query.where(models.OrderParty.order_id.in_(piece)))
    )
    return {row.order_id: row.person_id for row in rows}


# Made once: every lookup of a dispatch room asks it.
_DETENTIONS = Prepared(
    select(
        models.Detention.person_id, models.Detention.kind, models.Detention.from_at, models.Detention.until_at
    ).where(
        models.Detention.replaced_at.is_(None),
        models.Detention.doubt.is_(None),
        models.Detention.person_id.in_(bindparam("person_ids", expanding=True)),
    )
)


def detentions_of(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, tuple[Detention, ...]]:
    """The stretches of detention and absence known of each person; what is in doubt stops no clock."""
    found: dict[UUID, tuple[Detention, ...]] = {}
    for piece in pieces(set(person_ids)):
        for person_id, kind, from_at, until_at in _DETENTIONS.all(session, person_ids=piece):
            found[person_id] = (*found.get(person_id, ()), Detention(kind, from_at, until_at))
    return found


def statuses(session: Session, order_ids: Collection[UUID], now: datetime) -> dict[UUID, StatusAt]:
    """The status of each order at `now`, since and until when, and the reasons."""
    return statuses_of(session, folded(session, order_ids), now)


def statuses_of(session: Session, currents: dict[UUID, Current], now: datetime) -> dict[UUID, StatusAt]:
    """The statuses of orders whose versions were folded already."""
    subjects = subjects_of(session, currents)
    detentions = detentions_of(session, subjects.values())
    confirmed, entries = _confirmed(session, currents), provisional_of(session, currents)
    after = measures().unconfirmed_after
    return {
        order_id: status(
            current,
            flags_of(current),
            Surroundings(
                after,
                detentions.get(subjects.get(order_id, order_id), ()),
                confirmed[order_id],
                entries.get(order_id),
            ),
            now,
        )
        for order_id, current in currents.items()
    }


def _confirmed(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Any]:
    query = select(models.Order.id, models.Order.last_confirmed_at)
    return {
        order_id: confirmed_at
        for piece in pieces(order_ids)
        for order_id, confirmed_at in session.connection().execute(query.where(models.Order.id.in_(piece)))
    }
