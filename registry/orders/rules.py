"""What an order is at any moment: all its versions, in any order of arrival, folded into one current view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

MOST_GAPS_LISTED = 100


class MessageKind(StrEnum):
    """What a message of the sender does to an order (berichtsoort)."""

    NEW = "new"
    """nieuw"""
    CHANGE = "change"
    """wijziging"""
    CORRECTION = "correction"
    """correctie"""
    SUSPENSION = "suspension"
    """schorsing"""
    RESUMPTION = "resumption"
    """hervatting"""
    EXTENSION = "extension"
    """verlenging"""
    END = "end"
    """einde"""
    WITHDRAWAL = "withdrawal"
    """intrekking"""
    ANNULMENT = "annulment"
    """vernietiging"""
    MERGE = "merge"
    """samenvoeging"""
    SPLIT = "split"
    """splitsing"""


ENDING_KINDS = frozenset({MessageKind.END, MessageKind.WITHDRAWAL, MessageKind.ANNULMENT})
WORKS_AT_ONCE = ENDING_KINDS | {MessageKind.SUSPENSION}


class OrderStatus(StrEnum):
    """Whether an order holds at an instant; only `in_force` carries a power."""

    IN_FORCE = "in_force"
    """geldig"""
    NOT_YET = "not_yet"
    """nog niet ingegaan"""
    NOT_SERVED = "not_served"
    """nog niet betekend"""
    SUSPENDED = "suspended"
    """geschorst"""
    PAUSED = "paused"
    """de klok staat stil"""
    UNCONFIRMED = "unconfirmed"
    """niet recent bevestigd"""
    EXPIRED_VERIFY = "expired_verify"
    """verlopen, te verifiëren"""
    ENDED = "ended"
    """geëindigd"""


class ConditionType(StrEnum):
    """The kind of ban or duty (soort voorwaarde)."""

    CONTACT_BAN = "contact_ban"
    """contactverbod"""
    LOCATION_BAN = "location_ban"
    """locatieverbod"""
    AREA_BAN = "area_ban"
    """gebiedsverbod"""
    LOCATION_DUTY = "location_duty"
    """locatiegebod"""
    POLICE_REPORTING_DUTY = "police_reporting_duty"
    """meldplicht bij de politie"""
    PROBATION_REPORTING_DUTY = "probation_reporting_duty"
    """meldplicht bij de reclassering"""
    SETTLEMENT_BAN = "settlement_ban"
    """vestigingsverbod"""
    MOVING_DUTY = "moving_duty"
    """verhuisplicht"""
    APPROACH_BAN = "approach_ban"
    """afstandsverbod ten opzichte van een persoon"""
    OTHER = "other"
    """andere voorwaarde"""


class PartyRole(StrEnum):
    """The part a person has in an order."""

    SUBJECT = "subject"
    """betrokkene"""
    PROTECTED = "protected"
    """beschermde"""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the status needs of the order as one version tells it; dates are in `time_zone`.

    `end_unreadable`: an end was told that could not be read. `starts_at` and `ends_at` lie in its first and last day.
    """

    regime: str
    decided_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    immediately_enforceable: bool | None = None
    imposed_in_presence: bool | None = None
    served_on: date | None = None
    final_on: date | None = None
    time_zone: str = "Europe/Amsterdam"
    end_unreadable: bool = False
    renewals: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One recorded message of an order; `order` is None when an ending came without the order itself.

    `corrects` is the version that a correction says it takes back.
    """

    version: int
    kind: MessageKind
    recorded_at: datetime
    effective_at: datetime | None = None
    order: OrderFacts | None = None
    corrects: int | None = None

    @property
    def works_at(self) -> datetime:
        return self.effective_at or self.recorded_at


@dataclass(frozen=True, slots=True)
class Block:
    """An ending or a suspension, from its working instant until what lifted it; half-open."""

    kind: MessageKind
    effective_at: datetime
    version: int
    to_be_verified: bool
    until_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.effective_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Current:
    """The current view of an order. `gaps` lists at most 100 missing versions, `missing` counts them all.

    For each gap `above_gaps_recorded_at` says since when it is known: when the first version above it was recorded.
    `facts` come from the highest version that carried the order itself. `after_ending` names the versions that came
    above an ending and did not lift it; `lifted_by` the version that did. `extensions` counts those not taken back.
    """

    version: int
    kind: MessageKind
    facts: OrderFacts | None
    facts_version: int | None
    gaps: tuple[int, ...]
    above_gaps_recorded_at: tuple[datetime, ...]
    missing: int
    endings: tuple[Block, ...]
    suspensions: tuple[Block, ...]
    after_ending: tuple[int, ...]
    lifted_by: int | None
    first_recorded_at: datetime
    last_recorded_at: datetime
    extensions: int = 0

    @property
    def renewed(self) -> int:
        """How often the order was renewed, as far as anything told so: the messages, or the sender in one of them."""
        return max(self.extensions, (self.facts.renewals if self.facts else None) or 0)

    @property
    def ending(self) -> Block | None:
        """The ending that governs: the earliest of those nothing has lifted."""
        return min((b for b in self.endings if b.until_at is None), key=_block_order, default=None)

    @property
    def suspension(self) -> Block | None:
        """The suspension still open, if any."""
        return min((b for b in self.suspensions if b.until_at is None), key=_block_order, default=None)

    @property
    def gap_since(self) -> datetime | None:
        """Since when the oldest of the gaps is known, if there are any."""
        return min(self.above_gaps_recorded_at, default=None)


def _block_order(block: Block) -> tuple[datetime, int]:
    return block.effective_at, block.version


def fold(versions: Iterable[VersionFacts]) -> Current:
    """The current view of an order, equal for the same versions in whatever order they arrived.

    The highest version applies at once. An ending or a suspension works whatever is missing below it. A resumption
    lifts a suspension, an extension a plain end, and a correction the one version that it names: a mended typing error
    revives nothing, for a lapsed order must not lead to an arrest.
    """
    chain = _chain(versions)
    if not chain:
        raise ValueError("an order has at least one version")
    endings, suspensions, after_ending, lifted_by = _blocks(chain)
    numbers = [each.version for each in chain]
    gaps = _gaps(numbers)
    carrier = next((each for each in reversed(chain) if each.order is not None), None)
    return Current(
        version=chain[-1].version,
        kind=chain[-1].kind,
        facts=carrier.order if carrier else None,
        facts_version=carrier.version if carrier else None,
        gaps=gaps,
        above_gaps_recorded_at=_known_since(chain, gaps),
        missing=numbers[-1] - len(numbers),
        endings=endings,
        suspensions=suspensions,
        after_ending=after_ending,
        lifted_by=lifted_by,
        first_recorded_at=min(each.recorded_at for each in chain),
        last_recorded_at=max(each.recorded_at for each in chain),
        extensions=_extensions(chain),
    )


def _chain(versions: Iterable[VersionFacts]) -> list[VersionFacts]:
    first: dict[int, VersionFacts] = {}
    for each in sorted(versions, key=lambda v: (v.version, v.recorded_at, v.kind)):
        if each.version < 1:
            raise ValueError("versions count from 1")
        first.setdefault(each.version, each)
    return list(first.values())


def _extensions(chain: list[VersionFacts]) -> int:
    taken_back = {each.corrects for each in chain if each.kind is MessageKind.CORRECTION}
    return sum(1 for each in chain if each.kind is MessageKind.EXTENSION and each.version not in taken_back)


def _gaps(numbers: list[int]) -> tuple[int, ...]:
    gaps: list[int] = []
    expected = 1
    for number in numbers:
        room = MOST_GAPS_LISTED - len(gaps)
        gaps.extend(range(expected, min(number, expected + room)))
        expected = number + 1
    return tuple(gaps)


def _known_since(chain: list[VersionFacts], gaps: tuple[int, ...]) -> tuple[datetime, ...]:
    return tuple(min(each.recorded_at for each in chain if each.version > gap) for gap in gaps)


def _blocks(chain: list[VersionFacts]) -> tuple[tuple[Block, ...], tuple[Block, ...], tuple[int, ...], int | None]:
    endings: list[Block] = []
    suspensions: list[Block] = []
    after_ending: list[int] = []
    lifted_by: int | None = None
    for seen, each in enumerate(chain, start=1):
        had_ending = any(block.until_at is None for block in endings)
        if each.kind in WORKS_AT_ONCE:
            block = Block(each.kind, each.works_at, each.version, to_be_verified=each.version != seen)
            (suspensions if each.kind is MessageKind.SUSPENSION else endings).append(block)
        endings, suspensions = _lifted(endings, each), _lifted(suspensions, each)
        ended = any(block.until_at is None for block in endings)
        if had_ending and not ended:
            lifted_by, after_ending = each.version, []
        elif had_ending and each.kind not in ENDING_KINDS:
            after_ending.append(each.version)
    return tuple(endings), tuple(suspensions), tuple(after_ending), lifted_by


_LIFTS: Mapping[MessageKind, frozenset[MessageKind]] = {
    MessageKind.CORRECTION: WORKS_AT_ONCE,
    MessageKind.RESUMPTION: frozenset({MessageKind.SUSPENSION}),
    MessageKind.EXTENSION: frozenset({MessageKind.END}),
}


def _lifted(blocks: list[Block], by: VersionFacts) -> list[Block]:
    """A lift with its own instant closes the block there; a correction or extension without one undoes it wholly."""
    kinds = _LIFTS.get(by.kind, frozenset())
    lift_at = by.works_at if by.kind is MessageKind.RESUMPTION else by.effective_at
    kept: list[Block] = []
    for block in blocks:
        named = by.kind is not MessageKind.CORRECTION or by.corrects == block.version
        if block.kind not in kinds or not named or block.until_at is not None:
            kept.append(block)
        elif lift_at is not None and lift_at > block.effective_at:
            kept.append(replace(block, until_at=lift_at))
    return kept
