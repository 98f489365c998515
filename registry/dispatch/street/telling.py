"""A briefing on the wire: the order as a lookup shows it, with what officers need at the door beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry.dispatch.briefing import Opened, ShownOrder, order_wire
from registry.dispatch.disclosing import address_nl, addresses_held
from registry.dispatch.freshness import sources_told
from registry.dispatch.street import wording
from registry.dispatch.street.contacts import contacts_of
from registry.dispatch.wording import DELIVERED_NL, NOTICE_NL
from registry.enforcement.rules import BreachStatus
from registry.http.fields import camel
from registry.intake.keys import undelivered_matches
from registry.intake.overview import Expected
from registry.monitoring.whereabouts import Whereabouts
from registry.orders.models import Order
from registry.orders.register.content import Party
from registry.orders.rules import PartyRole
from registry.orders.shielding import Shield

Wire = dict[str, Any]

_OF_THE_ORDER = (
    *("orderId", "orderNumber", "regime", "regimeNl", "person", "status", "gaps", "conditions", "powers"),
    *("requestedPoliceAction", "source", "provisional", "confirmations"),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the order itself; the position is shown only to whoever may see positions."""

    where: Whereabouts
    is_position_shown: bool
    breaches: Mapping[BreachStatus, int]
    order: Order
    expected: Expected
    lookup_id: UUID | None = None


def told(session: Session, shown: ShownOrder, beside: Beside) -> Wire:
    """Everything of the one screen; texts ending in `Nl` are Dutch."""
    opened, order, now = Opened.of(shown.order), shown.order, shown.now
    whole, shield = order_wire(shown, opened), opened.shield
    waiting = undelivered_matches(session, (), [order.id])
    return {
        "briefedAt": now,
        **{name: whole[name] for name in _OF_THE_ORDER},
        "protected": [
            each | {"addressesNl": _addresses(session, shown, beside, party)}
            for each, party in zip(whole["protected"], opened.of_role(PartyRole.PROTECTED), strict=True)
        ],
        "served": _served(shown),
        "contacts": shield.named(contacts_of(session, beside.order, order.told, whole["powers"]["callNl"])),
        "risk": _risk(order.told.get("risk")),
        "ankleMonitor": _monitor(shown, beside),
        "breaches": _breaches(beside.breaches),
        "safetyNotes": [note for party in opened.of_role(PartyRole.SUBJECT) for note in _notes(party, shield)],
        "deliveredNotProcessed": waiting,
        "deliveredNotProcessedNl": DELIVERED_NL if waiting else None,
        "sources": sources_told(session, now, beside.expected),
        "notice": NOTICE_NL,
    }


def _addresses(session: Session, shown: ShownOrder, beside: Beside, party: Party) -> list[str] | None:
    """Only those that the question held which found the order; for any other there is a request with a reason."""
    held = addresses_held(session, beside.lookup_id, party) if shown.is_protected_shown else []
    return [address_nl(each) for each in held] or None


def _served(shown: ShownOrder) -> Wire:
    facts, sealed = shown.order.current.facts, shown.order.told
    served_on, how = facts.served_on if facts else None, sealed.get("service_how")
    in_person, known_on = sealed.get("served_in_person"), sealed.get("known_on")
    return {
        "servedOn": served_on,
        "how": how,
        "inPerson": in_person,
        "knownOn": known_on,
        "textNl": wording.served_nl(served_on, how, in_person, known_on),
    }


def _risk(risk: Mapping[str, Any] | None) -> Wire:
    named = ("level", "assessed_on", "instrument")
    return {camel(name): risk and risk.get(name) for name in named} | {"textNl": wording.risk_nl(risk)}


def _monitor(shown: ShownOrder, beside: Beside) -> Wire:
    monitor, where = shown.order.told.get("ankle_monitor") or {}, beside.where
    asked = [each.told["electronic_monitoring"] for each in shown.order.conditions]
    imposed, kind = True if any(asked) else monitor.get("imposed"), monitor.get("kind")
    age = None if where.at is None else max(shown.now - where.at, timedelta(0))
    text_nl = wording.monitor_nl(imposed=imposed, kind=kind, worn=where.is_worn)
    return {
        "imposed": imposed,
        "kind": kind,
        "worn": where.is_worn,
        "lastPositionAt": where.at,
        "lastPositionAgeS": None if age is None else int(age.total_seconds()),
        "inBannedZone": where.in_banned_zone,
        "textNl": f"{text_nl} {wording.position_nl(age, where.in_banned_zone)}" if where.is_worn else text_nl,
        "position": _position(where, where.at) if beside.is_position_shown else None,
    }


def _position(where: Whereabouts, at: datetime | None) -> Wire | None:
    fix = where.fix
    return (
        None if fix is None else {"at": at, "latDeg": fix.lat_deg, "lonDeg": fix.lon_deg, "accuracyM": fix.accuracy_m}
    )


def _breaches(counted: Mapping[BreachStatus, int]) -> Wire:
    return {each.value: number for each, number in counted.items()} | {"textNl": wording.breaches_nl(counted)}


def _notes(party: Party, shield: Shield) -> list[Wire]:
    return [
        {"kind": each.kind.value, "kindNl": wording.RISKS_NL[each.kind], "text": shield(each.text)}
        for each in party.risk_markers
    ]
