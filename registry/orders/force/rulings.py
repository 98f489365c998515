"""The rules that decide whether an order holds at an instant, each on its own, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from registry.law.rules import ServiceNeed
from registry.law.standstill import midnight
from registry.orders.force.case import Case, Reason, RegimeFlags, Value
from registry.orders.force.period import Period, zone_of
from registry.orders.rules import Block, MessageKind, OrderFacts, OrderStatus

Answer = tuple[OrderStatus, Reason, bool]
ENTRY = "provisional entry"
_STARTS_BY_LAW = frozenset(
    {"start_awaits_finality", "start_awaits_enforceability", "start_after_service", "start_after_service_unknown"}
)
# It may have begun: when it works at once after all, or the objection was waived.
_ARGUABLE_STARTS = (_STARTS_BY_LAW | {"start_arguable"}) - {"start_awaits_finality"}


def decide(case: Case, at: datetime) -> Answer:
    """The answer of the first rule that applies; without one the order is in force."""
    for rule in RULES:
        answer = rule(case, at)
        if answer is not None:
            return answer
    last_on = case.period.last_on if case.period else None
    values: dict[str, Value] = {"last_on": last_on} if last_on else {}
    is_unread = case.facts is not None and case.facts.end_unreadable
    code = "in_force_until" if last_on else "in_force_end_unread" if is_unread else "in_force"
    if case.period and case.facts and case.facts.ends_at and case.period.end_at == case.facts.ends_at:
        code, values = "in_force_until_at", {"at": case.local(case.facts.ends_at)}
    return OrderStatus.IN_FORCE, Reason(code, values, case.source), False


def ended(case: Case, at: datetime) -> Answer | None:
    """The order was ended, withdrawn or annulled."""
    answer = _blocked(case, case.current.endings, OrderStatus.ENDED, at)
    if answer is None or case.entry is None or answer[1].values["version"] != case.entry.replaced_version:
        return answer
    values = {**answer[1].values, "number": case.entry.replaced_by_number or ""}
    return OrderStatus.ENDED, Reason("replaced", values, answer[1].source), False


def suspended(case: Case, at: datetime) -> Answer | None:
    """The order is suspended."""
    return _blocked(case, case.current.suspensions, OrderStatus.SUSPENDED, at)


def _blocked(case: Case, blocks: Iterable[Block], found: OrderStatus, at: datetime) -> Answer | None:
    # Of equal instants the heaviest kind speaks: annulment and withdrawal before a plain end.
    covering = (each for each in blocks if each.covers(at))
    block = min(covering, key=lambda b: (b.effective_at, b.kind is MessageKind.END, b.version), default=None)
    if block is None:
        return None
    values: dict[str, Value] = {"at": case.local(block.effective_at), "version": block.version}
    return found, Reason(f"by_{block.kind.value}", values, f"version {block.version}"), block.to_be_verified


def lapsed(case: Case, at: datetime) -> Answer | None:
    """The order was entered ahead of the CJIB's message, which never came."""
    if case.entry is None or not case.entry.has_expired(at):
        return None
    entered_at, until_at = case.local(case.entry.entered_at), case.local(case.entry.expires_at)
    values: dict[str, Value] = {"on": entered_at.date(), "until": until_at, "instructed_by": case.entry.instructed_by}
    return OrderStatus.EXPIRED_VERIFY, Reason("provisional_expired", values, ENTRY), True


def not_yet(case: Case, at: datetime) -> Answer | None:
    """The order has not begun."""
    if case.period is None or at >= case.period.start_at:
        return None
    arguable = case.period.start_code in _ARGUABLE_STARTS
    return OrderStatus.NOT_YET, start_reason(case, case.period, "not_yet_"), arguable


def start_reason(case: Case, held: Period, prefix: str = "") -> Reason:
    """What the start of an order rests on."""
    law = case.flags.wait.source if case.flags.wait and held.start_code in _STARTS_BY_LAW else case.source
    return Reason(prefix + held.start_code, {"on": held.start_on}, law)


def expired(case: Case, at: datetime) -> Answer | None:
    """The order outlived its end, or without an end date the longest that its law allows."""
    law = case.flags.longest.source if case.flags.longest else case.source
    for held, code, source in ((case.period, "past_end", case.source), (case.limit, "past_limit", law)):
        if held and held.end_at and held.last_on and at >= held.end_at:
            return OrderStatus.EXPIRED_VERIFY, Reason(code, {"last_on": held.last_on}, source), True
    return None


def needs_service(facts: OrderFacts, flags: RegimeFlags) -> bool:
    """Whether the order must have been served before anybody is arrested because of it."""
    immediate, present = facts.immediately_enforceable, facts.imposed_in_presence
    # Of an order of which neither is known, nothing says that it was given in absence.
    in_absence = present is not True if immediate else immediate is None and present is False
    return flags.service_needed == ServiceNeed.IMMEDIATE_IN_ABSENCE and in_absence


def served_at_of(facts: OrderFacts, flags: RegimeFlags) -> datetime | None:
    """From when service is no obstacle; None while it is needed and unknown."""
    if not needs_service(facts, flags):
        return datetime.min.replace(tzinfo=UTC)
    return midnight(facts.served_on, zone_of(facts.time_zone)) if facts.served_on else None


def not_served(case: Case, at: datetime) -> Answer | None:
    """The order needs service, and none is known."""
    if case.facts is None:
        return None
    served_at = served_at_of(case.facts, case.flags)
    if served_at is not None and at >= served_at:
        return None
    return OrderStatus.NOT_SERVED, _unserved(case.facts, case.flags.service_source or case.source), False


def _unserved(facts: OrderFacts, source: str) -> Reason:
    if facts.served_on:
        return Reason("not_served_until", {"on": facts.served_on}, source)
    if facts.imposed_in_presence is None:
        return Reason("not_served_presence_unknown", {}, source)
    return Reason("not_served" if facts.immediately_enforceable else "not_served_immediacy_unknown", {}, source)


def paused(case: Case, at: datetime) -> Answer | None:
    """The clock of the order stands still."""
    stop = next((each for each in case.stops if each.covers(at)), None)
    if stop is None or case.facts is None:
        return None
    return OrderStatus.PAUSED, Reason(stop.kind, {"at": case.local(stop.from_at)}, case.clock_source), False


def unconfirmed(case: Case, at: datetime) -> Answer | None:
    """The sender has not confirmed an order without end date for too long, or its content never came."""
    if case.facts is None:
        return OrderStatus.UNCONFIRMED, Reason("content_unknown", {}, f"version {case.current.version}"), True
    if case.facts.ends_on is not None or at < case.unconfirmed_at:
        return None
    values: dict[str, Value] = {"at": case.local(case.confirmed_at)}
    return OrderStatus.UNCONFIRMED, Reason("unconfirmed", values, case.source), True


RULES: tuple[Callable[[Case, datetime], Answer | None], ...] = (
    ended,
    suspended,
    lapsed,
    not_yet,
    expired,
    not_served,
    paused,
    unconfirmed,
)
