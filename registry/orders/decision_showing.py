"""What a decision says beside its conditions, on the wire: service, renewals, penalties, monitor and supervision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from registry.http.fields import camel, format_instant
from registry.orders.force.period import zone_of
from registry.orders.register.content import RiskMarker
from registry.orders.register.exceptions import exception_nl
from registry.orders.shielding import Shield

Wire = dict[str, Any]
Told = Mapping[str, Any]


def decision(told: Told, shield: Shield) -> Wire:
    """What the sender told of the decision; a version recorded before these fields were known has none of them."""
    monitor, youth, director = told.get("ankle_monitor"), told.get("youth_supervision"), told.get("case_director")
    risk = told.get("risk")
    return {
        "servedInPerson": told.get("served_in_person"),
        "serviceHow": told.get("service_how"),
        "knownOn": told.get("known_on"),
        "judgedOn": told.get("judged_on"),
        "renewals": told.get("renewals"),
        "prosecutionStartedOn": told.get("prosecution_started_on"),
        "penaltyPerBreach": told.get("breach_penalty"),
        "ankleMonitor": monitor and {**monitor, "reason": shield(monitor["reason"])},
        "youthSupervision": youth and {camel(name): shield.named(value) for name, value in youth.items()},
        "caseDirector": director and {camel(name): shield.named(value) for name, value in director.items()},
        "risk": risk and {camel(name): shield.named(value) for name, value in risk.items()},
        "requestedPoliceAction": shield(told.get("requested_police_action")),
        "remark": shield(told.get("remark")),
    }


def risk_markers(markers: Iterable[RiskMarker], shield: Shield) -> list[Wire]:
    """What an officer must know before meeting the subject."""
    return [{"kind": each.kind.value, "text": shield(each.text)} for each in markers]


def exceptions(condition: Told, time_zone: str | None, shield: Shield) -> list[Wire]:
    """What a condition leaves open."""
    zone = zone_of(time_zone or "Europe/Amsterdam")
    return [
        {
            "kind": each["kind"],
            "summary": exception_nl(each, zone),
            "text": shield(each["text"]),
            "weekly": each["windows"],
            "from": _instant(each["from_at"]),
            "until": _instant(each["until_at"]),
            "timesUnreadable": each["times_unreadable"],
        }
        for each in condition.get("exceptions") or ()
    ]


def _instant(sealed: str | None) -> str | None:
    return format_instant(datetime.fromisoformat(sealed)) if sealed else None
