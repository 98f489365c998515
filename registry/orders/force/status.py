"""In force at an instant, and why: one pure function over the current view, the regime and the detentions known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from registry.orders.force.case import Case, Reason, RegimeFlags, Surroundings, case_of
from registry.orders.force.notes import is_doubt, notes_of
from registry.orders.force.period import Detention
from registry.orders.force.reasoning import Step, steps_of
from registry.orders.force.rulings import decide, served_at_of
from registry.orders.rules import Current, OrderStatus


@dataclass(frozen=True, slots=True)
class StatusAt:
    """The status at an instant; it has been so since `since` and, as known now, changes at `until`.

    `binds_while_paused` is told of a paused order only, and is None where nothing says so.
    """

    status: OrderStatus
    since: datetime | None
    until: datetime | None
    to_be_verified: bool
    reasons: tuple[Reason, ...]
    binds_while_paused: bool | None
    case: Case = field(repr=False)
    at: datetime

    @property
    def steps(self) -> tuple[Step, ...]:
        """The whole reasoning, each question in the order in which it is asked."""
        return steps_of(self.case, self.at)


def status(current: Current, flags: RegimeFlags, surroundings: Surroundings, now: datetime) -> StatusAt:
    """The status of an order at `now`, since and until when, and the reasons; the first rule that applies decides.

    Precedence: ended, suspended, lapsed as a provisional entry, not_yet, expired_verify, not_served, paused,
    unconfirmed, in_force.
    """
    case = case_of(current, flags, surroundings)
    found, reason, verify = decide(case, now)
    notes = notes_of(case, found, now)
    instants = sorted(_instants(case))
    return StatusAt(
        status=found,
        since=_since(case, found, [at for at in instants if at <= now]),
        until=next((at for at in instants if at > now and decide(case, at)[0] is not found), None),
        to_be_verified=verify or any(map(is_doubt, notes)),
        reasons=(reason, *notes),
        binds_while_paused=_binds(case, found),
        case=case,
        at=now,
    )


def derived_end(current: Current, flags: RegimeFlags, detentions: Iterable[Detention]) -> date | None:
    """The last day on which the order holds; None without an end date or while a detention leaves it unknown."""
    found = case_of(current, flags, Surroundings(timedelta(0), tuple(detentions))).period
    return found.last_on if found else None


def _binds(case: Case, found: OrderStatus) -> bool | None:
    pause = case.flags.pause
    return pause.binds if found is OrderStatus.PAUSED and pause is not None else None


def _instants(case: Case) -> set[datetime]:
    """Every instant at which the status can change."""
    found: set[datetime | None] = {case.unconfirmed_at}
    if case.period and case.facts:
        found |= {case.period.start_at, case.period.end_at, served_at_of(case.facts, case.flags)}
    for block in (*case.current.endings, *case.current.suspensions):
        found |= {block.effective_at, block.until_at}
    found.add(case.limit.end_at if case.limit else None)
    found.add(case.entry.expires_at if case.entry else None)
    for stop in case.stops:
        found |= {stop.from_at, stop.until_at}
    return {at for at in found if at is not None and at.year > 1}


def _since(case: Case, found: OrderStatus, past: list[datetime]) -> datetime | None:
    """The instant at which this status began; None when it held before anything known."""
    since: datetime | None = None
    for at in reversed(past):
        if decide(case, at)[0] is not found:
            return since
        since = at
    if since is None or decide(case, since - timedelta(microseconds=1))[0] is found:
        return None
    return since
