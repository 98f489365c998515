"""Consent withdrawn, how long her positions are held, and what of the two may be read by whom."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, exists, or_, select
from sqlalchemy.orm import Session

from geo.episode import Verdict
from geo.nearness import NearEnd
from registry.access.models import Organisation
from registry.access.rules import Action, Actor, Scope
from registry.access.service import record, visible
from registry.errors import Forbidden, NotFound
from registry.monitoring.companions.models import Companion, CompanionFix, NearnessRecord
from registry.monitoring.companions.rules import HELD_AROUND_MS, CompanionPolicy, ConsentGiver, Nearby
from registry.monitoring.companions.telling import is_loud, warn
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import LIVE_STATUSES, EpisodeStatus, Page

# What tells where a wearer was.
_TELL_WHERE = (Scope.POSITIONS_READ, Scope.HISTORIES_READ, Scope.HISTORIES_EXPORT, Scope.EVIDENCE_EXPORT)


def withdraw_consent(
    session: Session, actor: Actor, now: datetime, companion_id: uuid.UUID, by: ConsentGiver
) -> Companion:
    """Withdraw consent as of now: nothing is judged or kept any more, and what no episode holds is destroyed.

    Withdrawing it again changes nothing.
    """
    own = _own(actor).where(Companion.id == companion_id).with_for_update(key_share=True)
    companion = session.scalar(own)
    if companion is None:
        raise NotFound
    if companion.revoked_at is None:
        companion.revoked_at, companion.revoked_by, companion.changed_at = now, by.value, now
        _end_open(session, now, companion)
        session.flush()
        destroyed = destroy_fixes(session, now, CompanionFix.companion_id == companion.id)
        record(session, actor, now, Action.CHANGED, f"companion:{companion.id}", consent="withdrawn")
        record(session, actor, now, Action.DESTROYED, f"companion:{companion.id}", positions=destroyed)
    return companion


def _end_open(session: Session, now: datetime, companion: Companion) -> None:
    """End what goes on. What was told stays told, and a human who was called still has to look."""
    going_on = select(NearnessRecord).where(
        NearnessRecord.companion_id == companion.id, NearnessRecord.status == EpisodeStatus.OPEN
    )
    for one in session.scalars(going_on):
        if is_loud(one):
            warn(session, now, companion, Nearby.UNKNOWN)
        one.end_ms, one.status = max(epoch_ms(now), one.start_ms), EpisodeStatus.CLOSED
        one.end_cause = NearEnd.NO_LONGER_HOLDS.value
        if one.verdict == Verdict.SUSPECTED:
            one.verdict = Verdict.PASSED.value
        step: dict[str, Any] = {"at_ms": one.end_ms, "step": one.end_cause}
        one.numbers = one.numbers | {"reasons": [*one.numbers["reasons"], step]}


def destroy_fixes(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    """Destroy positions of hers that no episode holds; return how many."""
    wanted = delete(CompanionFix).where(*which, ~held(now)).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(wanted)).rowcount


def held(now: datetime) -> ColumnElement[bool]:
    """Whether a position belongs to a time in which he was shown to be near her, not too long ago."""
    forgotten_ms = epoch_ms(now) - CompanionPolicy().held_ms
    return exists().where(
        NearnessRecord.companion_id == CompanionFix.companion_id,
        NearnessRecord.verdict == Verdict.CONFIRMED,
        NearnessRecord.status.in_(LIVE_STATUSES),
        CompanionFix.at_ms >= NearnessRecord.start_ms - HELD_AROUND_MS,
        or_(
            NearnessRecord.end_ms.is_(None),
            (CompanionFix.at_ms <= NearnessRecord.end_ms + HELD_AROUND_MS) & (NearnessRecord.end_ms > forgotten_ms),
        ),
    )


def _own(actor: Actor) -> Select[Companion]:
    return select(Companion).where(visible(Companion, actor))


def companions_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[Companion]:
    """Return the devices carried by protected persons that concern the actor's organisation, newest first."""
    own = _own(actor) if page.after is None else _own(actor).where(Companion.id < page.after)
    found = list(session.scalars(own.order_by(Companion.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "companions", shown=[str(one.id) for one in found])
    return found


def companion_for(session: Session, actor: Actor, now: datetime, companion_id: uuid.UUID) -> Companion:
    """Return one; raises NotFound unless it concerns the actor's organisation."""
    companion = session.scalar(_own(actor).where(Companion.id == companion_id))
    if companion is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"companion:{companion.id}")
    return companion


def codes_of(session: Session, companion: Companion) -> dict[str, str | None]:
    """Return the codes of its provider, and of the partner who stands by her."""
    ids = [companion.provider_id, *([companion.partner_org_id] if companion.partner_org_id else [])]
    codes = session.execute(select(Organisation.id, Organisation.code).where(Organisation.id.in_(ids)))
    found: dict[uuid.UUID | None, str] = {row.id: row.code for row in codes}
    return {"provider": found[companion.provider_id], "partner": found.get(companion.partner_org_id)}


@dataclass(frozen=True, slots=True)
class NearnessFilter:
    """Which stretches to list, newest first."""

    page: Page
    companion_id: uuid.UUID | None = None
    status: EpisodeStatus | None = None


def require_not_both(actor: Actor) -> None:
    """Refuse who reads where he was, and may not see the protected: when he was near her draws a circle around her."""
    if not actor.sees_protected and any(actor.may(scope) for scope in _TELL_WHERE):
        detail = (
            "Beside a wearer's positions, when he was near her tells where she is. It needs the scope protected:read,"
            " of a client that asks no lookups, or a client that reads no positions."
        )
        raise Forbidden(detail)


def nearnesses_of(session: Session, actor: Actor, now: datetime, asked: NearnessFilter) -> list[NearnessRecord]:
    """Return the stretches of nearness that concern the actor's organisation, newest first."""
    require_not_both(actor)
    own = select(NearnessRecord).where(visible(NearnessRecord, actor))
    if asked.companion_id is not None:
        own = own.where(NearnessRecord.companion_id == asked.companion_id)
    if asked.status is not None:
        own = own.where(NearnessRecord.status == asked.status)
    if asked.page.after is not None:
        own = own.where(NearnessRecord.id < asked.page.after)
    found = list(session.scalars(own.order_by(NearnessRecord.id.desc()).limit(asked.page.limit)))
    record(session, actor, now, Action.CONSULTED, "nearnesses", shown=[str(one.id) for one in found])
    return found


def nearness_for(session: Session, actor: Actor, now: datetime, nearness_id: uuid.UUID) -> NearnessRecord:
    """Return one stretch; raises NotFound unless it concerns the actor's organisation."""
    require_not_both(actor)
    own = select(NearnessRecord).where(NearnessRecord.id == nearness_id, visible(NearnessRecord, actor))
    found = session.scalar(own)
    if found is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"nearness:{found.id}")
    return found
