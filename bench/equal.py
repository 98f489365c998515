"""Whether two instances hold the same, by natural keys and content: ids and recorded times are each instance's own."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.instance import Instance
from bench.limit import inside

_FINAL = "('open', 'closed')"
_SAME = {
    "pings": (
        "SELECT device.name, at_ms, sequence, kind, message_at_ms, lat_deg, lon_deg, accuracy_m, hdop, speed_mps,"
        " course_deg, altitude_m, battery_pct, alarm, judged FROM ping JOIN device ON device.number = device_number"
    ),
    "episodes": (
        "SELECT protection_order.number, condition.reference, zone_version, zone_kind, start_ms, end_ms, cause,"
        " end_cause, verdict, confirmed_ms, episode.status, reasons FROM episode"
        " JOIN protection_order ON protection_order.id = episode.order_id"
        f" JOIN condition ON condition.id = episode.condition_id WHERE episode.status IN {_FINAL}"
    ),
    "breaches": (
        "SELECT protection_order.number, condition.reference, origin, status, occurred_from, occurred_until, severity"
        " FROM breach JOIN protection_order ON protection_order.id = breach.order_id"
        " JOIN condition ON condition.id = breach.condition_id"
    ),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of a kind are held by one instance and not by the other, and how many both hold."""

    kind: str
    only_here: int
    only_there: int
    both: int

    @property
    def rows(self) -> int:
        """How many rows differ."""
        return self.only_here + self.only_there


def differences(here: Instance, there: Instance) -> list[Difference]:
    """Return for pings, episodes and breaches how the two differ."""
    found = []
    for kind, statement in _SAME.items():
        one, other = _held(here, statement), _held(there, statement)
        both = (one & other).total()
        found.append(Difference(kind, (one - other).total(), (other - one).total(), both))
    return found


def _held(instance: Instance, statement: str) -> Counter[tuple[Any, ...]]:
    with inside(instance) as driver:
        return Counter(tuple(row) for row in driver.execute(statement))


def miscalled(instance: Instance) -> tuple[int, int]:
    """Return how many final episodes have not exactly one alert, and how many open alerts have no final episode.

    One that was superseded or withdrawn by a new judgement may have called somebody once, but must not do so any more.
    """
    with inside(instance) as driver:
        final = {text(row[0]) for row in driver.execute(f"SELECT id FROM episode WHERE status IN {_FINAL}")}
        alerts = driver.execute("SELECT subject_ref, closed_at FROM alert WHERE subject_ref LIKE 'episode:%'")
    calls = Counter(str(subject).removeprefix("episode:") for subject, _ in alerts)
    open_calls = {str(subject).removeprefix("episode:") for subject, closed_at in alerts if closed_at is None}
    return sum(calls[each] != 1 for each in final), len(open_calls - final)


def text(value: Any) -> str:
    """Return an id as both databases give it, in its usual form."""
    return str(UUID(bytes=bytes(value))) if isinstance(value, (bytes, memoryview)) else str(value)
