"""What the status of an order is decided on: its current view, the law of its regime, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from registry.law.pauses import PauseRow
from registry.law.periods import Length, Unit
from registry.law.rules import Regime, ServiceNeed
from registry.law.starts import StartWait
from registry.orders.force.period import Detention, Period, StartLaw, period, zone_of
from registry.orders.force.provisional import Provisional
from registry.orders.rules import Current, OrderFacts

Value = str | int | date | datetime


@dataclass(frozen=True, slots=True)
class RegimeFlags:
    """What the law of the regime says about its status, with the article or text behind it.

    `service_needed` is "immediate_in_absence" or "none"; `clock_stops` holds "detained" and "unlawfully_absent";
    `longest` is what the law allows with the renewals that were told, one decision without; `wait` is what a decision
    that is not enforceable at once waits for; `at_once_source` makes every decision enforceable at
    once; `pause` says whether the ban binds while the clock stands, None where nothing says so.
    """

    service_needed: str = ServiceNeed.NONE
    clock_stops: frozenset[str] = frozenset()
    service_source: str | None = None
    clock_source: str | None = None
    longest: Length | None = None
    at_once_source: str | None = None
    wait: StartWait | None = None
    pause: PauseRow | None = None
    name_nl: str | None = None
    source: str | None = None

    @classmethod
    def of(
        cls, regime: Regime, pause: PauseRow | None = None, wait: StartWait | None = None, *, renewed: int = 0
    ) -> RegimeFlags:
        """The flags of a row of the table of law, for an order that was renewed so many times."""
        return cls(
            service_needed=regime.service,
            clock_stops=frozenset(regime.clock_stops),
            service_source=regime.service_source,
            clock_source=regime.clock_source,
            longest=regime.longest(renewed),
            at_once_source=regime.at_once_source,
            wait=wait,
            pause=pause,
            name_nl=regime.name_nl,
            source=regime.source,
        )

    @property
    def start_law(self) -> StartLaw:
        """What the law says about the first day of an order."""
        return StartLaw(self.at_once_source is not None, self.wait)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the messages: the age allowed, detentions, the last statement that named the order.

    `entry` is told of an order that was entered ahead of the CJIB's message; `unprocessed` are messages of the sender
    that did not work, where somebody above the register knows of them.
    """

    unconfirmed_after: timedelta
    detentions: tuple[Detention, ...] = ()
    last_confirmed_at: datetime | None = None
    entry: Provisional | None = None
    unprocessed: tuple[Unprocessed, ...] = ()


@dataclass(frozen=True, slots=True)
class Unprocessed:
    """A message of an order, received at `at`, that did not work; `stops` says that it would have stopped the order."""

    stops: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the reasoning: a code, the facts it rests on, and where they come from."""

    code: str
    values: Mapping[str, Value]
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that decides the status of one order, gathered once.

    `limit` is how long an order without end date can last by law; `longest` is how long the law allows any.
    """

    current: Current
    flags: RegimeFlags
    stops: tuple[Detention, ...]
    facts: OrderFacts | None
    period: Period | None
    limit: Period | None
    confirmed_at: datetime
    unconfirmed_at: datetime
    entry: Provisional | None = None
    longest: Period | None = None
    unprocessed: tuple[Unprocessed, ...] = ()

    @property
    def source(self) -> str:
        """Where the facts come from."""
        return f"version {self.current.facts_version}"

    @property
    def clock_source(self) -> str:
        """Where it comes from that the clock stands still."""
        return self.flags.clock_source or self.source

    def local(self, at: datetime) -> datetime:
        """The instant in the time zone of the order."""
        return at.astimezone(zone_of(self.facts.time_zone if self.facts else "Europe/Amsterdam"))


def case_of(current: Current, flags: RegimeFlags, surroundings: Surroundings) -> Case:
    """What is known of an order, with its period and what the law lets it last at most."""
    stops = tuple(each for each in surroundings.detentions if each.kind in flags.clock_stops)
    confirmed_at = max(current.last_recorded_at, surroundings.last_confirmed_at or current.last_recorded_at)
    first_at = current.first_recorded_at
    held = period(current.facts, first_at, stops, flags.start_law) if current.facts else None
    bounded = _bounded(current, flags, held, stops)
    is_endless = current.facts is not None and current.facts.ends_on is None
    return Case(
        current=current,
        flags=flags,
        stops=stops,
        facts=current.facts,
        period=held,
        limit=bounded if is_endless else None,
        confirmed_at=confirmed_at,
        unconfirmed_at=confirmed_at + surroundings.unconfirmed_after,
        entry=surroundings.entry,
        longest=bounded,
        unprocessed=surroundings.unprocessed,
    )


def _bounded(current: Current, flags: RegimeFlags, held: Period | None, stops: tuple[Detention, ...]) -> Period | None:
    """How long the law lets the order last at most, with the renewals that were told."""
    if held is None or current.facts is None or flags.longest is None:
        return None
    ends_on, ends_at = flags.longest.last_day(held.start_on), None
    if flags.longest.unit is Unit.DAY24 and held.start_at == current.facts.starts_at:
        ends_at = held.start_at + timedelta(days=flags.longest.amount)
    bounded = replace(current.facts, ends_on=ends_on, ends_at=ends_at)
    return period(bounded, current.first_recorded_at, stops, flags.start_law)
