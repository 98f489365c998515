"""What a dispatcher reads out to the officers: status, powers, conditions and persons of an order, as on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from registry.dispatch import origin
from registry.dispatch.powers import no_power, powers
from registry.dispatch.reading import OrderNow
from registry.dispatch.rows import ConditionRow
from registry.dispatch.rules import Evidence, Match, Relation
from registry.http.fields import camel
from registry.law import LawTable, UnknownRegime
from registry.orders.force.period import zone_of
from registry.orders.force.standing import judged_on
from registry.orders.force.status import StatusAt
from registry.orders.force.wording import reasons_nl
from registry.orders.register.content import Party
from registry.orders.register.exceptions import exception_nl
from registry.orders.rules import Current, OrderStatus, PartyRole
from registry.orders.shielding import Shield, shield_of

Wire = dict[str, Any]

_IDENTITY_NL = "Identiteit staat niet vast: eerst controleren."
_SUBJECT_NL = "De beschermde is herkend; de identiteit van de gebondene staat niet vast: eerst controleren."

_RELATIONS_NL = {
    Relation.BOUND_BY: "gebonden door dit bevel",
    Relation.PROTECTED_BY: "beschermd door dit bevel",
    Relation.PLACE: "plaats waarvoor dit bevel geldt",
}
_STATUS_NL = {
    OrderStatus.IN_FORCE: "Geldig",
    OrderStatus.NOT_YET: "Nog niet ingegaan",
    OrderStatus.NOT_SERVED: "Nog niet betekend",
    OrderStatus.SUSPENDED: "Geschorst",
    OrderStatus.PAUSED: "De termijn staat stil",
    OrderStatus.UNCONFIRMED: "Niet recent bevestigd",
    OrderStatus.EXPIRED_VERIFY: "Verlopen, te verifiëren bij de bron",
    OrderStatus.ENDED: "Geëindigd",
}
_NOT_MONITORED_NL = {
    "no_zone": "Niet gevolgd: er is geen gebied bij deze voorwaarde.",
    "address_not_located": "Niet gevolgd: het adres van het gebied is niet op de kaart gevonden.",
    "zone_unreadable": "Niet gevolgd: het aangeleverde gebied is onleesbaar.",
    "schedule_unreadable": "Niet gevolgd: de aangeleverde tijden zijn onleesbaar.",
}


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order as it stands, and whether protected persons may be shown."""

    order: OrderNow
    law: LawTable
    now: datetime
    is_protected_shown: bool

    @property
    def today(self) -> date:
        """The day in the time zone of the order."""
        facts = self.order.current.facts
        return self.now.astimezone(zone_of(facts.time_zone if facts else "Europe/Amsterdam")).date()


@dataclass(frozen=True, slots=True)
class Shown(ShownOrder):
    """An order that was found, and why."""

    match: Match


@dataclass(frozen=True, slots=True)
class Opened:
    """The parties of an order, opened once, and the shield over what its sender wrote.

    A judgment may name the street: its words are shielded to all, for the address has a request of its own.
    """

    parties: tuple[Party, ...]
    shield: Shield

    @classmethod
    def of(cls, order: OrderNow) -> Opened:
        """Open them."""
        parties = tuple(each.open() for each in order.parties)
        return cls(parties, shield_of(parties, is_open=False))

    def of_role(self, role: PartyRole) -> list[Party]:
        """Those who are bound, or protected."""
        return [each for each in self.parties if each.role is role]


def hit_wire(shown: Shown) -> Wire:
    """One order of the answer: why it was found, and everything about it that a dispatcher needs."""
    opened = Opened.of(shown.order)
    whole, found, named = order_wire(shown, opened), _match(shown.match), opened.shield.named
    matched = {(each.relation, named(each.reference)) for each in shown.match.evidence}
    for each in whole["protected"]:
        each["matched"] = (Relation.PROTECTED_BY, each["reference"]) in matched
    return whole | found | {"matchedOn": named(found["matchedOn"])}


def order_wire(shown: ShownOrder, opened: Opened) -> Wire:
    """Everything about an order that a dispatcher needs, however it was come by."""
    shield = opened.shield
    order, today = shown.order, shown.today
    regime_nl, called_nl = _regime_nl(shown.law, order, today)
    in_force = order.status.status is OrderStatus.IN_FORCE
    return {
        "orderId": order.id,
        "orderNumber": order.number,
        "regime": order.regime,
        "regimeNl": regime_nl,
        "person": next((_person(each, called_nl) for each in opened.of_role(PartyRole.SUBJECT)), None),
        "protected": shield.named(
            [_protected(each, is_shown=shown.is_protected_shown) for each in opened.of_role(PartyRole.PROTECTED)]
        ),
        "status": _status(order.status),
        "gaps": _gaps(order.current),
        "conditions": [_condition(each, order.current, shield) for each in order.conditions],
        "powers": powers(shown.law, order.regime, order.told.get("ground"), today) if in_force else no_power(),
        "contacts": shield.named(_contacts(order.told)),
        **_decision(order.told, shield),
        "source": origin.source(shown.law, order, today),
        "provisional": origin.provisional(order),
        "confirmations": order.confirmations,
    }


def _decision(told: Mapping[str, Any], shield: Shield) -> Wire:
    """What the sender asks and the judgment sets that an officer at the door must know."""
    youth = told.get("youth_supervision")
    return {
        "requestedPoliceAction": shield(told.get("requested_police_action")),
        "remark": shield(told.get("remark")),
        "knownOn": told.get("known_on"),
        "serviceHow": told.get("service_how"),
        "youthSupervision": youth and {camel(name): shield.named(value) for name, value in youth.items()},
    }


def _condition(condition: ConditionRow, current: Current, shield: Shield) -> Wire:
    facts = current.facts
    zone = zone_of(facts.time_zone if facts else "Europe/Amsterdam")
    because, told = condition.not_monitored_because, condition.told
    return {
        "reference": shield.named(condition.reference),
        "type": condition.type.value,
        "textNl": shield.named(condition.sentence_nl(facts.ends_on if facts else None)),
        "monitored": condition.is_monitored,
        "notMonitoredNl": None if because is None else _NOT_MONITORED_NL.get(because, "Niet gevolgd."),
        "exceptionsNl": [
            *_leave_nl(condition, zone),
            *(exception_nl(each, zone) for each in told.get("exceptions") or ()),
        ],
        "verbatim": shield(told["text"]),
    }


def _leave_nl(condition: ConditionRow, zone: ZoneInfo) -> list[str]:
    """Leave that he has now comes first: whoever meets him there must not take it for a breach."""
    until = condition.leave_until
    return [] if until is None else [f"Ontheffing: geldt nu niet, tot {until.astimezone(zone):%d-%m-%Y %H:%M}."]


def _match(match: Match) -> Wire:
    """By what an order was found, and how sure it is who that is."""
    leading = match.leading
    return {
        "relation": leading.relation.value,
        "relationNl": _RELATIONS_NL[leading.relation],
        "matchedOn": [_found(evidence) | each for evidence in match.evidence for each in _findings(evidence)],
        "score": round(match.score, 2),
        "identityEstablished": leading.is_established,
        "identityWarning": _warning(match),
    }


def _found(evidence: Evidence) -> Wire:
    return {"relation": evidence.relation.value, "reference": evidence.reference}


def _findings(evidence: Evidence) -> list[Wire]:
    return [
        {
            "field": each.field.value,
            "how": each.how_nl,
            "agrees": each.agrees,
            "score": None if each.score is None else round(each.score, 2),
        }
        for each in evidence.findings
    ]


def _warning(match: Match) -> str | None:
    """Knowing the protected person for sure does not tell who stands before the officer."""
    if not match.leading.is_established:
        return _IDENTITY_NL
    bound = any(each.is_established and each.relation is Relation.BOUND_BY for each in match.evidence)
    return None if bound else _SUBJECT_NL


def _status(status: StatusAt) -> Wire:
    """The status now, since and until when, and why."""
    return {
        "code": status.status.value,
        "textNl": _STATUS_NL[status.status],
        "since": status.since,
        "until": status.until,
        "endedAt": status.since if status.status is OrderStatus.ENDED else None,
        "reasonsNl": reasons_nl(status.reasons),
        "toBeVerified": status.to_be_verified,
    }


def _gaps(current: Current) -> Wire | None:
    """The messages of the order that were never received."""
    return {"missing": current.missing, "versions": list(current.gaps)} if current.missing else None


def _regime_nl(law: LawTable, order: OrderNow, on: date) -> tuple[str, str]:
    """What the regime is called, and what it calls the person it binds; of a release (v.i.) as of the judgment."""
    facts = order.current.facts
    try:
        known = law.regime(order.regime or "", on, judged_on(order.told, facts, law) if facts else None)
    except UnknownRegime:
        return "grondslag onbekend", "betrokkene"
    return known.name_nl, known.subject_nl


def _contacts(read: Mapping[str, Any]) -> Wire:
    """Whom to call, as the sender gave it."""
    supervision = read.get("supervision") or {}
    return {
        "supervision": {
            "organisation": supervision.get("organisation"),
            "contactName": supervision.get("contact_name"),
            "phone": supervision.get("phone"),
        },
        "policeUnit": read.get("police_unit"),
        "prosecution": read.get("prosecution"),
    }


def _person(party: Party, called_nl: str) -> Wire:
    """The person who is bound."""
    return {"calledNl": called_nl, "name": name_of(party), "birthDate": _born(party), "minor": party.minor}


def _protected(party: Party, *, is_shown: bool) -> Wire:
    """A protected person or institution; who it is only to those who may know."""
    return {
        "reference": party.reference,
        "kind": party.kind,
        "minor": party.minor,
        "name": name_of(party) if is_shown else None,
        "birthDate": _born(party) if is_shown else None,
    }


def _born(party: Party) -> str | None:
    return str(party.birth_date) if party.birth_date else None


def name_of(party: Party) -> str | None:
    """A name as people say it: 'Jan Pieter van den Berg'."""
    surname, prefix = party.surname, party.prefix
    if not surname:
        surname, prefix = party.partner_surname, party.partner_prefix
    said = " ".join(part for part in (party.given_names or party.initials, prefix, surname) if part)
    return party.name or said or next(iter(party.aliases), None)
