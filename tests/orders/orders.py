"""Orders made in memory, as intake hands them to the register."""

import hashlib
import json
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from geo.wire import shape_from_geojson
from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.orders import service
from registry.orders.index_models import PartyName
from registry.orders.models import Order, OrderParty
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.matching import NameQuery
from registry.orders.register.content import (
    ConditionContent,
    OrderContent,
    Party,
    PostalAddress,
    Supervision,
    ZoneContent,
)
from registry.orders.register.registration import Registration
from registry.orders.rules import ConditionType, MessageKind, OrderFacts, PartyRole
from tests.world import NOW

FACTS = OrderFacts(
    "VV",
    decided_on=date(2026, 11, 1),
    starts_on=date(2026, 11, 1),
    ends_on=date(2028, 10, 31),
    immediately_enforceable=True,
    imposed_in_presence=True,
)
SUBJECT = Party(
    PartyRole.SUBJECT,
    "S",
    bsn="999990019",
    skn="1234567",
    surname="Berg",
    prefix="van den",
    given_names="Jan Pieter",
    initials="J.P.",
    birth_date=PartialDate(1985, 3, 12),
    addresses=(PostalAddress("3511AB", 12, "A", "Dorpsstraat", "Utrecht"),),
    phones=("+31612345678",),
    plates=("12ABC3",),
)
PROTECTED = Party(
    PartyRole.PROTECTED,
    "P1",
    surname="Vosmeer",
    given_names="Fictitia",
    birth_date=PartialDate(1990, 7, 1),
    addresses=(PostalAddress("9712XK", 77, "", "Verborgenlaan", "Groningen"),),
    phones=("+31687654321",),
)
CIRCLE = {"type": "Circle", "center": [5.1214, 52.0907], "radiusM": 250}


def zone(wire=None, kind="exclusion"):
    wire = wire or CIRCLE
    return ZoneContent(kind, "CRS84", 0.0, wire, shape_from_geojson(wire))


def area_ban(reference="C1", wire=None, **changes):
    text = "Veroordeelde mag niet komen in de Verborgenlaan te Groningen."
    raw = {"reference": reference, "type": "area_ban", "zone": {"shape": wire or CIRCLE}, "text": text}
    ban = ConditionContent(reference, ConditionType.AREA_BAN, text, ("P1",), zone=zone(wire), raw=raw)
    return replace(ban, **changes)


CONTACT_BAN = ConditionContent("C2", ConditionType.CONTACT_BAN, "Geen contact.", ("P1",))


def content(**changes):
    facts = {name: changes.pop(name) for name in list(changes) if hasattr(FACTS, name)}
    whole = OrderContent(
        replace(FACTS, **facts),
        SUBJECT,
        (PROTECTED,),
        (area_ban(), CONTACT_BAN),
        court="Rechtbank Midden-Nederland",
        supervision=Supervision("RN-MN", "A. Bakker", "+31301234567"),
        police_unit="POL-MN",
        prosecution="OM-MN",
    )
    return replace(whole, **changes)


WITH_CONTENT = object()


def message(version=1, kind="new", told=WITH_CONTENT, number="CJIB-2026-000123", **changes):
    told = content() if told is WITH_CONTENT else told
    digest = hashlib.sha256(json.dumps([version, kind, number, repr(told), repr(changes)]).encode()).hexdigest()
    fields = {"effective_at": None, "raw": {"messageId": f"M-{version}"}} | changes
    return Registration(number, version, MessageKind(kind), content=told, digest=digest, **fields)


def noise():
    """Orders of other people, at other places."""
    for place, (surname, bsn) in enumerate((("Jansen", "999993653"), ("Bakker", "999992351"), ("Smit", "999990792"))):
        subject = replace(SUBJECT, surname=surname, bsn=bsn, skn=f"765432{place}", addresses=(), phones=(), plates=())
        protected = replace(PROTECTED, surname=f"{surname}beschermd", addresses=(), phones=())
        wire = {"type": "Circle", "center": [4.48 + place / 10, 51.92], "radiusM": 150}
        told = content(subject=subject, protected=(protected,), conditions=(area_ban(wire=wire), CONTACT_BAN))
        yield message(told=told, number=f"NOISE-{place}")


def named(shared, text, born_on=None):
    """The numbers of the orders that name somebody who is found by this name now."""
    with shared.database.reading() as session:
        hits = service.name_index(session).search(NameQuery(text, born_on)).hits
        query = (
            select(Order.number)
            .join(OrderParty, OrderParty.order_id == Order.id)
            .join(PartyName, PartyName.party_id == OrderParty.id)
        )
        return set(session.scalars(query.where(PartyName.number.in_([hit.party for hit in hits]))))


def zones_near(session, lat_deg, lon_deg, radius_m):
    return service.zones_near(session, service.Around(lat_deg, lon_deg, radius_m, NOW.date())).found


def sender(organisation):
    return Actor(None, organisation.id, OrganisationKind.CJIB, frozenset(), "tester", "unit", "role", Purpose.INTAKE)
