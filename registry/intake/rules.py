"""What a row of a delivery says, what the law makes of it, and whether it is new, a duplicate or a conflict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from registry.intake.findings import Finding, finding
from registry.law.periods import holds
from registry.law.rules import Listing, Regime
from registry.orders.naming.identifiers import DEFAULT_SKN_PATTERN
from registry.orders.register.content import ConditionContent, OrderContent, Party
from registry.orders.rules import ConditionType, MessageKind


class Law(Protocol):
    """What intake asks of the table of law; `registry.law.LawTable` has it."""

    def regime(self, code: str, on: date) -> Regime: ...
    def grounds(self, regime: str, on: date) -> frozenset[str]: ...
    def conditions_allowed(self, regime: str, on: date | None = None) -> Mapping[str, Listing]: ...
    def monitoring_allowed(self, regime: str, on: date | None = None) -> Listing | None: ...


@dataclass(frozen=True, slots=True)
class Checks:
    """What a row is judged by: the law, the day of receipt, and the layouts that are configuration."""

    law: Law
    received_on: date
    skn_pattern: str = DEFAULT_SKN_PATTERN


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """One message of a delivery. `version` None: the service places it above the highest version it knows.

    `content` is None only for an ending or suspension that came without a whole order. `digest` covers everything but
    the message id and the sending time; `order_digest` the order object alone, as a statement of the sender has it.
    """

    message_id: str
    order_number: str
    version: int | None
    kind: MessageKind
    sent_at: datetime | None
    effective_at: datetime | None
    subject_link: str | None
    corrects: int | None
    content: OrderContent | None
    digest: str
    order_digest: str | None
    raw: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a raw row says, as far as it could be read, and everything found wrong with it.

    `order_number` and `subject` hold what was readable, of a rejected row too, so that a lookup can answer
    "delivered, not processed".
    """

    message: OrderMessage | None
    findings: tuple[Finding, ...]
    order_number: str | None = None
    subject: Party | None = None

    @property
    def rejected(self) -> bool:
        return self.message is None


class RowOutcome(StrEnum):
    """What became of a row (uitkomst)."""

    ACCEPTED = "accepted"
    """aanvaard"""
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    """aanvaard met opmerkingen"""
    DUPLICATE = "duplicate"
    """eerder ontvangen"""
    CONFLICT = "conflict"
    """tegenstrijdig"""
    REJECTED = "rejected"
    """afgewezen"""
    PENDING = "pending"
    """nog te verwerken"""


class DeliveryStatus(StrEnum):
    """How far a delivery is (stand van de aanlevering)."""

    RECEIVING = "receiving"
    """wordt ontvangen"""
    PROCESSING = "processing"
    """wordt verwerkt"""
    DONE = "done"
    """verwerkt"""


class Verdict(StrEnum):
    """What a readable message does to the register."""

    APPLY = "apply"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Existing:
    """What is recorded already: the digest under this message id, and the digest of each version of the order."""

    message_digest: str | None = None
    version_digests: Mapping[int, str] = field(default_factory=dict)


def verdict(existing: Existing, message: OrderMessage) -> Verdict:
    """The same id or version with the same content changes nothing; with other content it is a conflict."""
    known = [existing.message_digest]
    if message.version is not None:
        known.append(existing.version_digests.get(message.version))
    seen = [digest for digest in known if digest is not None]
    if any(digest != message.digest for digest in seen):
        return Verdict.CONFLICT
    return Verdict.DUPLICATE if seen else Verdict.APPLY


_NEEDS_ZONE = frozenset({ConditionType.AREA_BAN, ConditionType.LOCATION_BAN, ConditionType.LOCATION_DUTY})


def judged(content: OrderContent, kind: MessageKind, checks: Checks) -> Iterator[Finding]:
    """Everything about a readable order that the sender should look at again; none of it stops the order."""
    on = content.facts.decided_on or content.facts.starts_on or checks.received_on
    yield from _judged_dates(content, kind, checks.law.regime(content.facts.regime, on), on)
    grounds = checks.law.grounds(content.facts.regime, on)
    if grounds and content.ground not in grounds:
        yield finding("ground_unknown", "/order/ground")
    if not content.conditions:
        yield finding("conditions_missing", "/order/conditions")
    monitored = any(each.electronic_monitoring for each in content.conditions)
    if monitored and content.supervision.organisation is None:
        yield finding("supervision_missing", "/order/supervision/organisation")
    listings = checks.law.conditions_allowed(content.facts.regime, on)
    monitoring = checks.law.monitoring_allowed(content.facts.regime, on)
    references = {each.reference for each in content.protected}
    for number, condition in enumerate(content.conditions):
        at = f"/order/conditions/{number}"
        if listings.get(condition.type) is Listing.NOT_LISTED:
            yield finding("condition_not_in_regime", at + "/type")
        if condition.electronic_monitoring and monitoring is Listing.NOT_LISTED:
            yield finding("monitoring_not_in_regime", at + "/electronicMonitoring")
        yield from _judged_condition(condition, references, at)


def _judged_dates(content: OrderContent, kind: MessageKind, regime: Regime, on: date) -> Iterator[Finding]:
    facts = content.facts
    start_on = facts.starts_on or facts.decided_on
    if not holds(regime, on):
        yield finding("regime_not_on_date", "/order/regime")
    if facts.starts_on is None:
        yield finding("start_missing", "/order/startsOn")
    if start_on and facts.ends_on:
        if facts.ends_on < start_on:
            yield finding("end_before_start", "/order/endsOn")
        elif regime.exceeds_maximum(start_on, facts.ends_on, renewed=kind is MessageKind.EXTENSION):
            yield finding("duration_beyond_law", "/order/endsOn")
    needed = regime.needs_service(
        immediately_enforceable=facts.immediately_enforceable, imposed_in_presence=facts.imposed_in_presence
    )
    if needed and facts.served_on is None:
        yield finding("service_unknown", "/order/service/servedOn")


def _judged_condition(condition: ConditionContent, references: set[str], at: str) -> Iterator[Finding]:
    if condition.starts_on and condition.ends_on and condition.ends_on < condition.starts_on:
        yield finding("end_before_start", at + "/endsOn")
    if not references.issuperset(condition.protects):
        yield finding("protects_unknown", at + "/protects")
    if condition.type in _NEEDS_ZONE and condition.zone is None:
        yield finding("zone_missing", at + "/zone")
