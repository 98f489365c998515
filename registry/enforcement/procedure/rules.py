"""The rows of the table of procedures: steps, paths, clocks, custody, and what the law refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from registry.enforcement.procedure.events import Event, EventKind
from registry.law.rules import Confidence, RegimeCode
from registry.law.standstill import Stretch
from registry.law.terms.rules import JudgedBy

# The detail that tells steps of one kind apart.
TELLING: dict[EventKind, str] = {
    EventKind.PROSECUTOR_DECISION: "decision",
    EventKind.FILING: "demand",
    EventKind.EXAMINING_JUDGE_DECISION: "decision",
    EventKind.HEARING_HELD: "outcome",
    EventKind.OUTCOME: "outcome",
    EventKind.SERVICE: "of",
    EventKind.NOTIFICATION: "to",
}


class ActorKind(StrEnum):
    """Who takes a step."""

    POLICE = "police"
    """politie"""
    ASSISTANT_PROSECUTOR = "assistant_prosecutor"
    """hulpofficier van justitie"""
    PROSECUTION = "prosecution"
    """openbaar ministerie"""
    EXAMINING_JUDGE = "examining_judge"
    """rechter-commissaris"""
    COURT = "court"
    """rechtbank"""
    APPEAL_COURT = "appeal_court"
    """gerechtshof"""
    PROBATION = "probation"
    """reclassering"""
    MINISTER = "minister"
    """minister (CJIB)"""
    SUBJECT = "subject"
    """betrokkene"""
    AUTHORITY = "authority"
    """bestuur (burgemeester, directeur, deurwaarder)"""


# Which organisation of an order is meant by whoever acts; the others have none of their own here.
OWNERS: Mapping[ActorKind, str] = {
    ActorKind.POLICE: "police_org_id",
    ActorKind.PROSECUTION: "prosecuting_org_id",
    ActorKind.PROBATION: "supervising_org_id",
    ActorKind.MINISTER: "sending_org_id",
}
# Where that one is missing, who is nearest to what must be done.
_NEXT = ("prosecuting_org_id", "police_org_id", "supervising_org_id", "sending_org_id")


def owner_of(who: ActorKind, organisations: Mapping[str, UUID | None]) -> UUID | None:
    """The organisation that must act: the one meant, or else the nearest there is."""
    return next((organisations[name] for name in (OWNERS[who], *_NEXT) if organisations.get(name) is not None), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and which events it means. An event whose telling detail is left out counts where `values` has ""."""

    code: str
    kind: EventKind
    name_nl: str
    actors: tuple[ActorKind, ...]
    values: tuple[str, ...] = ()
    party: str = ""
    decided_by: tuple[str, ...] = ()

    def means(self, event: Event) -> bool:
        """Whether this event is that step."""
        if event.kind is not self.kind:
            return False
        details = event.details
        if self.values and details.get(TELLING[self.kind], "") not in self.values:
            return False
        if self.decided_by and details.get("decided_by", "") not in self.decided_by:
            return False
        return not self.party or details.get("party") == self.party


@dataclass(frozen=True, slots=True)
class Path:
    """A step of one procedure: after which others it can be planned, which outcomes it has, and on which article."""

    step: str
    source: str
    after: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    only_if: str = ""
    late: bool = False
    confidence: Confidence = Confidence.FOUND


@dataclass(frozen=True, slots=True)
class ClockRule:
    """Which step starts a term, and which stop it; see the head of the table for the conditions.

    `owner` is who must act while it runs; of a right, or a court's term, who sees to it.
    """

    term: str
    start: str
    stop: tuple[str, ...]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    only_if: str = ""
    detail: str = ""
    told: bool = False
    right: bool = False
    monitored: bool = False
    district: bool = False
    owner: ActorKind = ActorKind.PROSECUTION


@dataclass(frozen=True, slots=True)
class CustodyRule:
    """Since which step somebody is held, which steps end that, and which terms it may not outlast."""

    since: str
    until: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the law does not know a step here, in Dutch, with the article."""

    step: str
    text_nl: str
    source: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """How a breach is followed up in one or more regimes, and what ends that.

    `grounds`: of the order; "" is one that is not known. `open`: nothing is known of the procedure, so that no step is
    refused. `ledger`: each breach costs substitute detention, which is kept count of.
    """

    code: str
    title_nl: str
    regimes: tuple[RegimeCode, ...]
    summary_nl: str
    source: str
    ends: tuple[str, ...]
    path: tuple[Path, ...] = ()
    clock: tuple[ClockRule, ...] = ()
    refuses: tuple[Refusal, ...] = ()
    custody: CustodyRule | None = None
    several: tuple[EventKind, ...] = ()
    grounds: tuple[str, ...] | None = None
    by: JudgedBy = JudgedBy.EVENT
    open: bool = False
    ledger: bool = False
    confidence: Confidence = Confidence.FOUND
    valid_from: date | None = None
    valid_until: date | None = None

    def at(self, step: str) -> Path | None:
        """The place of a step in this procedure, if it has one."""
        return next((row for row in self.path if row.step == step), None)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a proceeding is about. `on` is the day of the arrest or breach, whose law governs the terms.

    `stretches` are those in which terms that pause stood still.
    """

    regime: str
    on: date
    ground: str | None = None
    decided_on: date | None = None
    monitored: bool = False
    arrondissement: str | None = None
    stretches: tuple[Stretch, ...] = ()
