"""In force at an instant, and why: one pure function over the current view, the regime and the detentions known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from registry.law.rules import ServiceNeed
from registry.orders.force.case import Case, Reason, RegimeFlags, Surroundings, Value, case_of
from registry.orders.force.period import Detention, Period, midnight, zone_of
from registry.orders.rules import Block, Current, MessageKind, OrderFacts, OrderStatus


@dataclass(frozen=True, slots=True)
class StatusAt:
    """The status at an instant; it has been so since `since` and, as known now, changes at `until`."""

    status: OrderStatus
    since: datetime | None
    until: datetime | None
    to_be_verified: bool
    reasons: tuple[Reason, ...]


_Answer = tuple[OrderStatus, Reason, bool]


def status(current: Current, flags: RegimeFlags, surroundings: Surroundings, now: datetime) -> StatusAt:
    """The status of an order at `now`, since and until when, and the reasons; the first rule that applies decides.

    Precedence: ended, suspended, not_yet, expired_verify, not_served, paused, unconfirmed, in_force.
    """
    case = case_of(current, flags, surroundings)
    found, reason, verify = _decide(case, now)
    notes = _notes(case, found, now)
    instants = sorted(_instants(case))
    return StatusAt(
        status=found,
        since=_since(case, found, [at for at in instants if at <= now]),
        until=next((at for at in instants if at > now and _decide(case, at)[0] is not found), None),
        to_be_verified=verify or any(note.code in _UNSURE_NOTES for note in notes),
        reasons=(reason, *notes),
    )


def derived_end(current: Current, flags: RegimeFlags, detentions: Iterable[Detention]) -> date | None:
    """The last day on which the order holds; None without an end date or while a detention leaves it unknown."""
    found = case_of(current, flags, Surroundings(timedelta(0), tuple(detentions))).period
    return found.last_on if found else None


def _decide(case: Case, at: datetime) -> _Answer:
    for rule in _RULES:
        answer = rule(case, at)
        if answer is not None:
            return answer
    last_on = case.period.last_on if case.period else None
    values: dict[str, Value] = {"last_on": last_on} if last_on else {}
    return OrderStatus.IN_FORCE, Reason("in_force_until" if last_on else "in_force", values, case.source), False


def _ended(case: Case, at: datetime) -> _Answer | None:
    return _blocked(case, case.current.endings, OrderStatus.ENDED, at)


def _suspended(case: Case, at: datetime) -> _Answer | None:
    return _blocked(case, case.current.suspensions, OrderStatus.SUSPENDED, at)


def _blocked(case: Case, blocks: Iterable[Block], found: OrderStatus, at: datetime) -> _Answer | None:
    # Of equal instants the heaviest kind speaks: annulment and withdrawal before a plain end.
    covering = (each for each in blocks if each.covers(at))
    block = min(covering, key=lambda b: (b.effective_at, b.kind is MessageKind.END, b.version), default=None)
    if block is None:
        return None
    values: dict[str, Value] = {"at": case.local(block.effective_at), "version": block.version}
    return found, Reason(f"by_{block.kind.value}", values, f"version {block.version}"), block.to_be_verified


def _not_yet(case: Case, at: datetime) -> _Answer | None:
    if case.period is None or at >= case.period.start_at:
        return None
    return OrderStatus.NOT_YET, _start_reason(case, case.period, "not_yet_"), False


def _start_reason(case: Case, held: Period, prefix: str = "") -> Reason:
    return Reason(prefix + held.start_code, {"on": held.start_on}, case.source)


def _expired(case: Case, at: datetime) -> _Answer | None:
    law = case.flags.longest.source if case.flags.longest else case.source
    for held, code, source in ((case.period, "past_end", case.source), (case.limit, "past_limit", law)):
        if held and held.end_at and held.last_on and at >= held.end_at:
            return OrderStatus.EXPIRED_VERIFY, Reason(code, {"last_on": held.last_on}, source), True
    return None


def _served_at(facts: OrderFacts, flags: RegimeFlags) -> datetime | None:
    """From when service is no obstacle; None while it is needed and unknown."""
    immediate, present = facts.immediately_enforceable, facts.imposed_in_presence
    # Of an order of which neither is known, nothing says that it was given in absence.
    needed = present is not True if immediate else immediate is None and present is False
    if flags.service_needed != ServiceNeed.IMMEDIATE_IN_ABSENCE or not needed:
        return datetime.min.replace(tzinfo=UTC)
    return midnight(facts.served_on, zone_of(facts.time_zone)) if facts.served_on else None


def _not_served(case: Case, at: datetime) -> _Answer | None:
    if case.facts is None:
        return None
    served_at = _served_at(case.facts, case.flags)
    if served_at is not None and at >= served_at:
        return None
    return OrderStatus.NOT_SERVED, _unserved(case.facts, case.flags.service_source or case.source), False


def _unserved(facts: OrderFacts, source: str) -> Reason:
    if facts.served_on:
        return Reason("not_served_until", {"on": facts.served_on}, source)
    if facts.imposed_in_presence is None:
        return Reason("not_served_presence_unknown", {}, source)
    return Reason("not_served" if facts.immediately_enforceable else "not_served_immediacy_unknown", {}, source)


def _paused(case: Case, at: datetime) -> _Answer | None:
    stop = next((each for each in case.stops if each.covers(at)), None)
    if stop is None or case.facts is None:
        return None
    return OrderStatus.PAUSED, Reason(stop.kind, {"at": case.local(stop.from_at)}, case.clock_source), False


def _unconfirmed(case: Case, at: datetime) -> _Answer | None:
    if case.facts is None:
        return OrderStatus.UNCONFIRMED, Reason("content_unknown", {}, f"version {case.current.version}"), True
    if case.facts.ends_on is not None or at < case.unconfirmed_at:
        return None
    values: dict[str, Value] = {"at": case.local(case.confirmed_at)}
    return OrderStatus.UNCONFIRMED, Reason("unconfirmed", values, case.source), True


_RULES: tuple[Callable[[Case, datetime], _Answer | None], ...] = (
    _ended,
    _suspended,
    _not_yet,
    _expired,
    _not_served,
    _paused,
    _unconfirmed,
)


def _instants(case: Case) -> set[datetime]:
    """Every instant at which the status can change."""
    found: set[datetime | None] = {case.unconfirmed_at}
    if case.period and case.facts:
        found |= {case.period.start_at, case.period.end_at, _served_at(case.facts, case.flags)}
    for block in (*case.current.endings, *case.current.suspensions):
        found |= {block.effective_at, block.until_at}
    found.add(case.limit.end_at if case.limit else None)
    for stop in case.stops:
        found |= {stop.from_at, stop.until_at}
    return {at for at in found if at is not None and at.year > 1}


def _since(case: Case, found: OrderStatus, past: list[datetime]) -> datetime | None:
    """The instant at which this status began; None when it held before anything known."""
    since: datetime | None = None
    for at in reversed(past):
        if _decide(case, at)[0] is not found:
            return since
        since = at
    if since is None or _decide(case, since - timedelta(microseconds=1))[0] is found:
        return None
    return since


def _notes(case: Case, found: OrderStatus, at: datetime) -> list[Reason]:
    """What else the reader must know, whatever the status."""
    current, notes = case.current, [*_ahead(case, at)]
    if case.period and case.period.start_code in _UNSURE_STARTS and found not in _STARTLESS:
        notes.append(_start_reason(case, case.period))
    if found is not OrderStatus.ENDED:
        notes += _doubts(case)
    if current.missing:
        values: dict[str, Value] = {"versions": ", ".join(map(str, current.gaps)), "count": current.missing}
        notes.append(Reason("versions_missing", values, "messages"))
    if current.after_ending:
        listed = ", ".join(map(str, current.after_ending))
        notes.append(Reason("later_messages_ignored", {"versions": listed}, "messages"))
    if current.lifted_by is not None:
        notes.append(Reason("ending_lifted", {"version": current.lifted_by}, f"version {current.lifted_by}"))
    if case.period and case.period.end_open:
        notes.append(Reason("end_unknown_while_detained", {}, case.clock_source))
    return notes


def _ahead(case: Case, at: datetime) -> Iterator[Reason]:
    """The endings and suspensions that were announced and do not work yet."""
    for code, blocks in (("will_end", case.current.endings), ("will_be_suspended", case.current.suspensions)):
        for block in blocks:
            if block.effective_at > at and block.until_at is None:
                values: dict[str, Value] = {"at": case.local(block.effective_at), "version": block.version}
                yield Reason(code, values, f"version {block.version}")


def _doubts(case: Case) -> Iterator[Reason]:
    """What the sender told that the law does not let stand unquestioned."""
    facts, held, longest = case.facts, case.period, case.flags.longest
    if facts is None or held is None:
        return
    if longest and facts.ends_on and facts.ends_on > longest.last_day(held.start_on):
        yield Reason("longer_than_law", {"last_on": longest.last_day(held.start_on)}, longest.source)
    if facts.immediately_enforceable is False and facts.final_on is None:
        yield Reason("finality_unknown", {}, case.source)


_UNSURE_NOTES = frozenset({"longer_than_law", "finality_unknown"})
_UNSURE_STARTS = frozenset({"start_from_decision", "start_from_receipt"})
_STARTLESS = frozenset({OrderStatus.NOT_YET, OrderStatus.ENDED})
