"""What is read of the parties and conditions of an order for an answer, before it is put in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from registry.dispatch.findings import Known
from registry.dispatch.rules import Relation
from registry.orders.force.wording import ConditionFacts, condition_nl
from registry.orders.models import OrderParty
from registry.orders.register.content import Party
from registry.orders.register.identity import identifiers_of, names_of, party_of
from registry.orders.rules import ConditionType, PartyRole

Told = dict[str, Any]
_RELATIONS = {PartyRole.SUBJECT: Relation.BOUND_BY, PartyRole.PROTECTED: Relation.PROTECTED_BY}


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of the current version of an order, still sealed; `is_hit` says that a key asked for is its own."""

    id: UUID
    order_id: UUID
    person_id: UUID
    role: PartyRole
    reference: str | None
    sealed: bytes
    is_hit: bool = True

    @property
    def relation(self) -> Relation:
        """Whether the order binds or protects."""
        return _RELATIONS[self.role]

    def open(self) -> Party:
        """The identity as the message gave it."""
        return party_of(self.role, self.reference, OrderParty.identity.open(self.id, self.sealed))

    def known(self, party: Party) -> Known:
        """What a question is held against, of this party once it is opened."""
        names, identifiers = names_of(party), identifiers_of(party)
        return Known(self.relation, self.reference, names, identifiers, self.person_id, party.sex)


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition of the current version, opened; `leave_until` is when leave (ontheffing) that he has now ends."""

    reference: str
    type: ConditionType
    starts_on: date | None
    ends_on: date | None
    is_monitored: bool
    not_monitored_because: str | None
    told: Told
    leave_until: datetime | None = None

    def sentence_nl(self, order_ends_on: date | None) -> str:
        """The condition in plain Dutch, by references only."""
        facts = ConditionFacts(
            reference=self.reference,
            type=self.type,
            protects=tuple(self.told["protects"]),
            starts_on=self.starts_on,
            ends_on=self.ends_on or order_ends_on,
            distance_m=self.told["distance_m"],
            scheduled=self.told["scheduled"],
            electronic_monitoring=self.told["electronic_monitoring"] is True,
        )
        return condition_nl(facts)
