"""The counter that every change to zones, statuses or party links raises."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registry.db import Prepared, table_of
from registry.orders.models import Person, ZoneRevision
from registry.orders.rows import pieces

_TOUCHED = "touched_persons"
_ONLY = 1

NEWEST_ZONE_REVISION = select(ZoneRevision.revision).where(ZoneRevision.id == _ONLY).scalar_subquery()
_REVISION = Prepared(select(ZoneRevision.revision).where(ZoneRevision.id == _ONLY))


def zone_revision(session: Session) -> int:
    """The number of changes so far that can alter what a wearer is judged by."""
    found = _REVISION.all(session)
    return found[0].revision if found else 0


def changed_since(session: Session, revision: int) -> set[UUID]:
    """The persons whose zones changed after a revision, with those who were merged into them."""
    changed = set(session.scalars(select(Person.id).where(Person.zone_revision > revision)))
    merged = (
        session.scalars(select(Person.id).where(Person.merged_into_id.in_(piece))).all() for piece in pieces(changed)
    )
    return changed.union(*merged)


def touch_zones(session: Session, person_ids: Iterable[UUID]) -> None:
    """Note whose zones this transaction changed."""
    session.info.setdefault(_TOUCHED, set()).update(person_ids)


# Made once: every few rows of a delivery end with them.
_RAISE = update(table_of(ZoneRevision)).where(ZoneRevision.id == _ONLY).values(revision=ZoneRevision.revision + 1)
_TOUCH = (
    update(table_of(Person))
    .where(Person.id.in_(bindparam("person_ids", expanding=True)))
    .values(zone_revision=bindparam("revision"))
)


def raise_revision(session: Session) -> None:
    """Raise the counter once for all that this transaction touched; as late as can be, for writers queue on its row."""
    touched: set[UUID] = session.info.pop(_TOUCHED, set())
    if not touched:
        return
    connection = session.connection()
    connection.execute(_RAISE)
    revision = zone_revision(session)
    for piece in pieces(touched):
        connection.execute(_TOUCH, {"person_ids": piece, "revision": revision})
