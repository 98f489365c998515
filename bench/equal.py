"""Whether two instances hold the same, by natural keys and content: ids and recorded times are each instance's own.

What is told on the way may differ, for pings came in another order: an episode that a later fix took away again was
told by one of the two alone. So compared is what stands: final episodes, the breaches that they are accounts of, and
their alerts.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bench.instance import Instance
from bench.limit import inside

_FINAL = "('open', 'closed')"
_PINGS = (
    "SELECT device.name, at_ms, sequence, kind, message_at_ms, lat_deg, lon_deg, accuracy_m, hdop, speed_mps,"
    " course_deg, altitude_m, battery_pct, alarm, judged FROM ping JOIN device ON device.number = device_number"
)
_EPISODES = (
    "SELECT episode.id, breach_id, protection_order.number, condition.reference, zone_version, zone_kind, start_ms,"
    " end_ms, cause, end_cause, verdict, confirmed_ms, episode.status, source, reasons FROM episode"
    " JOIN protection_order ON protection_order.id = episode.order_id"
    f" LEFT JOIN condition ON condition.id = episode.condition_id WHERE episode.status IN {_FINAL}"
)
_BREACHES = (
    "SELECT breach.id, protection_order.number, condition.reference, origin, status, severity"
    " FROM breach JOIN protection_order ON protection_order.id = breach.order_id"
    " LEFT JOIN condition ON condition.id = breach.condition_id"
)
# Not by LIKE: its % would be taken for the place of a value.
_ALERTS = (
    "SELECT subject_ref, closed_at, alert_class, priority, title_nl FROM alert"
    " WHERE substr(subject_ref, 1, 8) = 'episode:'"
)

Rows = Counter[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of a kind are held by one instance and not by the other, and how many both hold."""

    kind: str
    only_here: int
    only_there: int
    both: int
    examples: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows differ."""
        return self.only_here + self.only_there


@dataclass(frozen=True, slots=True)
class Held:
    """What an instance holds, by kind, and how its alerts fit its episodes.

    `unheard` counts final episodes that have not exactly one alert, `unfounded` open alerts without a final episode:
    one that was superseded or withdrawn by a new judgement may have called somebody once, but must not do so any more.
    `forsaken` counts breaches of which no account stands any more; they are for a human to put away.
    """

    rows: Mapping[str, Rows] = field(repr=False)
    unheard: int
    unfounded: int
    forsaken: int


def held(instance: Instance) -> Held:
    """Return what an instance holds."""
    with inside(instance) as driver:
        episodes = {_plain(row[0]): tuple(map(_plain, row[1:])) for row in driver.execute(_EPISODES)}
        breaches = {_plain(row[0]): tuple(map(_plain, row[1:])) for row in driver.execute(_BREACHES)}
        alerts = [tuple(map(_plain, row)) for row in driver.execute(_ALERTS)]
        pings = Counter(tuple(map(_plain, row)) for row in driver.execute(_PINGS))
    accounts: defaultdict[Any, list[Any]] = defaultdict(list)
    for breach_id, *told in episodes.values():
        accounts[breach_id].append((told[4], told[5], told[8]))
    calls = Counter(_episode_of(subject) for subject, *_ in alerts)
    still_open = {_episode_of(subject) for subject, closed_at, *_ in alerts if closed_at is None}
    rows: dict[str, Rows] = {
        "pings": pings,
        "episodes": Counter(told[1:] for told in episodes.values()),
        "breaches": Counter(
            (*breach, *sorted(accounts[breach_id], key=str))
            for breach_id, breach in breaches.items()
            if breach_id in accounts
        ),
        "alerts": Counter(
            (*episodes[_episode_of(subject)][1:6], *_said(closed_at, told))
            for subject, closed_at, *told in alerts
            if _episode_of(subject) in episodes
        ),
    }
    return Held(
        rows,
        sum(calls[each] != 1 for each in episodes),
        len(still_open - episodes.keys()),
        len(breaches.keys() - accounts.keys()),
    )


def _said(closed_at: Any, told: list[Any]) -> tuple[Any, ...]:
    """What an alert says; what one that is closed said last depends on the order of arrival."""
    return tuple(told) if closed_at is None else ("closed",)


def differences(here: Held, there: Held) -> list[Difference]:
    """Return for each kind how the two differ."""
    found = []
    for kind, one in here.rows.items():
        other = there.rows[kind]
        examples = [f"killed {each}" for each in one - other][:2] + [f"undisturbed {each}" for each in other - one][:2]
        counts = ((one - other).total(), (other - one).total(), (one & other).total())
        found.append(Difference(kind, *counts, tuple(examples)))
    return found


def _episode_of(subject_ref: str) -> str:
    return subject_ref.removeprefix("episode:")


def _plain(value: Any) -> Any:
    """A value as both drivers would give it, and that can be counted: ids as text, documents as sorted JSON."""
    if isinstance(value, (bytes, memoryview, UUID)):
        return text(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return value


def text(value: Any) -> str:
    """Return an id as both databases give it, in its usual form."""
    return str(UUID(bytes=bytes(value))) if isinstance(value, (bytes, memoryview)) else str(value)
