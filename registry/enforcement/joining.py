"""When two suspicions are one breach; a policy, and the same whichever of the two came first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from registry.enforcement.rules import BreachOrigin

# Policy, not law. Two stretches of one monitor are one breach when at most this lies between them.
BETWEEN_EPISODES = timedelta(minutes=30)
# Policy, not law. What a person saw is put to a breach when at most this lies between them: people err about the hour.
BETWEEN_ACCOUNTS = timedelta(hours=24)
# Policy, not law. Two that one kind of teller (police, reports, probation) told apart are one only when closer still:
# else what happens every night at one hour would be a single breach.
BETWEEN_LIKE_ACCOUNTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A reason to suspect a breach (vermoeden van overtreding).

    `source_ref` is KIND:ID, such as `episode:<id>` or `report:<id>`; told again, a source only updates its times.
    `details` are codes: what kind of breach it is, since when the teller knew of it, whether safety is at stake.
    """

    order_id: uuid.UUID
    condition_id: uuid.UUID | None
    origin: BreachOrigin
    occurred_from: datetime
    occurred_until: datetime | None
    source_ref: str
    details: Mapping[str, str] = field(default_factory=dict)


class Account(Protocol):
    """A source of a breach that is known already."""

    @property
    def kind(self) -> str: ...
    @property
    def occurred_from(self) -> datetime: ...
    @property
    def occurred_until(self) -> datetime | None: ...


def apart(known: Iterable[Account], new: Suspicion, now: datetime) -> timedelta | None:
    """How far a suspicion lies from a breach with these sources; None when it is too far to be the same.

    An episode is held against the episodes of the breach, and only where there are none against what people told. What
    people told is held against every source, so that one day does not hang on to the next, and so on.
    """
    accounts = list(known)
    monitored = [one for one in accounts if one.kind == BreachOrigin.MONITOR]
    both_monitored = new.origin is BreachOrigin.MONITOR and bool(monitored)
    if both_monitored:
        nearest = min(_gap(one, new, now) for one in monitored)
        return nearest if nearest <= BETWEEN_EPISODES else None
    gaps = [(_gap(one, new, now), one.kind == new.origin) for one in accounts]
    fits = all(gap <= (BETWEEN_LIKE_ACCOUNTS if alike else BETWEEN_ACCOUNTS) for gap, alike in gaps)
    return min(gap for gap, _ in gaps) if gaps and fits else None


def _gap(known: Account, new: Suspicion, now: datetime) -> timedelta:
    new_until = _until(new.origin, new.occurred_from, new.occurred_until, now)
    known_until = _until(known.kind, known.occurred_from, known.occurred_until, now)
    return max(new.occurred_from - known_until, known.occurred_from - new_until, timedelta(0))


def _until(kind: str, from_at: datetime, until_at: datetime | None, now: datetime) -> datetime:
    """An episode without an end lasts still; an account without one is of a moment."""
    return until_at or (max(from_at, now) if kind == BreachOrigin.MONITOR else from_at)
