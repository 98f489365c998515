"""An order on the wire: what identifies who is protected only for who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from registry.http.fields import camel, format_instant
from registry.law import LawTable, UnknownRegime
from registry.orders.decision_showing import decision, exceptions, risk_markers
from registry.orders.force.period import zone_of
from registry.orders.force.provisional import Provisional
from registry.orders.force.standing import judged_on, measures
from registry.orders.force.status import StatusAt
from registry.orders.force.wording import reasons_nl
from registry.orders.models import Detention, Exemption, OrderVersion, SubjectLinkRecord, ZoneRecord
from registry.orders.register.content import Party
from registry.orders.register.persons import DIVIDED, SHARED
from registry.orders.register.views import ConditionView, PartyView, View
from registry.orders.rules import PartyRole
from registry.orders.shielding import Shield, shield_of

Wire = dict[str, Any]

_IDENTITY = (
    *("name", "skn", "bsn", "v_number", "surname", "prefix", "given_names", "initials"),
    *("partner_surname", "partner_prefix", "aliases", "sex", "no_fixed_abode", "phones", "plates"),
)
_ADDRESS = ("postcode", "house_number", "suffix", "street", "city", "bag_id")
_FACTS = ("decided_on", "immediately_enforceable", "imposed_in_presence", "served_on", "final_on", "time_zone")
_TOLD = ("ground", "case_number", "appeal_number", "incident_number", "ecli", "court", "police_unit", "prosecution")
_DOUBTS_NL = {
    SHARED: "Iemand anders staat onder hetzelfde nummer: deze detentie telt niet mee tot is bevestigd van wie zij is.",
    DIVIDED: "Gemeld van iemand die twee personen bleek: deze detentie telt niet mee tot is bevestigd van wie zij is.",
}
_DATES = ("decided_on", "starts_on", "ends_on", "served_on", "final_on")


def line(view: View, status: StatusAt) -> Wire:
    """An order in a list."""
    facts = view.facts
    return {
        "id": view.order.id,
        "number": view.order.number,
        "regime": facts.regime if facts else None,
        "version": view.current.version,
        "status": status_shown(status),
        "startsOn": facts.starts_on if facts else None,
        "endsOn": facts.ends_on if facts else None,
        "provisional": _entry(status.case.entry),
    }


def _entry(entry: Provisional | None) -> Wire | None:
    """That an order was entered ahead of the CJIB's message, until when that stands, and what took its place."""
    if entry is None:
        return None
    return {
        "enteredBy": entry.entered_by,
        "instructedBy": entry.instructed_by,
        "enteredAt": format_instant(entry.entered_at),
        "expiresAt": format_instant(entry.expires_at),
        "replacedByNumber": entry.replaced_by_number,
    }


def whole(view: View, status: StatusAt, versions: Iterable[OrderVersion], *, opened: bool) -> Wire:
    """An order with all that is known of it; `opened` shows who is protected, and where."""
    return {
        **line(view, status),
        **regime_named(view, measures().law),
        **content(view, opened=opened),
        "missingVersions": view.current.gaps,
        "missingCount": view.current.missing,
        "versions": [_version(each) for each in versions],
    }


def content(view: View, *, opened: bool) -> Wire:
    """What one version of an order tells."""
    told = view.told
    supervision = told.get("supervision")
    zone_name = view.facts.time_zone if view.facts else None
    shield = shield_of((each.open() for each in view.parties), is_open=opened)
    return {
        **{camel(name): getattr(view.facts, name, None) for name in ("regime", "starts_on", "ends_on")},
        **{camel(name): getattr(view.facts, name, None) for name in _FACTS},
        **{camel(name): _instant(getattr(view.facts, name, None)) for name in ("starts_at", "ends_at")},
        **{camel(name): shield.named(told.get(name)) for name in _TOLD},
        **decision(told, shield),
        "supervision": supervision and {camel(name): shield.named(value) for name, value in supervision.items()},
        "parties": [_party(each, shield, opened=opened) for each in view.parties],
        "conditions": [
            _condition(each, shield) | {"exceptions": exceptions(each.row.content, zone_name, shield)}
            for each in view.conditions
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)


def status_shown(status: StatusAt) -> Wire:
    """A status with its reasons in Dutch."""
    texts = reasons_nl(status.reasons)
    return {
        "code": status.status.value,
        "since": status.since and format_instant(status.since),
        "until": status.until and format_instant(status.until),
        "toBeVerified": status.to_be_verified,
        "reasons": [
            {"code": reason.code, "text": text, "source": reason.source}
            for reason, text in zip(status.reasons, texts, strict=True)
        ],
    }


def regime_named(view: View, law: LawTable) -> Wire:
    """What the law calls the regime, and the person it binds; of a release (v.i.) the law of the judgment."""
    current = view.current
    facts = current.facts
    names: Wire = {"regimeName": None, "subjectTerm": None, "legalBasis": None}
    if facts is None:
        return names
    received_on = current.first_recorded_at.astimezone(zone_of(facts.time_zone)).date()
    try:
        on = facts.decided_on or facts.starts_on or received_on
        regime = law.regime(facts.regime, on, judged_on(view.told, facts, law))
    except UnknownRegime:
        return names
    basis = {
        "articles": regime.legal_basis,
        "validFrom": regime.valid_from,
        "validUntil": regime.valid_until,
        "source": regime.source,
    }
    return {"regimeName": regime.name_nl, "subjectTerm": regime.subject_nl, "legalBasis": basis}


def _party(each: PartyView, shield: Shield, *, opened: bool) -> Wire:
    party = each.open()
    return {
        "id": each.row.id,
        "personId": each.person_id,
        "role": party.role.value,
        "reference": shield.named(party.reference),
        "kind": party.kind,
        "minor": party.minor,
        "riskMarkers": risk_markers(party.risk_markers, shield),
        "identity": _identity(party, shield) if opened or party.role is PartyRole.SUBJECT else None,
    }


def _identity(party: Party, shield: Shield) -> Wire:
    shown: Wire = {camel(name): getattr(party, name) for name in _IDENTITY}
    shown["aliases"] = shield.named(party.aliases)
    shown["birthDate"] = None if party.birth_date is None else str(party.birth_date)
    shown["addresses"] = [{camel(name): getattr(one, name) for name in _ADDRESS} for one in party.addresses]
    return shown


def _condition(each: ConditionView, shield: Shield) -> Wire:
    row, told = each.row, each.row.content
    return {
        "id": row.id,
        "reference": shield.named(row.reference),
        "type": row.type,
        "summary": shield.named(each.sentence_nl()),
        "text": shield(told["text"]),
        "protects": shield.named(told["protects"]),
        "startsOn": row.starts_on,
        "endsOn": row.ends_on,
        "electronicMonitoring": told["electronic_monitoring"],
        "monitored": row.is_monitored,
        "notMonitoredBecause": row.not_monitored_because,
        "zone": None if each.zone is None else _zone(each.zone, opened=shield.is_open),
    }


def _zone(zone: ZoneRecord, *, opened: bool) -> Wire:
    told = zone.geometry
    widths = {"bufferM": told["buffer_m"], "warningM": told.get("warning_m", 0.0)}
    geometry = {"shape": told["shape"], "crs": told["crs"], **widths, "found": told["judged"]}
    return {
        "id": zone.id,
        "kind": zone.kind,
        "schedule": _schedule(told["schedule"]),
        "geometry": geometry if opened else None,
    }


def _schedule(told: Mapping[str, Any] | None) -> Wire | None:
    """Days and times only: what else a sender wrote beside them may tell more than it should."""
    if told is None:
        return None
    return {
        "weekly": [{name: each[name] for name in ("days", "from", "until")} for each in told.get("weekly") or ()],
        "exceptions": [{name: each[name] for name in ("from", "until")} for each in told.get("exceptions") or ()],
    }


def _version(version: OrderVersion) -> Wire:
    return {
        "id": version.id,
        "version": version.version,
        "kind": version.kind,
        "recordedAt": format_instant(version.recorded_at),
        "effectiveAt": version.effective_at and format_instant(version.effective_at),
    }


def recorded(version: OrderVersion) -> Wire:
    """A version with its legal dates."""
    return {
        **_version(version),
        **{camel(name): getattr(version, name) for name in ("has_content", "regime", *_DATES)},
        "digest": version.content_hash.hex(),
        "lawHash": version.law_hash,
    }


def link(asked: SubjectLinkRecord) -> Wire:
    """A merge or split that a message asked for."""
    return {
        "version": asked.version,
        "kind": asked.kind,
        "linkedNumber": asked.linked_number,
        "recordedAt": format_instant(asked.recorded_at),
    }


def detention(row: Detention, codes: Mapping[UUID, str]) -> Wire:
    """A detention as it was recorded, by which organisation, and whether it gave way since."""
    return {
        "id": row.id,
        "personId": row.person_id,
        "kind": row.kind,
        "fromAt": format_instant(row.from_at),
        "untilAt": row.until_at and format_instant(row.until_at),
        "source": row.source,
        "recordedAt": format_instant(row.recorded_at),
        "recordedBy": codes.get(row.recorded_by_org_id) if row.recorded_by_org_id else None,
        "replacedAt": row.replaced_at and format_instant(row.replaced_at),
        "replacedBecause": row.replaced_because,
        "replacedBy": codes.get(row.replaced_by_org_id) if row.replaced_by_org_id else None,
        "replacementId": row.replaced_by_id,
        "doubt": row.doubt and {"code": row.doubt, "text": _DOUBTS_NL[row.doubt]},
    }


def exemption(row: Exemption, codes: Mapping[UUID, str]) -> Wire:
    """An exemption as it was recorded, and whether it was withdrawn since."""
    return {
        "id": row.id,
        "orderId": row.order_id,
        "condition": row.condition_reference,
        "kind": row.kind,
        "from": format_instant(row.from_at),
        "until": format_instant(row.until_at),
        "source": row.source,
        "recordedAt": format_instant(row.recorded_at),
        "recordedBy": codes.get(row.recorded_by_org_id),
        "endsAt": row.ends_at and format_instant(row.ends_at),
        "withdrawnAt": row.withdrawn_at and format_instant(row.withdrawn_at),
        "withdrawnBy": codes.get(row.withdrawn_by_org_id) if row.withdrawn_by_org_id else None,
    }
