"""The persons of whom a question is told to the privacy officer: well known, or of an organisation's own staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id, search_hash
from registry.errors import Fault, Invalid, NotFound
from registry.orders.naming.matching import NameQuery
from registry.orders.naming.search_keys import ReadIdentifiers, TypedIdentifiers, read_identifiers
from registry.privacy.misspelling import sounds_around
from registry.privacy.models import WatchedPerson
from registry.privacy.patterns import Watched
from registry.privacy.rules import About, asker_value, keys_of
from registry.privacy.service import hashes_in

_NOTHING = "Geef een BSN, een telefoonnummer, of een voor- en achternaam; een achternaam alleen met de geboortedatum."


def add_watched(session: Session, actor: Actor, now: datetime, told: Mapping[str, Any]) -> WatchedPerson:
    """List a person for the actor's organisation; raises Invalid with every reason that he could not be recognised."""
    read = _read(told)
    keys = keys_of(About(read.identifiers, NameQuery(told["name"], read.birth_on)))
    if read.faults or not keys:
        faults = [Fault(f"#{each.pointer}", each.detail, each.code) for each in read.faults]
        raise Invalid(faults or [Fault("#", _NOTHING, "not_recognisable")])
    person = WatchedPerson(id=new_id(), organisation_id=actor.organisation_id, added_at=now)
    end_user = told["end_user"]
    person.asker = search_hash("asker", asker_value(actor.organisation_id, end_user)) if end_user else None
    person.keys = b"".join(search_hash(kind, value) for kind, value in keys)
    person.details = dict(told)
    session.add(person)
    record(session, actor, now, Action.COLLECTED, f"watched-person:{person.id}")
    return person


def _read(told: Mapping[str, Any]) -> ReadIdentifiers:
    phones = (told["phone"],) if told["phone"] else ()
    return read_identifiers(TypedIdentifiers(bsn=told["bsn"], birth_date=told["birth_date"], phones=phones))


def listed_persons(session: Session) -> list[Watched]:
    """All who are listed, of any organisation, by what a question about them has in common with them."""
    persons = session.scalars(select(WatchedPerson)).all()
    for gone_id in _sounds.keys() - {each.id for each in persons}:
        del _sounds[gone_id]
    return [
        Watched(each.id, each.organisation_id, frozenset(hashes_in(each.keys)), each.asker, _sounds_around(each))
        for each in persons
    ]


# Who is listed never changes, and to hash every spelling of a name takes milliseconds.
_sounds: dict[UUID, frozenset[bytes]] = {}


def _sounds_around(person: WatchedPerson) -> frozenset[bytes]:
    found = _sounds.get(person.id)
    if found is None:
        name = NameQuery(person.details["name"], _read(person.details).birth_on)
        found = _sounds[person.id] = frozenset(search_hash(kind, value) for kind, value in sounds_around(name))
    return found


def watched_of(session: Session, actor: Actor, now: datetime) -> list[WatchedPerson]:
    """The persons that the actor's organisation listed, newest first."""
    own = select(WatchedPerson).where(WatchedPerson.organisation_id == actor.organisation_id)
    found = list(session.scalars(own.order_by(WatchedPerson.id.desc())))
    record(session, actor, now, Action.CONSULTED, "watched-persons", shown=len(found))
    return found


def remove_watched(session: Session, actor: Actor, now: datetime, person_id: UUID) -> None:
    """Take a person off the list; raises NotFound unless the actor's organisation listed him."""
    own = WatchedPerson.organisation_id == actor.organisation_id
    person = session.scalar(select(WatchedPerson).where(WatchedPerson.id == person_id, own))
    if person is None:
        raise NotFound
    session.delete(person)
    record(session, actor, now, Action.DESTROYED, f"watched-person:{person_id}")


def shown(person: WatchedPerson) -> dict[str, Any]:
    """A listed person on the wire."""
    told = person.details
    return {
        "id": person.id,
        "addedAt": person.added_at,
        "name": told["name"],
        "birthDate": told["birth_date"],
        "bsn": told["bsn"],
        "phone": told["phone"],
        "endUser": told["end_user"],
    }
