"""What the sender of a readable order should look at again; none of it stops the order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from geo.shapes import AreaShape, CircleShape, Shape
from registry.intake.findings import Finding, finding
from registry.intake.rules import Checks
from registry.law.durations import Penalty
from registry.law.periods import Length, Unit, holds
from registry.law.rules import Listing, Regime
from registry.law.starts import WaitsFor
from registry.orders.naming.free_text import Whereabouts, tells_address
from registry.orders.register.content import Amount, BreachPenalty, ConditionContent, OrderContent, PostalAddress
from registry.orders.rules import ConditionType, MessageKind

_NEEDS_ZONE = frozenset({ConditionType.AREA_BAN, ConditionType.LOCATION_BAN, ConditionType.LOCATION_DUTY})
_NEEDS_PROTECTED = frozenset({ConditionType.CONTACT_BAN, ConditionType.APPROACH_BAN})
_UNITS = {"day": Unit.DAY, "week": Unit.WEEK, "month": Unit.SV_MONTH}


def judged(content: OrderContent, kind: MessageKind, checks: Checks) -> Iterator[Finding]:
    """Everything about a readable order that the sender should look at again."""
    on = content.facts.decided_on or content.facts.starts_on or checks.received_on
    regime = checks.law.regime(content.facts.regime, on)
    if regime.by_judgment:
        yield from _judgment(content, regime)
        on = content.judged_on or on
        regime = checks.law.regime(content.facts.regime, on)
    if not holds(regime, on):
        yield finding("regime_not_on_date", "/order/regime")
    if regime.grounds and content.ground not in regime.grounds:
        yield finding("ground_unknown", "/order/ground")
    yield from _decision(content, regime, on, checks)
    yield from _duration(content, kind, regime, checks)
    yield from _renewals(content, kind, regime, on)
    yield from _service(content, regime)
    yield from _penalty(content.breach_penalty, regime.penalty)
    yield from _subject(content, regime, on)
    yield from _monitor(content)
    yield from _conditions(content, checks, on)
    yield from _addresses_in_text(content)


def _decision(content: OrderContent, regime: Regime, on: date, checks: Checks) -> Iterator[Finding]:
    """A decision that is not taken yet, or of which nobody can tell since when it works."""
    facts = content.facts
    if facts.decided_on and facts.decided_on > checks.received_on:
        yield finding("decision_in_future", "/order/decidedOn")
    wait = checks.law.start_wait(facts.regime, on, facts.decided_on, facts.served_on)
    if wait is None or wait.waits_for is not WaitsFor.FINALITY or facts.immediately_enforceable or facts.final_on:
        return
    if facts.immediately_enforceable is None and regime.at_once_source is None:
        yield finding("enforceability_unknown", "/order/immediatelyEnforceable")
    elif wait.earliest_on is None or checks.received_on >= wait.earliest_on:
        yield finding("finality_missing", "/order/finalOn")


def _judgment(content: OrderContent, regime: Regime) -> Iterator[Finding]:
    """A decision may rest on a judgment of years before, under another scheme; only a decision of then settles it."""
    if content.judged_on is None and regime.valid_until is None:
        yield finding("judgment_date_missing", "/order/judgedOn")
    elif content.judged_on and content.facts.decided_on and content.judged_on > content.facts.decided_on:
        yield finding("judgment_after_decision", "/order/judgedOn")


def _duration(content: OrderContent, kind: MessageKind, regime: Regime, checks: Checks) -> Iterator[Finding]:
    if content.facts.starts_on is None:
        yield finding("start_missing", "/order/startsOn")
    yield from _end(content, regime, checks, _times(content, kind))


def _times(content: OrderContent, kind: MessageKind) -> int | None:
    """How often the order was renewed; None when it was and nobody says how often."""
    if content.renewals is not None:
        return content.renewals
    return None if kind is MessageKind.EXTENSION else 0


def _renewals(content: OrderContent, kind: MessageKind, regime: Regime, on: date) -> Iterator[Finding]:
    renewals, times = regime.renewals, _times(content, kind)
    if regime.renewed_too_often(1 if times is None else times, is_minor=_is_minor(content, on)):
        yield finding("renewals_beyond_law", "/order/renewals")
    if renewals and renewals.needs_prosecution and times != 0 and content.prosecution_started_on is None:
        yield finding("prosecution_unknown", "/order/prosecutionStartedOn")


def _is_minor(content: OrderContent, on: date) -> bool:
    """Whether the subject is under age that day, as told, or else by birth."""
    subject = content.subject
    if subject.minor is not None:
        return subject.minor
    return subject.birth_date is not None and subject.birth_date.is_minor_on(on) is True


def _end(content: OrderContent, regime: Regime, checks: Checks, times: int | None) -> Iterator[Finding]:
    """An end date that is missing where the law sets a maximum, or that the law does not explain."""
    facts = content.facts
    start_on, end_on = facts.starts_on or facts.decided_on, facts.ends_on
    if end_on is None:
        if regime.max_duration and not facts.end_unreadable:
            yield finding("end_missing", "/order/endsOn")
        return
    if start_on is None:
        return
    usual = checks.law.usual_longest(facts.regime, start_on)
    if end_on < start_on:
        yield finding("end_before_start", "/order/endsOn")
    elif regime.exceeds_maximum(start_on, end_on, times=times):
        yield finding("duration_beyond_law", "/order/endsOn")
    elif regime.is_too_short(start_on, end_on):
        yield finding("duration_below_law", "/order/endsOn")
    elif times == 0 and regime.needs_own_ground(start_on, end_on):
        yield finding("duration_needs_ground", "/order/endsOn")
    elif usual and end_on > usual.last_day(start_on):
        yield finding("duration_unusual", "/order/endsOn")


def _service(content: OrderContent, regime: Regime) -> Iterator[Finding]:
    facts = content.facts
    needed = regime.needs_service(
        immediately_enforceable=facts.immediately_enforceable, imposed_in_presence=facts.imposed_in_presence
    )
    if needed and facts.served_on is None:
        yield finding("service_unknown", "/order/service/servedOn")
    if facts.decided_on is None:
        return
    for day, name in ((facts.served_on, "servedOn"), (content.known_on, "knownOn")):
        if day is not None and day < facts.decided_on:
            yield finding("service_before_decision", f"/order/service/{name}")


def _penalty(told: BreachPenalty | None, law: Penalty | None) -> Iterator[Finding]:
    if law is None:
        return
    each = _length(told.each) if told else None
    if told is None:
        yield finding("penalty_missing", "/order/penaltyPerBreach")
    elif each and not law.allows(each, _length(told.maximum) if told.maximum else None):
        yield finding("penalty_outside_law", "/order/penaltyPerBreach")


def _length(amount: Amount) -> Length | None:
    """So much detention, in whole days or longer; None for money."""
    unit = _UNITS.get(amount.unit)
    return Length(int(amount.amount), unit, "") if unit else None


def _subject(content: OrderContent, regime: Regime, on: date) -> Iterator[Finding]:
    subject = content.subject
    by_birth = subject.birth_date.is_minor_on(on) if subject.birth_date else None
    if subject.minor is not None and by_birth is not None and subject.minor is not by_birth:
        yield finding("minor_contradicts_birth_date", "/order/subject/minor")
    if not _is_minor(content, on):
        return
    if content.youth_supervision is None or content.youth_supervision.organisation is None:
        yield finding("youth_supervision_missing", "/order/youthSupervision/organisation")
    if regime.adults_only_source:
        yield finding("regime_for_adults", "/order/regime")


def _monitor(content: OrderContent) -> Iterator[Finding]:
    monitored = any(each.electronic_monitoring for each in content.conditions)
    if monitored and content.supervision.organisation is None:
        yield finding("supervision_missing", "/order/supervision/organisation")
    told = content.ankle_monitor
    if told is None:
        return
    if told.reason is None:
        yield finding("monitor_reason_missing", "/order/ankleMonitor/reason")
    if told.imposed is not None and told.imposed is not monitored:
        yield finding("monitor_contradicted", "/order/ankleMonitor/imposed")


def _conditions(content: OrderContent, checks: Checks, on: date) -> Iterator[Finding]:
    if not content.conditions:
        yield finding("conditions_missing", "/order/conditions")
    listings = checks.law.conditions_allowed(content.facts.regime, on)
    monitoring = checks.law.monitoring_allowed(content.facts.regime, on)
    references = {each.reference for each in content.protected}
    for number, condition in enumerate(content.conditions):
        at = f"/order/conditions/{number}"
        if listings.get(condition.type) is Listing.NOT_LISTED:
            yield finding("condition_not_in_regime", at + "/type")
        if condition.electronic_monitoring and monitoring is Listing.NOT_LISTED:
            yield finding("monitoring_not_in_regime", at + "/electronicMonitoring")
        if condition.type in _NEEDS_PROTECTED and not references:
            yield finding("protected_missing", "/order/protected")
        yield from _condition(condition, references, at)
        yield from _zone(condition, checks.layouts.large_zone_km2, at)


def _condition(condition: ConditionContent, references: set[str], at: str) -> Iterator[Finding]:
    if condition.starts_on and condition.ends_on and condition.ends_on < condition.starts_on:
        yield finding("end_before_start", at + "/endsOn")
    if not references.issuperset(condition.protects):
        yield finding("protects_unknown", at + "/protects")
    if condition.type is ConditionType.APPROACH_BAN and not condition.distance_m:
        yield finding("distance_missing", at + "/distanceM")


def _zone(condition: ConditionContent, large_km2: float, at: str) -> Iterator[Finding]:
    if condition.type in _NEEDS_ZONE and condition.zone is None:
        yield finding("zone_missing", at + "/zone")
    shape = condition.zone.shape if condition.zone else None
    if shape is None:
        return
    if _area_km2(shape) > large_km2:
        yield finding("zone_very_large", at + "/zone/shape")
    for number, each in enumerate(condition.exceptions):
        if each.windows or each.from_at or each.until_at:
            yield finding("exception_not_followed", f"{at}/exceptions/{number}")


def _area_km2(shape: Shape) -> float:
    if isinstance(shape, CircleShape):
        return math.pi * shape.radius_m**2 / 1e6
    return float(shape.area.area) / 1e6 if isinstance(shape, AreaShape) else 0.0


def _addresses_in_text(content: OrderContent) -> Iterator[Finding]:
    """An address of somebody who is protected does not belong in a text that many may read."""
    hers = [_whereabouts(one) for party in content.protected for one in party.addresses]
    hers += [_whereabouts(each.zone.address) for each in content.conditions if each.zone and each.zone.address]
    if not hers:
        return
    for text, at in _texts(content):
        if text and tells_address(text, hers):
            yield finding("protected_address_in_text", at)


def _whereabouts(address: PostalAddress) -> Whereabouts:
    return Whereabouts(address.postcode, address.house_number, address.street)


def _texts(content: OrderContent) -> Iterator[tuple[str | None, str]]:
    yield content.requested_police_action, "/order/requestedPoliceAction"
    yield content.remark, "/order/remark"
    yield content.court, "/order/court"
    yield content.supervision.contact_name, "/order/supervision/contactName"
    if content.ankle_monitor:
        yield content.ankle_monitor.reason, "/order/ankleMonitor/reason"
    for number, condition in enumerate(content.conditions):
        yield condition.text, f"/order/conditions/{number}/text"
        for place, each in enumerate(condition.exceptions):
            yield each.text, f"/order/conditions/{number}/exceptions/{place}/text"
