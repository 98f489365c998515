"""The order as one message tells it: normalised values beside the fields as they were delivered.

What identifies a person stays out of `repr`, so that no log or traceback shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from geo.schedule import Schedule
from geo.shapes import Shape
from registry.orders.force.wording import ConditionFacts
from registry.orders.naming.identifiers import PartialDate
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
    phones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    raw: Raw = field(default_factory=dict, repr=False)

    @property
    def recognisable(self) -> bool:
        """Whether a person can be told from others at all: a checked number, or a name."""
        return any((self.skn, self.bsn, self.surname, self.partner_surname, self.aliases))


@dataclass(frozen=True, slots=True)
class ZoneContent:
    """The area of a condition (gebied) as delivered; `shape` is None when it cannot be judged, or not yet.

    A circle around an address has its `address` and no shape: finding the spot is for who knows a gazetteer.
    """

    kind: ZoneKind
    crs: str
    buffer_m: float
    wire: Raw = field(repr=False)
    shape: Shape | None = field(default=None, repr=False)
    address: PostalAddress | None = field(default=None, repr=False)
    radius_m: float | None = None


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


@dataclass(frozen=True, slots=True)
class OrderContent:
    """A whole order as of one version; `raw` holds every field as delivered."""

    facts: OrderFacts
    subject: Party
    protected: tuple[Party, ...] = ()
    conditions: tuple[ConditionContent, ...] = ()
    ground: str | None = None
    case_number: str | None = None
    ecli: str | None = None
    court: str | None = None
    served_in_person: bool | None = None
    requested_police_action: str | None = field(default=None, repr=False)
    supervision: Supervision = Supervision()
    police_unit: str | None = None
    prosecution: str | None = None
    raw: Raw = field(default_factory=dict, repr=False)
