"""Whether the contact of a victim is the very person the order is against, whatever he calls himself there.

Compared are the keys under which the register finds people (citizen number, telephone, surname with birth date) and the
names as they are registered, for a birth date can be known in part or be mistyped. The partner never hears of a match,
for that would tell whom an order is against; the police do.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db import search_hash
from registry.orders.models import OrderParty, SearchKey
from registry.orders.naming.identifiers import IdentifierError, PartialDate, parse_birth_date, parse_bsn, parse_phone
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers, exact_keys
from registry.orders.register.bearers import places_of
from registry.orders.register.content import Party
from registry.orders.register.sameness import is_by_name
from registry.orders.rules import PartyRole
from registry.reports.models import Report
from registry.reports.wishes.models import ReportWishes

_ALERT = "contact_is_subject"
_TITLE_NL = "Contactpersoon van een slachtoffer is mogelijk de betrokkene: niet benaderen"


def keys_of_contact(wishes: Mapping[str, Any]) -> set[bytes]:
    """The hashes under which the register would find whoever is told."""
    person = wishes.get("contact_person") or {}
    return keys_of(person) | keys_of({"phone": wishes.get("reach")})


def keys_of(person: Mapping[str, Any]) -> set[bytes]:
    """The hashes of what is known of somebody; what cannot be read is left out."""
    phone = _read(parse_phone, person.get("phone"))
    identifiers = Identifiers(
        bsn=_read(parse_bsn, person.get("bsn")), skn=person.get("skn"), phones=(phone,) if phone else ()
    )
    names = NameFields(
        surname=person.get("surname") or "",
        prefix=person.get("prefix") or "",
        given_names=person.get("given_names") or "",
        birth_on=_born(person.get("birth_date")),
    )
    return {search_hash(kind, value) for kind, value in exact_keys(names, identifiers)}


def _read(parse: Any, text: str | None) -> str | None:
    try:
        return str(parse(text)) if text else None
    except IdentifierError:
        return None


def _born(told: date | str | None) -> PartialDate | None:
    try:
        return parse_birth_date(str(told)) if told else None
    except IdentifierError:
        return None


def current(session: Session, report_id: uuid.UUID) -> ReportWishes | None:
    """Return the wishes that count: the newest of a report."""
    of_this = select(ReportWishes).where(ReportWishes.report_id == report_id)
    return session.scalar(of_this.order_by(ReportWishes.id.desc()).limit(1))


def settle(session: Session, now: datetime, report: Report) -> None:
    """Block the contact of a report that is the subject of its order, and call the police; unblock another."""
    wishes = current(session, report.id)
    report.contact_blocked = wishes is not None and _is_subject(session, report, wishes.content)
    if report.contact_blocked:
        owners = report.owners() | {"partner_org_id": None}
        context = {"report_id": str(report.id)}
        raise_alert(session, now, NewAlert(_ALERT, 1, _TITLE_NL, f"report:{report.id}", owners, context))
    else:
        close_alert(session, now, _ALERT, f"report:{report.id}")


def _is_subject(session: Session, report: Report, wishes: Mapping[str, Any]) -> bool:
    keys = keys_of_contact(wishes)
    if report.order_id is None or not keys:
        return False
    if _is_by_name(session, report.order_id, party_named(wishes.get("contact_person") or {})):
        return True
    found = select(SearchKey.key).join(OrderParty, OrderParty.id == SearchKey.party_id)
    of_him = found.where(
        OrderParty.order_id == report.order_id, OrderParty.role == PartyRole.SUBJECT, SearchKey.key.in_(keys)
    )
    return bool(session.scalar(select(exists(of_him))))


def _is_by_name(session: Session, order_id: uuid.UUID, contact: Party) -> bool:
    named = (each for each in places_of(session, [order_id]) if each.role is PartyRole.SUBJECT)
    return any(is_by_name(each.party, contact) for each in named)


def party_named(person: Mapping[str, Any]) -> Party:
    """Somebody of whom a name is given, and perhaps a birth date."""
    return Party(
        PartyRole.SUBJECT,
        "",
        surname=person.get("surname"),
        prefix=person.get("prefix"),
        given_names=person.get("given_names"),
        birth_date=_born(person.get("birth_date")),
    )


def is_minor_by_birth(content: Mapping[str, Any], on: date) -> bool:
    """Whether the report gives a birth date of who is protected by which she is a minor that day, beyond doubt."""
    born = _born((content.get("protected") or {}).get("birth_date"))
    return born is not None and born.is_minor_on(on) is True


def named_subject(content: Mapping[str, Any], wishes: Mapping[str, Any]) -> Iterator[str]:
    """The fields of wishes that name the one whom the report itself is about."""
    subject, contact = content.get("subject") or {}, wishes.get("contact_person") or {}
    his = keys_of(subject)
    if keys_of(contact) & his or is_by_name(party_named(subject), party_named(contact)):
        yield "contactPerson"
    if keys_of({"phone": wishes.get("reach")}) & his:
        yield "reach"
