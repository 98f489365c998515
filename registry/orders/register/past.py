"""What held of an order at one instant, as the register knew it at another: two times, asked apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.errors import Fault, Invalid
from registry.orders.force.binding import told_in
from registry.orders.force.case import Surroundings
from registry.orders.force.entered import provisional_of
from registry.orders.force.lawbook import MeasuresAt, measures_at
from registry.orders.force.period import Detention as Stretch
from registry.orders.force.provisional import Provisional
from registry.orders.force.standing import flags_of, measures
from registry.orders.force.status import StatusAt, status
from registry.orders.models import Detention, Order, OrderVersion
from registry.orders.register.confirmations import last_confirmed
from registry.orders.register.views import PartyView, View, conditions_of, parties_of
from registry.orders.rows import version_facts
from registry.orders.rules import Current, PartyRole, VersionFacts, fold


@dataclass(frozen=True, slots=True)
class Question:
    """What held at `as_of`, as known at `known_at`; without the latter, by all that is recorded at `now`.

    `is_asked` says that somebody asked for other times than now.
    """

    now: datetime
    as_of: datetime
    known_at: datetime | None = None
    is_asked: bool = True

    @classmethod
    def of(cls, now: datetime, as_of: datetime | None, known_at: datetime | None) -> Question:
        """The question with what was left out: knowledge of then about then, or of now about now."""
        return cls(now, as_of or known_at or now, known_at, as_of is not None or known_at is not None)

    @property
    def looks_back(self) -> bool:
        """Whether it asks of a time before that of the knowledge."""
        return self.as_of < (self.known_at or self.now)


@dataclass(frozen=True, slots=True)
class Known:
    """The answer: the view, the status, and what both rest on."""

    view: View
    status: StatusAt
    measured: MeasuresAt
    versions: tuple[OrderVersion, ...]
    content_version: int | None


_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def check_times(question: Question) -> None:
    """Raise Invalid when a question cannot be answered, naming each of its faults."""
    faults = []
    if not _EARLIEST <= question.as_of < _LATEST:
        faults.append(Fault("?asOf", "Give an instant from 1900 until 2200."))
    if question.known_at is not None and question.known_at > question.now:
        faults.append(Fault("?knownAt", "This is still to come: what will be known then, nobody knows."))
    if question.known_at is not None and question.known_at < _EARLIEST:
        faults.append(Fault("?knownAt", "Give an instant from 1900 on."))
    if faults:
        raise Invalid(faults)


def order_at(session: Session, order: Order, question: Question) -> Known | None:
    """An order as it held and was known; None when the register did not know it yet.

    At or after the time of the knowledge the highest version applies at once, as every lookup showed it then; looking
    back from there, the version whose instant had come. The dates are always those of the highest version.
    """
    known_at = question.known_at
    versions = _versions(session, order.id, known_at)
    if not versions:
        return None
    facts = [version_facts(each) for each in versions]
    current = fold(facts)
    shown = _shown(question, current, facts)
    measured = measures_at(session, known_at) if known_at else MeasuresAt(measures(), None)
    carriers = [each.id for each in versions if each.version == current.facts_version]
    around = Surroundings(
        measured.measures.unconfirmed_after,
        _detentions(session, _subject(session, carriers, known_at), known_at),
        last_confirmed(session, order.id, known_at) if known_at else order.last_confirmed_at,
        _entry(session, order, {each.version for each in versions}),
    )
    return Known(
        _view(session, order, current, [each for each in versions if each.version == shown], known_at),
        status(current, flags_of(current, measured.measures.law), around, question.as_of),
        measured,
        tuple(versions),
        shown,
    )


def _versions(session: Session, order_id: UUID, known_at: datetime | None) -> list[OrderVersion]:
    query = select(OrderVersion).where(OrderVersion.order_id == order_id).order_by(OrderVersion.recorded_at)
    return list(session.scalars(query if known_at is None else query.where(OrderVersion.recorded_at <= known_at)))


def _shown(question: Question, current: Current, facts: Iterable[VersionFacts]) -> int | None:
    """The version whose parties and conditions are shown."""
    if not question.looks_back:
        return current.facts_version
    told = told_in([*facts])
    covering = (
        version
        for version, stretch in told.items()
        if stretch.from_at <= question.as_of and (stretch.until_at is None or question.as_of < stretch.until_at)
    )
    return max(covering, default=current.facts_version)


def _view(
    session: Session, order: Order, current: Current, shown: list[OrderVersion], known_at: datetime | None
) -> View:
    ids = [each.id for each in shown]
    parties = [one for each in parties_of(session, ids, known_at).values() for one in each]
    conditions = [one for each in conditions_of(session, ids).values() for one in each]
    return View(order, current, tuple(parties), tuple(conditions), next(iter(shown), None))


def _subject(session: Session, carrier_ids: list[UUID], known_at: datetime | None) -> PartyView | None:
    """Who is bound by the highest version with content."""
    found = parties_of(session, carrier_ids, known_at).values()
    return next((one for each in found for one in each if one.role is PartyRole.SUBJECT), None)


def _detentions(session: Session, subject: PartyView | None, known_at: datetime | None) -> tuple[Stretch, ...]:
    if subject is None:
        return ()
    query = select(Detention.kind, Detention.from_at, Detention.until_at).where(
        Detention.person_id == subject.person_id, Detention.doubt.is_(None)
    )
    if known_at is None:
        query = query.where(Detention.replaced_at.is_(None))
    else:
        held = or_(Detention.replaced_at.is_(None), Detention.replaced_at > known_at)
        query = query.where(Detention.recorded_at <= known_at, held)
    return tuple(Stretch(*row) for row in session.execute(query))


def _entry(session: Session, order: Order, known: set[int]) -> Provisional | None:
    """What is known of a provisional order; that it gave way is known with the version that says so."""
    entry = provisional_of(session, [order.id]).get(order.id)
    if entry is None or entry.replaced_version is None or entry.replaced_version in known:
        return entry
    return replace(entry, replaced_version=None, replaced_by_number=None)
