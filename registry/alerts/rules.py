"""When an alert climbs, to which step, and whose ladder it is."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_CODE = re.compile(r"[a-z][a-z_]{0,63}")


class AlertStatus(StrEnum):
    """Where an alert (alarm) stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


# Configuration, not law: how long an alert of a priority may stay unacknowledged before it goes one step up.
STEP_BY_PRIORITY: Mapping[int, timedelta] = {
    1: timedelta(minutes=5),
    2: timedelta(minutes=30),
    3: timedelta(hours=8),
}
# Configuration: classes whose step differs from that of their priority.
STEP_BY_CLASS: Mapping[str, timedelta] = {
    "feed_late": timedelta(hours=1),
    "statement_late": timedelta(hours=8),
    "deadline_near": timedelta(hours=8),
    "confirmation_urgent": timedelta(minutes=5),
    "confirmation_routine": timedelta(minutes=30),
    "confirmation_late": timedelta(minutes=5),
    "deadline_urgent": timedelta(hours=1),
    "deadlines_moved": timedelta(hours=8),
    "deadlines_not_computed": timedelta(hours=8),
}
# Configuration: classes that are told and call no duty, however long nobody takes them.
_CALM = frozenset({"deadline_half", "deadline_reminder"})


def step(alert_class: str, priority: int) -> timedelta | None:
    """Return how long an alert waits at each step of the ladder; None for one that climbs no ladder."""
    if alert_class in _CALM:
        return None
    return STEP_BY_CLASS.get(alert_class) or STEP_BY_PRIORITY[priority]


def next_level(level: int, highest: int) -> int:
    """Return the step after this one; the highest repeats, and a ladder without steps stays where it is.

    >>> [next_level(0, 2), next_level(2, 2), next_level(0, 0)]
    [1, 2, 0]
    """
    return min(level + 1, max(highest, 0))


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What is raised; title and context hold no personal data, the context references only.

    `ladder_id` is whose ladder it climbs: one of the owners, named where another than `ladder_of` says must act.
    """

    alert_class: str
    priority: int
    title_nl: str
    subject_ref: str
    owners: Mapping[str, uuid.UUID | None]
    context: Mapping[str, object]
    ladder_id: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if self.priority not in STEP_BY_PRIORITY or not _CODE.fullmatch(self.alert_class):
            raise ValueError("an alert has a class in lower case and a priority from 1 to 3")
        if self.ladder_id is not None and self.ladder_id not in self.owners.values():
            raise ValueError("an alert climbs the ladder of one of its owners, for nobody else sees it")

    @property
    def climbs_id(self) -> uuid.UUID | None:
        """Whose ladder it climbs."""
        return self.ladder_id or ladder_of(self.owners)


_LADDER_ORDER = ("supervising_org_id", "police_org_id", "prosecuting_org_id", "sending_org_id", "partner_org_id")


def ladder_of(owners: Mapping[str, uuid.UUID | None]) -> uuid.UUID | None:
    """Return whose ladder an alert climbs: the supervisor's, else the police's, the prosecution's, the sender's."""
    return next((owners[name] for name in _LADDER_ORDER if owners.get(name) is not None), None)
