"""The fictional orders: the messages that the CJIB and another sender deliver, counted from the day of the first start.

The same day gives the same messages, so that sending them again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.demo import examples
from registry.demo.people import PROTECTED, SUBJECTS
from registry.demo.wearers import BY_ID, Wearer

Message = dict[str, Any]

_EXAMPLE = examples.request("deliveriesCreateDelivery")["order"]
_CONTACT_BAN: dict[str, Any] = {name: one for name, one in _EXAMPLE["conditions"][0].items() if name != "exceptions"}
_AREA_BAN: dict[str, Any] = _EXAMPLE["conditions"][1]
_SHARED = ("immediatelyEnforceable", "finalOn", "imposedInPresence", "timeZone", "requestedPoliceAction")
_NETHERLANDS_MIDDLE = {name: _EXAMPLE[name] for name in ("court", "policeUnit", "prosecution", "supervision")}
_ROTTERDAM = {
    "court": "Rechtbank Rotterdam",
    "policeUnit": "POL-RT",
    "prosecution": "OM-RT",
    "supervision": {"organisation": "RN-RT", "contactName": "Piket reclassering Rotterdam", "phone": "+31100000001"},
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """An order: its last three digits, the regime, who, where, from and until how many days around the first day."""

    number: int
    regime: str
    subject: str
    protects: Sequence[str]
    days: tuple[int, int | None]
    wearer: str | None = None
    in_rotterdam: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    then: Sequence[str] = ()


_PENALTY: dict[str, Any] = {"penaltyPerBreach": {"each": {"amount": 14, "unit": "day"}}}
_PLANS = (
    _Plan(102, "SVH", "yildiz", ("bakker", "child", "school"), (-14, 60), "B"),
    _Plan(103, "VI", "jansen", ("hoek",), (-60, 400), "C", more={"judgedOn": -1500}),
    _Plan(104, "VV", "martina", ("santos",), (-90, 640), "D", in_rotterdam=True),
    _Plan(105, "SVH", "groot", ("peters",), (-7, 83), "E", in_rotterdam=True),
    _Plan(106, "GVM", "amrani", ("santos",), (-200, 530), "F", in_rotterdam=True, more=_PENALTY),
    _Plan(107, "GDA", "vries", ("bakker",), (-10, 79), more={"ground": "b"}),
    _Plan(108, "VBM", "dekker", ("peters",), (-100, 900), in_rotterdam=True, more={"finalOn": -85, **_PENALTY}),
    _Plan(109, "HV", "visser", ("peters",), (-2, 7), in_rotterdam=True),
    _Plan(110, "CIV", "smit", ("hoek",), (-40, 325)),
    _Plan(111, "VV", "kaya", ("bakker",), (-50, 680), then=("suspension",)),
    _Plan(112, "VV", "brouwer", ("vos",), (-400, 300), then=("end",)),
    _Plan(113, "VV", "wit", ("santos",), (-800, -5), in_rotterdam=True),
    _Plan(114, "VV", "mulder", ("hoek",), (-20, 710), then=("", "change")),
    _Plan(115, "VV", "postma", ("santos",), (-3, 727), in_rotterdam=True,
          more={"imposedInPresence": False, "service": None}),
)  # fmt: skip
_OTHER_SENDER = frozenset({"HV", "CIV"})


def messages(first_on: date, *, of_cjib: bool) -> list[Message]:
    """Return what the CJIB, or else the other sender, delivers in the order in which it was sent."""
    planned = [plan for plan in _PLANS if (plan.regime not in _OTHER_SENDER) is of_cjib]
    return [
        *([example(first_on)] if of_cjib else []),
        *(one for plan in planned for one in _told(plan, first_on)),
    ]


def example(first_on: date) -> Message:
    """Return the first order: the example of the API description, with its days counted from the first."""
    starts_on, ends_on = (str(first_on + timedelta(days)) for days in (-30, 700))
    service = {"servedOn": starts_on, "knownOn": starts_on}
    days = {"decidedOn": starts_on, "startsOn": starts_on, "endsOn": ends_on, "service": service}
    message: Message = examples.request("deliveriesCreateDelivery", sentAt=f"{first_on}T06:01:00Z", order=days)
    return message


def order_number(number: int) -> str:
    """Return the order number of a plan.

    >>> order_number(101)
    'CJIB-2026-900101'
    """
    return f"CJIB-2026-900{number}"


def _told(plan: _Plan, first_on: date) -> list[Message]:
    first = _message(plan, 1, "new", first_on)
    later = enumerate(plan.then, start=2)
    return [first, *(_message(plan, version, kind, first_on) for version, kind in later if kind)]


def _message(plan: _Plan, version: int, kind: str, first_on: date) -> Message:
    return {
        "messageId": f"DEMO-{plan.number}-{version}",
        "orderNumber": order_number(plan.number),
        "version": version,
        "kind": kind,
        "sentAt": f"{first_on}T06:0{version}:00Z",
        "effectiveAt": None,
        "order": _order(plan, first_on),
    }


def _order(plan: _Plan, first_on: date) -> dict[str, Any]:
    starts_on, ends_on = (None if days is None else str(first_on + timedelta(days)) for days in plan.days)
    more = {
        name: str(first_on + timedelta(value)) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in plan.more.items()
    }
    wearer = BY_ID[plan.wearer] if plan.wearer else None
    references = [f"P{number}" for number in range(1, len(plan.protects) + 1)]
    return {name: _EXAMPLE[name] for name in _SHARED} | {
        "regime": plan.regime,
        "ground": None,
        "caseNumber": f"{10 if plan.in_rotterdam else 16}/900{plan.number}-26",
        "ecli": None,
        "decidedOn": starts_on,
        "startsOn": starts_on,
        "endsOn": ends_on,
        "service": {"servedOn": starts_on, "inPerson": True},
        **(_ROTTERDAM if plan.in_rotterdam else _NETHERLANDS_MIDDLE),
        "subject": SUBJECTS[plan.subject],
        "protected": [
            PROTECTED[name] | {"reference": reference}
            for reference, name in zip(references, plan.protects, strict=True)
        ],
        "conditions": [_contact_ban(references), *([_area_ban(wearer, references)] if wearer else [])],
        **more,
    }


def _contact_ban(references: Sequence[str]) -> dict[str, Any]:
    return _CONTACT_BAN | {"protects": list(references)}


def _area_ban(wearer: Wearer, references: Sequence[str]) -> dict[str, Any]:
    return _AREA_BAN | {"protects": [references[0]], "zone": _AREA_BAN["zone"] | {"shape": dict(wearer.shape)}}
