"""What a row of a delivery says, what the law makes of it, and whether it is new, a duplicate or a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from registry.intake.findings import Finding
from registry.intake.layouts import Layouts, layouts
from registry.law.periods import Length
from registry.law.rules import Listing, Regime
from registry.law.starts import StartWait
from registry.orders.register.content import OrderContent, Party
from registry.orders.rules import MessageKind


class Law(Protocol):
    """What intake asks of the table of law; `registry.law.LawTable` has it."""

    def regime(self, code: str, on: date) -> Regime: ...
    def conditions_allowed(self, regime: str, on: date | None = None) -> Mapping[str, Listing]: ...
    def monitoring_allowed(self, regime: str, on: date | None = None) -> Listing | None: ...
    def usual_longest(self, regime: str, on: date) -> Length | None: ...
    def start_wait(
        self, regime: str, on: date, decided_on: date | None, served_on: date | None
    ) -> StartWait | None: ...


@dataclass(frozen=True, slots=True)
class Checks:
    """What a row is judged by: the law, the day of receipt, and the layouts that are configuration."""

    law: Law
    received_on: date
    layouts: Layouts = field(default_factory=layouts)


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """One message of a delivery. `version` None: the service places it above the highest version it knows.

    `content` is None only for an ending or suspension that came without a whole order. `digest` covers everything but
    the message id and the sending time; `order_digest` the order object alone, as a statement of the sender has it.
    `provisional_number` is that of the provisional order which the sender says this is.
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
    provisional_number: str | None = None


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
