"""All that the register and intake hold, told without ids and instants, so that two of them can be compared."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry
from registry.db.sealing import unseal
from registry.http import Runtime
from registry.intake.models import (
    IntakeDelivery,
    IntakeFinding,
    IntakeRaw,
    IntakeRow,
    IntakeRowKey,
    IntakeSource,
    MessageSeen,
    WaitingBlock,
    WaitingKey,
)
from registry.orders.index_models import PartyName, PartyNameGone, ZonePlace, ZonePlaceGone
from registry.orders.models import (
    Condition,
    Order,
    OrderParty,
    OrderVersion,
    PartyLink,
    Person,
    SearchKey,
    SubjectLinkRecord,
    ZoneRecord,
)
from registry.orders.number_models import CarriedNumber, SharedNumber
from registry.orders.register.projection import NAME_PLACE
from registry.outbox.models import Event, EventAudience

_FILLED = (
    *(
        IntakeFinding,
        IntakeRow,
        IntakeRowKey,
        IntakeRaw,
        MessageSeen,
        IntakeSource,
        WaitingKey,
        WaitingBlock,
        IntakeDelivery,
        EventAudience,
        Event,
    ),
    *(
        CarriedNumber,
        SharedNumber,
        SearchKey,
        PartyName,
        PartyNameGone,
        ZonePlace,
        ZonePlaceGone,
        PartyLink,
        ZoneRecord,
        Condition,
        OrderParty,
    ),
    *(OrderVersion, SubjectLinkRecord, Order, Person),
)

Name = Callable[[UUID], Any]


def empty(shared: Runtime) -> None:
    """Remove what deliveries leave, but for the audit entries and the vocabulary of names."""
    with shared.database.transaction() as session:
        session.execute(update(Person).values(merged_into_id=None))
        for model in _FILLED:
            session.execute(delete(model).execution_options(synchronize_session=False))


def entries(shared: Runtime) -> set[tuple[int, int]]:
    with shared.database.reading() as session:
        found = session.execute(select(AuditEntry.chain, AuditEntry.sequence))
        return {(chain, sequence) for chain, sequence in found}


def dump(shared: Runtime, audited: set[tuple[int, int]]) -> dict[str, Any]:
    """Tell what is there; of the audit entries only what was not there before."""
    with shared.database.reading() as session:
        return _Dump(session).all() | {"audit": _audit(session, audited)}


def _audit(session: Session, audited: set[tuple[int, int]]) -> list[Any]:
    fresh = [one for one in session.scalars(select(AuditEntry)) if (one.chain, one.sequence) not in audited]
    return sorted((one.action, one.object_ref.partition(":")[0], str(one.details)) for one in fresh)


class _Dump:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[UUID, Any] = {None: None}  # type: ignore[dict-item]
        for order in session.scalars(select(Order)):
            self._names[order.id] = order.number
        for version in session.scalars(select(OrderVersion)):
            self._names[version.id] = (self._names[version.order_id], version.version)
        for party in session.scalars(select(OrderParty)):
            self._names[party.id] = (*self._names[party.version_id], party.role, party.reference)
        self._name_persons()

    def _name_persons(self) -> None:
        """A person is whoever was ever one of some parties."""
        parties: defaultdict[UUID, set[Any]] = defaultdict(set)
        for link in self._session.scalars(select(PartyLink)):
            parties[link.person_id].add(self._names[link.party_id])
        for person in self._session.scalars(select(Person)):
            self._names[person.id] = tuple(sorted(parties[person.id], key=str))

    def all(self) -> dict[str, Any]:
        return {
            "orders": self._rows(Order, "current_version_id"),
            "versions": self._rows(OrderVersion, "order_id", opened="content"),
            "parties": self._rows(OrderParty, "version_id", opened="identity"),
            "persons": sorted(
                str((self._names[one.id], one.zone_revision > 0, self._names[one.merged_into_id]))
                for one in self._session.scalars(select(Person))
            ),
            "links": sorted(
                (str(self._names[one.party_id]), str(self._names[one.person_id]), one.cause, one.replaced_at is None)
                for one in self._session.scalars(select(PartyLink))
            ),
            "conditions": self._rows(Condition, "version_id", opened="content"),
            "zones": self._rows(ZoneRecord, "order_id", opened="geometry"),
            "keys": self._rows(SearchKey, "party_id"),
            "carried": self._rows(CarriedNumber, "party_id"),
            "shared": self._shared(),
            "names": self._named(),
            "places": len(self._session.scalars(select(ZonePlace.zone_id)).all()),
            "asked": self._rows(SubjectLinkRecord, "order_id"),
            "events": self._events(),
            "rows": self._rows(IntakeRow, "order_id"),
            "seen": self._rows(MessageSeen),
            "found": self._found(),
            "open_keys": sorted(self._session.scalars(select(IntakeRowKey.key))),
        }

    def _rows(self, model: type[Any], *named: str, opened: str | None = None) -> list[str]:
        return sorted(str(self._row(one, named, opened)) for one in self._session.scalars(select(model)))

    def _row(self, one: Any, named: tuple[str, ...], opened: str | None) -> dict[str, Any]:
        table: Table = one.__table__
        told = {column.name: getattr(one, column.name) for column in table.columns if _is_told(column.name)}
        told |= {name: self._names[getattr(one, name)] for name in named}
        return told | ({"opened": getattr(one, opened)} if opened else {})

    def _named(self) -> list[Any]:
        """What each party is found by name with; the numbers of the rows differ."""
        opened = (
            (self._names[one.party_id], unseal(one.words_sealed, NAME_PLACE + one.party_id.hex))
            for one in self._session.scalars(select(PartyName))
        )
        return sorted((str(name), words.hex()) for name, words in opened)

    def _shared(self) -> list[Any]:
        """The numbers that unlike people share, as they stand: what came and went within a group is told by either."""
        still_open = select(SharedNumber).where(SharedNumber.settled_at.is_(None))
        return sorted(
            str(self._row(one, ("order_id", "other_order_id"), None)) for one in self._session.scalars(still_open)
        )

    def _found(self) -> list[Any]:
        """What opened and was mended within a group is never written, and what two rows say is said by either."""
        still_open = select(IntakeFinding).where(IntakeFinding.closed_at.is_(None))
        return sorted((str(one.order_number), one.code, one.place) for one in self._session.scalars(still_open))

    def _events(self) -> list[Any]:
        audiences: defaultdict[UUID, list[str]] = defaultdict(list)
        for one in self._session.scalars(select(EventAudience)):
            audiences[one.event_id].append(str(one.organisation_id))
        return sorted(
            (
                one.type,
                str({name: value for name, value in one.data.items() if not name.endswith("_id")}),
                str(self._names.get(UUID(one.data["order_id"])) if "order_id" in one.data else None),
                sorted(audiences[one.id]),
            )
            for one in self._session.scalars(select(Event))
        )


def _is_told(name: str) -> bool:
    """Ids are named in another way or not at all, instants differ, and what is sealed is opened."""
    return name != "id" and not name.endswith(("_id", "_at", "_sealed"))
