"""In force at an instant, and why: one pure function over the current view, the regime and the detentions known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from registry.law.rules import Regime, ServiceNeed
from registry.orders.period import Detention, Period, midnight, period, zone_of
from registry.orders.rules import Block, Current, MessageKind, OrderFacts, OrderStatus

Value = str | int | date | datetime


@dataclass(frozen=True, slots=True)
class RegimeFlags:
    """What the law of the regime says about its status, with the article or text behind it.

    `service_needed` is "immediate_in_absence" or "none"; `clock_stops` holds "detained" and "unlawfully_absent".
    """

    service_needed: str = ServiceNeed.NONE
    clock_stops: frozenset[str] = frozenset()
    service_source: str | None = None
    clock_source: str | None = None

    @classmethod
    def of(cls, regime: Regime) -> RegimeFlags:
        """The flags of a row of the table of law."""
        return cls(regime.service, frozenset(regime.clock_stops), regime.service_source, regime.clock_source)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the messages: the age allowed, detentions, the last statement that named the order."""

    unconfirmed_after: timedelta
    detentions: tuple[Detention, ...] = ()
    last_confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the reasoning: a code, the facts it rests on, and where they come from."""

    code: str
    values: Mapping[str, Value]
    source: str


@dataclass(frozen=True, slots=True)
class StatusAt:
    """The status at an instant; it has been so since `since` and, as known now, changes at `until`."""

    status: OrderStatus
    since: datetime | None
    until: datetime | None
    to_be_verified: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    current: Current
    flags: RegimeFlags
    stops: tuple[Detention, ...]
    facts: OrderFacts | None
    period: Period | None
    confirmed_at: datetime
    unconfirmed_at: datetime

    @property
    def source(self) -> str:
        return f"version {self.current.facts_version}"

    @property
    def clock_source(self) -> str:
        return self.flags.clock_source or self.source

    def local(self, at: datetime) -> datetime:
        return at.astimezone(zone_of(self.facts.time_zone if self.facts else "Europe/Amsterdam"))


_Answer = tuple[OrderStatus, Reason, bool]


def status(current: Current, flags: RegimeFlags, surroundings: Surroundings, now: datetime) -> StatusAt:
    """The status of an order at `now`, since and until when, and the reasons; the first rule that applies decides.

    Precedence: ended, suspended, not_yet, expired_verify, not_served, paused, unconfirmed, in_force.
    """
    case = _case(current, flags, surroundings)
    found, reason, verify = _decide(case, now)
    instants = sorted(_instants(case))
    return StatusAt(
        status=found,
        since=_since(case, found, [at for at in instants if at <= now]),
        until=next((at for at in instants if at > now and _decide(case, at)[0] is not found), None),
        to_be_verified=verify,
        reasons=(reason, *_notes(case, found)),
    )


def derived_end(current: Current, flags: RegimeFlags, detentions: Iterable[Detention]) -> date | None:
    """The last day on which the order holds; None without an end date or while a detention leaves it unknown."""
    found = _case(current, flags, Surroundings(timedelta(0), tuple(detentions))).period
    return found.last_on if found else None


def _case(current: Current, flags: RegimeFlags, surroundings: Surroundings) -> _Case:
    stops = tuple(each for each in surroundings.detentions if each.kind in flags.clock_stops)
    confirmed_at = max(current.last_recorded_at, surroundings.last_confirmed_at or current.last_recorded_at)
    return _Case(
        current=current,
        flags=flags,
        stops=stops,
        facts=current.facts,
        period=period(current.facts, current.first_recorded_at, stops) if current.facts else None,
        confirmed_at=confirmed_at,
        unconfirmed_at=confirmed_at + surroundings.unconfirmed_after,
    )


def _decide(case: _Case, at: datetime) -> _Answer:
    for rule in _RULES:
        answer = rule(case, at)
        if answer is not None:
            return answer
    last_on = case.period.last_on if case.period else None
    values: dict[str, Value] = {"last_on": last_on} if last_on else {}
    return OrderStatus.IN_FORCE, Reason("in_force_until" if last_on else "in_force", values, case.source), False


def _ended(case: _Case, at: datetime) -> _Answer | None:
    return _blocked(case, case.current.endings, OrderStatus.ENDED, at)


def _suspended(case: _Case, at: datetime) -> _Answer | None:
    return _blocked(case, case.current.suspensions, OrderStatus.SUSPENDED, at)


def _blocked(case: _Case, blocks: Iterable[Block], found: OrderStatus, at: datetime) -> _Answer | None:
    # Of equal instants the heaviest kind speaks: annulment and withdrawal before a plain end.
    covering = (each for each in blocks if each.covers(at))
    block = min(covering, key=lambda b: (b.effective_at, b.kind is MessageKind.END, b.version), default=None)
    if block is None:
        return None
    values: dict[str, Value] = {"at": case.local(block.effective_at), "version": block.version}
    return found, Reason(f"by_{block.kind.value}", values, f"version {block.version}"), block.to_be_verified


def _not_yet(case: _Case, at: datetime) -> _Answer | None:
    if case.period is None or at >= case.period.start_at:
        return None
    return OrderStatus.NOT_YET, _start_reason(case, case.period, "not_yet_"), False


def _start_reason(case: _Case, held: Period, prefix: str = "") -> Reason:
    return Reason(prefix + held.start_code, {"on": held.start_on}, case.source)


def _expired(case: _Case, at: datetime) -> _Answer | None:
    held = case.period
    if held is None or held.end_at is None or held.last_on is None or at < held.end_at:
        return None
    return OrderStatus.EXPIRED_VERIFY, Reason("past_end", {"last_on": held.last_on}, case.source), True


def _served_at(facts: OrderFacts, flags: RegimeFlags) -> datetime | None:
    """From when service is no obstacle; None while it is needed and unknown."""
    in_absence = facts.immediately_enforceable is True and facts.imposed_in_presence is not True
    if flags.service_needed != ServiceNeed.IMMEDIATE_IN_ABSENCE or not in_absence:
        return datetime.min.replace(tzinfo=UTC)
    return midnight(facts.served_on, zone_of(facts.time_zone)) if facts.served_on else None


def _not_served(case: _Case, at: datetime) -> _Answer | None:
    if case.facts is None:
        return None
    served_at = _served_at(case.facts, case.flags)
    if served_at is not None and at >= served_at:
        return None
    return OrderStatus.NOT_SERVED, Reason("not_served", {}, case.flags.service_source or case.source), False


def _paused(case: _Case, at: datetime) -> _Answer | None:
    stop = next((each for each in case.stops if each.covers(at)), None)
    if stop is None or case.facts is None:
        return None
    return OrderStatus.PAUSED, Reason(stop.kind, {"at": case.local(stop.from_at)}, case.clock_source), False


def _unconfirmed(case: _Case, at: datetime) -> _Answer | None:
    if case.facts is None:
        return OrderStatus.UNCONFIRMED, Reason("content_unknown", {}, f"version {case.current.version}"), True
    if case.facts.ends_on is not None or at < case.unconfirmed_at:
        return None
    values: dict[str, Value] = {"at": case.local(case.confirmed_at)}
    return OrderStatus.UNCONFIRMED, Reason("unconfirmed", values, case.source), True


_RULES: tuple[Callable[[_Case, datetime], _Answer | None], ...] = (
    _ended,
    _suspended,
    _not_yet,
    _expired,
    _not_served,
    _paused,
    _unconfirmed,
)


def _instants(case: _Case) -> set[datetime]:
    """Every instant at which the status can change."""
    found: set[datetime | None] = {case.unconfirmed_at}
    if case.period and case.facts:
        found |= {case.period.start_at, case.period.end_at, _served_at(case.facts, case.flags)}
    for block in (*case.current.endings, *case.current.suspensions):
        found |= {block.effective_at, block.until_at}
    for stop in case.stops:
        found |= {stop.from_at, stop.until_at}
    return {at for at in found if at is not None and at.year > 1}


def _since(case: _Case, found: OrderStatus, past: list[datetime]) -> datetime | None:
    """The instant at which this status began; None when it held before anything known."""
    since: datetime | None = None
    for at in reversed(past):
        if _decide(case, at)[0] is not found:
            return since
        since = at
    if since is None or _decide(case, since - timedelta(microseconds=1))[0] is found:
        return None
    return since


def _notes(case: _Case, found: OrderStatus) -> list[Reason]:
    """What else the reader must know, whatever the status."""
    current, notes = case.current, []
    if case.period and case.period.start_code in _UNSURE_STARTS and found not in _STARTLESS:
        notes.append(_start_reason(case, case.period))
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


_UNSURE_STARTS = frozenset({"start_from_decision", "start_from_receipt"})
_STARTLESS = frozenset({OrderStatus.NOT_YET, OrderStatus.ENDED})
