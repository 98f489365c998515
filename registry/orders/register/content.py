"""The order as one message tells it: normalised values beside the fields as they were delivered.

What identifies a person stays out of `repr`, so that no log or traceback shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from geo.schedule import Schedule
from geo.shapes import Shape
from registry.orders.force.wording import ConditionFacts
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.exceptions import ExceptionContent
from registry.orders.rules import ConditionType, OrderFacts, PartyRole

PartyKind = Literal["person", "institution"]
ZoneKind = Literal["exclusion", "inclusion"]
Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True, repr=False)
class PostalAddress:
    """An address with whatever parts of it are known; found by postcode and house number when it has both."""

    postcode: str | None = None
    house_number: int | None = None
    suffix: str = ""
    street: str | None = None
    city: str | None = None
    bag_id: str | None = None


class RiskKind(StrEnum):
    """What an officer must know before he meets somebody (gevaarsignalering)."""

    WEAPON = "weapon"
    """vuurwapen of ander wapen"""
    RESISTANCE = "resistance"
    """verzet"""
    MEDICAL = "medical"
    """medisch"""
    OTHER = "other"
    """anders"""


@dataclass(frozen=True, slots=True)
class RiskMarker:
    """Something an officer must know before he meets the subject, in a word and in the sender's own words."""

    kind: RiskKind
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """The identity of a subject or a protected person or institution, as this message gives it."""

    role: PartyRole
    reference: str
    kind: PartyKind = "person"
    name: str | None = None
    minor: bool | None = None
    skn: str | None = None
    bsn: str | None = None
    v_number: str | None = None
    surname: str | None = None
    prefix: str | None = None
    given_names: str | None = None
    initials: str | None = None
    partner_surname: str | None = None
    partner_prefix: str | None = None
    aliases: tuple[str, ...] = ()
    birth_date: PartialDate | None = None
    sex: str | None = None
    addresses: tuple[PostalAddress, ...] = ()
    no_fixed_abode: bool | None = None
    phones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    risk_markers: tuple[RiskMarker, ...] = ()
    raw: Raw = field(default_factory=dict, repr=False)

    @property
    def recognisable(self) -> bool:
        """Whether a person can be told from others at all: a checked number, or a name."""
        return any((self.skn, self.bsn, self.surname, self.partner_surname, self.aliases))


@dataclass(frozen=True, slots=True)
class ZoneContent:
    """The area of a condition (gebied) as delivered; `shape` is None when it cannot be judged, or not yet.

    A circle around an address has its `address` and no shape: finding the spot is for who knows a gazetteer. Within
    `warning_m` metres around a banned zone it is told, quietly, that he is near.
    """

    kind: ZoneKind
    crs: str
    buffer_m: float
    wire: Raw = field(repr=False)
    shape: Shape | None = field(default=None, repr=False)
    address: PostalAddress | None = field(default=None, repr=False)
    radius_m: float | None = None
    warning_m: float = 0.0


@dataclass(frozen=True, slots=True)
class ConditionContent:
    """One ban or duty (voorwaarde): the words of the judgment, and what a machine can follow of them."""

    reference: str
    type: ConditionType
    text: str | None = field(default=None, repr=False)
    protects: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    electronic_monitoring: bool | None = None
    distance_m: float | None = None
    zone: ZoneContent | None = None
    schedule: Schedule | None = None
    schedule_unreadable: bool = False
    exceptions: tuple[ExceptionContent, ...] = ()
    raw: Raw = field(default_factory=dict, repr=False)

    @property
    def can_be_monitored(self) -> bool:
        """Whether positions can be held against it: a usable zone, and no times that could not be read."""
        return self.zone is not None and self.zone.shape is not None and not self.schedule_unreadable

    def facts(self, order_ends_on: date | None) -> ConditionFacts:
        """What the plain Dutch sentence needs; without an end of its own it ends with the order."""
        return ConditionFacts(
            reference=self.reference,
            type=self.type,
            protects=self.protects,
            starts_on=self.starts_on,
            ends_on=self.ends_on or order_ends_on,
            distance_m=self.distance_m,
            scheduled=self.schedule is not None,
            electronic_monitoring=self.electronic_monitoring is True,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Supervision:
    """Who supervises the subject (toezicht), and how to reach them."""

    organisation: str | None = None
    contact_name: str | None = None
    phone: str | None = None


class ServiceHow(StrEnum):
    """How an order was served on its subject (wijze van betekening)."""

    IN_PERSON = "in_person"
    """in persoon"""
    AT_HEARING = "at_hearing"
    """uitgereikt op de zitting"""
    AT_ADDRESS = "at_address"
    """aan het adres, aan een ander"""
    BY_POST = "by_post"
    """per post"""
    ELECTRONIC = "electronic"
    """elektronisch"""
    VIA_PROSECUTION = "via_prosecution"
    """aan het parket"""
    OTHER = "other"
    """anders"""


PenaltyUnit = Literal["day", "week", "month", "eur"]


@dataclass(frozen=True, slots=True)
class Amount:
    """So many days, weeks or months of detention, or euros."""

    amount: float
    unit: PenaltyUnit


@dataclass(frozen=True, slots=True)
class BreachPenalty:
    """What the judgment sets for each breach (vervangende hechtenis, dwangsom), and at most in all."""

    each: Amount
    maximum: Amount | None = None


@dataclass(frozen=True, slots=True)
class AnkleMonitor:
    """Whether an ankle monitor (enkelband) was considered and imposed, of what kind, and why or why not."""

    considered: bool | None = None
    imposed: bool | None = None
    kind: Literal["gps", "rfid", "alcohol"] | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Risk:
    """The level of risk that a human set, by which instrument and when; it is never computed here."""

    level: Literal["low", "medium", "high"]
    assessed_on: date | None = None
    instrument: str | None = None


@dataclass(frozen=True, slots=True)
class OrderContent:
    """A whole order as of one version; `raw` holds every field as delivered.

    `incident_number` is that of the police's registration (BVH), `appeal_number` that of the court of appeal;
    `known_on` is the day on which the order was known to its subject; `renewals` how often it was renewed so far;
    `judged_on` the day of the judgment that the decision rests on, where that is another.
    """

    facts: OrderFacts
    subject: Party
    protected: tuple[Party, ...] = ()
    conditions: tuple[ConditionContent, ...] = ()
    judged_on: date | None = None
    ground: str | None = None
    case_number: str | None = None
    appeal_number: str | None = None
    incident_number: str | None = None
    ecli: str | None = None
    court: str | None = None
    served_in_person: bool | None = None
    service_how: ServiceHow | None = None
    known_on: date | None = None
    renewals: int | None = None
    prosecution_started_on: date | None = None
    breach_penalty: BreachPenalty | None = None
    ankle_monitor: AnkleMonitor | None = None
    youth_supervision: Supervision | None = None
    case_director: Supervision | None = None
    risk: Risk | None = None
    remark: str | None = field(default=None, repr=False)
    requested_police_action: str | None = field(default=None, repr=False)
    supervision: Supervision = Supervision()
    police_unit: str | None = None
    prosecution: str | None = None
    raw: Raw = field(default_factory=dict, repr=False)

    def further(self) -> dict[str, Any]:
        """What is told beside the facts and the names, as it is sealed."""
        return {
            "service_how": self.service_how,
            "known_on": self.known_on and self.known_on.isoformat(),
            "judged_on": self.judged_on and self.judged_on.isoformat(),
            "renewals": self.renewals,
            "prosecution_started_on": self.prosecution_started_on and self.prosecution_started_on.isoformat(),
            "breach_penalty": self.breach_penalty and asdict(self.breach_penalty),
            "ankle_monitor": self.ankle_monitor and asdict(self.ankle_monitor),
            "youth_supervision": self.youth_supervision and asdict(self.youth_supervision),
            "case_director": self.case_director and asdict(self.case_director),
            "risk": self.risk and asdict(self.risk),
            "appeal_number": self.appeal_number,
            "incident_number": self.incident_number,
            "remark": self.remark,
        }
