"""The jobs that look through the questions: patterns, and incidents that nobody named after the shift.

Everything is decided from hashes. What a batch adds, raises and how far it came is one transaction, so that a job that
was cut off goes on where it was and tells nothing twice.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry
from registry.access.rules import Action
from registry.clock import Clock
from registry.config import Vigilance
from registry.db import search_hash
from registry.http import Runtime
from registry.orders.force.period import zone_of
from registry.privacy.items import NewItem, raise_item
from registry.privacy.models import (
    LateQuestion,
    LookupQuestion,
    LookupTrace,
    PrivacyItem,
    UnexplainedLookup,
    WatchPosition,
)
from registry.privacy.patterns import (
    Asked,
    Finding,
    ItemKind,
    Limits,
    Trace,
    about_the_listed,
    many_without_incident,
    same_person,
)
from registry.privacy.service import hashes_in
from registry.privacy.watchlist import listed_persons

_AT_ONCE, _MOST_BATCHES, _PAUSE_S = 50, 200, 0.002
# What more orders than these were shown for was a search, and not about one of them.
_FEW_ORDERS = 3
# A lookup has its id before its question is on disk; by then it is.
_SETTLED_AFTER_S = 60.0


def limits_of(settings: Vigilance) -> Limits:
    """The limits as they are configured."""
    return Limits(
        timedelta(hours=settings.shift_h),
        settings.people_without_incident,
        settings.same_person_occasions,
        timedelta(days=settings.same_person_days),
        timedelta(days=settings.review_days),
    )


def watch_questions(shared: Runtime, settled_after_s: float = _SETTLED_AFTER_S) -> None:
    """Look through the questions that were kept since the last time, and drop what counts no more."""
    horizon = UUID(int=int((Clock().now().timestamp() - settled_after_s) * 1000) << 80)
    now, limits = shared.clock.now(), limits_of(shared.settings.vigilance)
    for _ in range(_MOST_BATCHES):
        with shared.database.reading() as session:
            batch = _next(session, horizon)
            view = _look(session, batch, now, limits) if batch else None
        if view is None:
            break
        with shared.database.transaction() as session:
            _settle(session, now, view, limits)
        time.sleep(_PAUSE_S)
    _forget(shared, now - limits.window)


def watch_incidents(shared: Runtime) -> None:
    """Raise an item for each lookup of which nobody named the incident by the end of the shift."""
    now, limits = shared.clock.now(), limits_of(shared.settings.vigilance)
    over = select(UnexplainedLookup).where(UnexplainedLookup.asked_at <= now - limits.shift)
    over = over.order_by(UnexplainedLookup.asked_at, UnexplainedLookup.lookup_id).limit(_AT_ONCE)
    for _ in range(_MOST_BATCHES):
        with shared.database.reading() as session:
            due = session.scalars(over).all()
        if not due:
            break
        with shared.database.transaction() as session:
            _settle_shift(session, now, [each.lookup_id for each in due], limits)
        time.sleep(_PAUSE_S)


def _settle_shift(session: Session, now: datetime, due: list[UUID], limits: Limits) -> None:
    named, entries = named_among(session, due), _entries(session, due)
    for lookup_id in due:
        if lookup_id in entries and lookup_id not in named:
            entry = entries[lookup_id]
            new = _item(ItemKind.INCIDENT_MISSING, f"lookup:{lookup_id}", entry, (lookup_id,), limits)
            raise_item(session, now, new)
    session.execute(delete(UnexplainedLookup).where(UnexplainedLookup.lookup_id.in_(due)))


def named_among(session: Session, lookups: Collection[UUID]) -> set[UUID]:
    """Those of the lookups of which the incident was named afterwards."""
    refs = [f"lookup:{each}" for each in lookups]
    named = select(AuditEntry.object_ref).where(
        AuditEntry.object_ref.in_(refs), AuditEntry.action == Action.CHANGED.value
    )
    return {UUID(ref.partition(":")[2]) for ref in session.scalars(named)}


def _entries(session: Session, lookups: Iterable[UUID]) -> dict[UUID, AuditEntry]:
    refs = [f"lookup:{each}" for each in lookups]
    asked = select(AuditEntry).where(AuditEntry.object_ref.in_(refs), AuditEntry.action == Action.CONSULTED.value)
    return {UUID(each.object_ref.partition(":")[2]): each for each in session.scalars(asked)}


def _item(kind: ItemKind, subject_ref: str, entry: AuditEntry, lookups: tuple[UUID, ...], limits: Limits) -> NewItem:
    by = {"end_user": entry.end_user, "unit": entry.unit, "role": entry.role}
    return NewItem(kind, subject_ref, entry.organisation_id, by, limits.review, lookups)


@dataclass(frozen=True, slots=True)
class _View:
    """A batch of lookups with the entries of their audit, what they add to be counted later, and what was found."""

    lookups: Sequence[UUID]
    asked: Sequence[Asked]
    entries: dict[UUID, AuditEntry]
    traces: Sequence[Trace]
    findings: Sequence[Finding]


def _next(session: Session, horizon: UUID) -> Sequence[LookupQuestion]:
    in_order = select(LookupQuestion).order_by(LookupQuestion.lookup_id).limit(_AT_ONCE)
    late = in_order.join(LateQuestion, LateQuestion.lookup_id == LookupQuestion.lookup_id)
    if found := session.scalars(late.where(LateQuestion.watched_at.is_(None))).all():
        return found
    after = session.scalar(select(WatchPosition.lookup_id)) or UUID(int=0)
    in_time = ~exists().where(LateQuestion.lookup_id == LookupQuestion.lookup_id)
    settled = in_order.where(LookupQuestion.lookup_id > after, LookupQuestion.lookup_id < horizon, in_time)
    return session.scalars(settled).all()


def _look(session: Session, batch: Sequence[LookupQuestion], now: datetime, limits: Limits) -> _View:
    entries = _entries(session, (each.lookup_id for each in batch))
    asked = [_asked(each, entries[each.lookup_id]) for each in batch if each.lookup_id in entries]
    traces = [
        Trace(_pair(one.asker, about), one.lookup_id, one.at, one.occasion) for one in asked for about in one.about
    ]
    listed = listed_persons(session)
    findings = [finding for one in asked for finding in about_the_listed(one, listed)]
    findings += _same_person(session, asked, traces, now, limits)
    findings += _many(session, asked, now, limits)
    # What a finding rests on may all be of earlier batches.
    entries |= _entries(session, [each.lookups[-1] for each in findings if each.lookups[-1] not in entries])
    return _View([each.lookup_id for each in batch], asked, entries, traces, findings)


def _asked(question: LookupQuestion, entry: AuditEntry) -> Asked:
    details = entry.details or {}
    orders = details.get("orders", ())
    shown = [search_hash("shown_order", order_id) for order_id in orders] if len(orders) <= _FEW_ORDERS else []
    hashes = hashes_in(question.keys)
    return Asked(
        question.lookup_id,
        question.asker,
        question.organisation_id,
        question.asked_at,
        details.get("incident") or question.asked_at.astimezone(zone_of("Europe/Amsterdam")).date().isoformat(),
        hashes[0] if hashes else None,
        tuple(dict.fromkeys([*hashes, *shown])),
        not question.names_incident,
        question.names_asker,
        tuple(hashes_in(question.sounds or b"")),
    )


def _pair(asker: bytes, about: bytes) -> bytes:
    return search_hash("asker_about", f"{asker.hex()}:{about.hex()}")


def _same_person(
    session: Session, asked: Sequence[Asked], traces: Sequence[Trace], now: datetime, limits: Limits
) -> list[Finding]:
    pairs = {_pair(one.asker, about): one for one in asked for about in one.about}
    earlier = select(LookupTrace).where(LookupTrace.pair.in_(pairs), LookupTrace.asked_at > now - limits.window)
    known = [Trace(each.pair, each.lookup_id, each.asked_at, each.occasion) for each in session.scalars(earlier)]
    recent = [each for each in traces if each.at > now - limits.window]
    since = _looked_into(session, ItemKind.SAME_PERSON, pairs)
    return same_person([*known, *recent], pairs, since, limits)


def _many(session: Session, asked: Sequence[Asked], now: datetime, limits: Limits) -> list[Finding]:
    by_asker: defaultdict[bytes, dict[UUID, Asked]] = defaultdict(dict)
    for one in asked:
        if one.is_unexplained and one.at > now - limits.shift:
            by_asker[one.asker][one.lookup_id] = one
    earlier = select(UnexplainedLookup).where(
        UnexplainedLookup.asker.in_(by_asker), UnexplainedLookup.asked_at > now - limits.shift
    )
    for each in session.scalars(earlier):
        organisation_id = next(iter(by_asker[each.asker].values())).organisation_id
        one = Asked(each.lookup_id, each.asker, organisation_id, each.asked_at, "", each.person or None, (), True)
        by_asker[each.asker].setdefault(each.lookup_id, one)
    since = _looked_into(session, ItemKind.MANY_WITHOUT_INCIDENT, by_asker)
    found = []
    for asker, lookups in by_asker.items():
        # Hardly anybody comes near the limit, and only then it matters what was named since.
        named = named_among(session, lookups) if len(lookups) >= limits.people else ()
        found.append(many_without_incident(lookups.values(), named, since.get(asker), limits))
    return [each for each in found if each is not None]


def _looked_into(session: Session, kind: ItemKind, subjects: Iterable[bytes]) -> dict[bytes, datetime]:
    """When an item about each of the subjects was last handled: what it rested on counts no more."""
    closed = (
        select(PrivacyItem.subject_ref, func.max(PrivacyItem.closed_at).label("closed_at"))
        .where(PrivacyItem.kind == kind.value, PrivacyItem.subject_ref.in_([each.hex() for each in subjects]))
        .where(PrivacyItem.closed_at.is_not(None))
        .group_by(PrivacyItem.subject_ref)
    )
    return {bytes.fromhex(row.subject_ref): row.closed_at for row in session.execute(closed)}


def _settle(session: Session, now: datetime, view: _View, limits: Limits) -> None:
    session.add_all(
        LookupTrace(pair=e.pair, lookup_id=e.lookup_id, asked_at=e.at, occasion=e.occasion) for e in view.traces
    )
    session.add_all(
        UnexplainedLookup(asker=each.asker, lookup_id=each.lookup_id, asked_at=each.at, person=each.person or b"")
        for each in view.asked
        if each.is_unexplained
    )
    for each in view.findings:
        new = _item(each.kind, each.subject_ref, view.entries[each.lookups[-1]], each.lookups, limits)
        item = raise_item(session, now, new)
        if each.watched_id is not None:
            item.context = {**item.context, "watched_person_id": str(each.watched_id)}
    late = update(LateQuestion).where(LateQuestion.lookup_id.in_(view.lookups), LateQuestion.watched_at.is_(None))
    if not session.execute(late.values(watched_at=now)).rowcount:  # type: ignore[attr-defined]
        session.merge(WatchPosition(id=1, lookup_id=view.lookups[-1]))


def _forget(shared: Runtime, before: datetime) -> None:
    """Drop the traces that are older than any pattern looks back."""
    old = select(LookupTrace.pair, LookupTrace.lookup_id).where(LookupTrace.asked_at < before)
    while True:
        with shared.database.reading() as session:
            found = [tuple(row) for row in session.execute(old.limit(_AT_ONCE))]
        if not found:
            return
        with shared.database.transaction() as session:
            session.execute(delete(LookupTrace).where(tuple_(LookupTrace.pair, LookupTrace.lookup_id).in_(found)))
        time.sleep(_PAUSE_S)
