"""The order object of a message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from registry.intake.layouts import Layouts
from registry.intake.parsing import conditions, decision, parties
from registry.intake.parsing.reader import LONGEST_TEXT, Reader
from registry.intake.rules import Checks
from registry.law.rules import RegimeCode
from registry.orders.force.period import zone_of
from registry.orders.naming.identifiers import parse_case_number, parse_ecli, parse_of_form
from registry.orders.register.content import OrderContent, Party, Supervision
from registry.orders.rules import OrderFacts

DEFAULT_TIME_ZONE = "Europe/Amsterdam"
_MOMENT = timedelta(microseconds=1)
_REGIMES = frozenset(each.value for each in RegimeCode)


def regime(order: Reader) -> str | None:
    """The code of the legal basis; without one that is known an order cannot be shown for what it is."""
    text = order.text("regime")
    if text is None:
        order.warn("regime_missing", "regime")
        return None
    code = text.upper().replace("-", "_").replace(" ", "_")
    if code not in _REGIMES:
        order.warn("regime_unknown", "regime")
        return None
    return code


def subject(order: Reader, forms: Layouts) -> Party | None:
    """The person bound by the order, as far as he was named."""
    given = order.child("subject")
    party = parties.subject(given, forms) if given else None
    if party is None or not party.recognisable:
        order.warn("subject_unrecognisable", "subject")
    return party


def time_zone(order: Reader) -> str:
    """The time zone that the dates of the order are in."""
    text = order.text("timeZone") or DEFAULT_TIME_ZONE
    try:
        zone_of(text)
    except (LookupError, ValueError, OSError):
        order.warn("time_zone_unknown", "timeZone")
        return DEFAULT_TIME_ZONE
    return text


def content(order: Reader, code: str, bound: Party, checks: Checks) -> OrderContent:
    """The whole order, once it is known on what basis it stands and whom it binds."""
    service = decision.service(order)
    facts = _facts(order, code, service)
    read = OrderContent(
        facts=facts,
        subject=bound,
        protected=parties.protected(order, checks.layouts),
        conditions=conditions.conditions(order, facts.time_zone),
        judged_on=order.day("judgedOn"),
        ground=(order.text("ground") or "").casefold() or None,
        **_numbers(order, checks.layouts),
        court=order.text("court"),
        served_in_person=service.in_person,
        service_how=service.how,
        known_on=service.known_on,
        renewals=facts.renewals,
        prosecution_started_on=order.day("prosecutionStartedOn"),
        breach_penalty=decision.breach_penalty(order),
        ankle_monitor=decision.ankle_monitor(order),
        youth_supervision=decision.supervision(order, "youthSupervision"),
        case_director=decision.supervision(order, "caseDirector"),
        risk=decision.risk(order),
        remark=order.text("remark", longest=LONGEST_TEXT),
        requested_police_action=order.text("requestedPoliceAction", longest=LONGEST_TEXT),
        supervision=decision.supervision(order, "supervision") or Supervision(),
        police_unit=order.text("policeUnit"),
        prosecution=order.text("prosecution"),
        raw=order.value,
    )
    order.close()
    return read


def _facts(order: Reader, code: str, service: decision.Service) -> OrderFacts:
    """What the status rests on. An end that is told and cannot be read is not the same as no end."""
    zone_name = time_zone(order)
    zone = zone_of(zone_name)
    starts_on, starts_at = _moment(order, "starts", zone, is_end=False)
    ends_on, ends_at = _moment(order, "ends", zone, is_end=True)
    return OrderFacts(
        regime=code,
        decided_on=order.day("decidedOn"),
        starts_on=starts_on,
        ends_on=ends_on,
        immediately_enforceable=order.flag("immediatelyEnforceable"),
        imposed_in_presence=order.flag("imposedInPresence"),
        served_on=service.served_on,
        final_on=order.day("finalOn"),
        time_zone=zone_name,
        end_unreadable=ends_on is None and (order.tells("endsOn") or order.tells("endsAt")),
        renewals=decision.renewals(order),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _moment(order: Reader, name: str, zone: ZoneInfo, *, is_end: bool) -> tuple[date | None, datetime | None]:
    """The first or last day, and the instant in it; an instant that lies on another day than told is not used.

    An end at 00:00 is the end of the day before.
    """
    day, at = order.day(f"{name}On"), order.instant(f"{name}At", zone)
    if at is None:
        return day, None
    own = (at - (_MOMENT if is_end else timedelta(0))).astimezone(zone).date()
    if day is not None and day != own:
        order.warn("instant_not_on_day", f"{name}At")
        return day, None
    return own, at


def _numbers(order: Reader, forms: Layouts) -> dict[str, str | None]:
    """The numbers under which courts and police know the case."""
    case_number = partial(parse_case_number, pattern=forms.case_number)
    appeal_number = partial(parse_of_form, pattern=forms.appeal_number, called_nl="rolnummer")
    incident_number = partial(parse_of_form, pattern=forms.incident_number, called_nl="BVH-nummer")
    return {
        "case_number": _form(order, "caseNumber", case_number, "case_number_unreadable"),
        "appeal_number": _form(order, "appealNumber", appeal_number, "appeal_number_unreadable"),
        "incident_number": _form(order, "incidentNumber", incident_number, "incident_number_unreadable"),
        "ecli": _form(order, "ecli", parse_ecli, "ecli_unreadable"),
    }


def _form(order: Reader, name: str, parse: Callable[[str], str], code: str) -> str | None:
    """A number in its own form, or as it was delivered."""
    text = order.text(name)
    return None if text is None else order.tried(text, name, parse, code) or text
