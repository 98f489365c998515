"""Her positions come in: kept only with her consent, apart from all others, and sealed.

Nothing is kept of a ping without consent, of one from before it, or from when her order does not bind; nor of what a
device says beside its position, or of what could not be read. Of a second account of the same instant the first stays.
A device that serves several orders is kept once for each, so that each consent can end without the others. A call for
help is heard.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.spans import span_at
from registry.access.rules import Action, OrganisationKind
from registry.access.service import record
from registry.db import new_id
from registry.monitoring.companions.models import Companion, CompanionFix
from registry.monitoring.companions.rules import CompanionPolicy
from registry.monitoring.companions.telling import call_for_help, owners_told
from registry.monitoring.engine.memory import Span
from registry.monitoring.engine.sorting import Submission
from registry.monitoring.pings import Ping, epoch_ms
from registry.monitoring.rules import CLOCK_AHEAD_MS, PingKind, PingOutcome
from registry.monitoring.signals.rules import SignalKind, heard
from registry.orders.service import Bound, bound_by

_MOST_IN_A_QUERY = 500
_Key = tuple[uuid.UUID, int, int]
_Content = list[float | None]
# What a ping is answered that came to different ends for the orders that it serves: the first of these.
_STRONGEST = (PingOutcome.ACCEPTED, PingOutcome.CONFLICT, PingOutcome.DUPLICATE, PingOutcome.NOT_STORED)


def is_hers(submission: Submission) -> bool:
    """Say whether a batch comes from a provider of protected persons' devices."""
    return submission.actor.organisation_kind is OrganisationKind.COMPANION_PROVIDER


def take_in(session: Session, now: datetime, submissions: Sequence[Submission]) -> dict[uuid.UUID, Span]:
    """Give each ping its outcome and keep the positions that are new; return the time of these for each device."""
    taken: dict[uuid.UUID, Span] = {}
    for submission in submissions:
        for companion_id, at_ms in _take(session, now, submission):
            own = Span(at_ms, at_ms)
            taken[companion_id] = taken[companion_id].with_(own) if companion_id in taken else own
        counts = {outcome.value: submission.outcomes.count(outcome) for outcome in set(submission.outcomes)}
        # No hash of the batch: of so little, somebody could find out what was in it.
        record(session, submission.actor, now, Action.COLLECTED, f"companion-pings:{new_id()}", **counts)
    return taken


def _take(session: Session, now: datetime, submission: Submission) -> list[tuple[uuid.UUID, int]]:
    carried = _consented(session, submission)
    bound = bound_by(session, {one.order_id for some in carried.values() for one in some})
    submission.outcomes = [PingOutcome.NOT_STORED] * len(submission.pings)
    wanted: dict[_Key, list[int]] = {}
    oldest_ms = epoch_ms(now) - CompanionPolicy().kept_ms
    for index, ping in enumerate(submission.pings):
        said_ms = min(ping.said_ms, submission.received_at_ms)
        hearing = [one for one in carried.get(ping.device, ()) if said_ms >= epoch_ms(one.consented_at)]
        for companion in hearing:
            companion.heard_ms = max(said_ms, companion.heard_ms or 0)
        if hearing and _calls_for_help(ping):
            _call(session, now, hearing, said_ms)
            submission.outcomes[index] = PingOutcome.ACCEPTED
        if ping.lat_deg is None or not oldest_ms <= ping.at_ms <= submission.received_at_ms + CLOCK_AHEAD_MS:
            continue
        for companion in hearing:
            is_agreed = min(ping.at_ms, submission.received_at_ms) >= epoch_ms(companion.consented_at)
            if is_agreed and _binds(bound.get(companion.order_id), ping.at_ms):
                wanted.setdefault((companion.id, ping.at_ms, ping.sequence), []).append(index)
    return _keep(session, submission, wanted)


def _call(session: Session, now: datetime, hearing: Sequence[Companion], said_ms: int) -> None:
    """Call once on each who must act, also where the device serves several orders."""
    of_whom = {tuple(owners_told(one).items()): one for one in reversed(hearing)}
    for companion in of_whom.values():
        call_for_help(session, now, companion, said_ms)


def _binds(bound: Bound | None, at_ms: int) -> bool:
    """Whether her order binds him then; without it there is nothing for which to keep where she is."""
    return bound is not None and span_at(bound.binds, at_ms) is not None


def _calls_for_help(ping: Ping) -> bool:
    named = {} if ping.alarm is None else heard(ping.alarm, all_clear=ping.kind is PingKind.ALL_CLEAR)
    return named.get(SignalKind.EMERGENCY, False)


def _consented(session: Session, submission: Submission) -> dict[str, list[Companion]]:
    """The devices that are carried with consent, each held so until the transaction ends: a withdrawal waits for it."""
    names = sorted({ping.device for ping in submission.pings})
    found: dict[str, list[Companion]] = {}
    for start in range(0, len(names), _MOST_IN_A_QUERY):
        own = select(Companion).where(
            Companion.provider_id == submission.organisation_id,
            Companion.device.in_(names[start : start + _MOST_IN_A_QUERY]),
            Companion.revoked_at.is_(None),
        )
        locked = own.order_by(Companion.id).with_for_update(key_share=True)
        for one in session.scalars(locked.execution_options(populate_existing=True)):
            found.setdefault(one.device, []).append(one)
    return found


def _keep(session: Session, submission: Submission, wanted: dict[_Key, list[int]]) -> list[tuple[uuid.UUID, int]]:
    known = _known(session, wanted)
    rows, kept = [], []
    for key, indexes in wanted.items():
        for index in indexes:
            content = _content(submission.pings[index])
            if key in known:
                same = known[key] == content
                _answer(submission, index, PingOutcome.DUPLICATE if same else PingOutcome.CONFLICT)
                continue
            known[key] = content
            _answer(submission, index, PingOutcome.ACCEPTED)
            rows.append(_row(key, content))
            kept.append((key[0], key[1]))
    if rows:
        session.execute(insert(CompanionFix), rows)
    return kept


def _answer(submission: Submission, index: int, outcome: PingOutcome) -> None:
    submission.outcomes[index] = min(submission.outcomes[index], outcome, key=_STRONGEST.index)


def _row(key: _Key, content: _Content) -> dict[str, object]:
    row_id = new_id()
    sealed = CompanionFix.content.close(row_id, content)
    return {"id": row_id, "companion_id": key[0], "at_ms": key[1], "sequence": key[2], "content_sealed": sealed}


def _content(ping: Ping) -> _Content:
    return [ping.lat_deg, ping.lon_deg, ping.accuracy_m, ping.hdop, ping.speed_mps]


def _known(session: Session, wanted: Iterable[_Key]) -> dict[_Key, _Content]:
    """What is kept already of these instants."""
    of_companion: dict[uuid.UUID, list[int]] = {}
    for companion_id, at_ms, _ in wanted:
        of_companion.setdefault(companion_id, []).append(at_ms)
    found: dict[_Key, _Content] = {}
    for companion_id, instants_ms in of_companion.items():
        for start in range(0, len(instants_ms), _MOST_IN_A_QUERY):
            own = select(CompanionFix).where(
                CompanionFix.companion_id == companion_id,
                CompanionFix.at_ms.in_(instants_ms[start : start + _MOST_IN_A_QUERY]),
            )
            found |= {(companion_id, one.at_ms, one.sequence): one.content for one in session.scalars(own)}
    return found
