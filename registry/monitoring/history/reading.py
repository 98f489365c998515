"""The positions of a wearer in a period, a piece at a time: wherever he was, to who may see them, against a reason."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from geo.spans import Span
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.errors import Fault, Invalid
from registry.http.fields import format_instant
from registry.monitoring.demands.ground import Asked, ground_of
from registry.monitoring.evidence.gathering import piece_of
from registry.monitoring.evidence.models import ExportKind, TrackExport
from registry.monitoring.evidence.rules import KeptFix
from registry.monitoring.history.rules import LONGEST_READING, Piece
from registry.monitoring.pings import epoch_ms
from registry.monitoring.retention.service import removed_before_on
from registry.monitoring.service import Position, position_of


@dataclass(frozen=True, slots=True)
class Positions:
    """What is given: the positions found, where the next piece begins, and what was removed before."""

    id: uuid.UUID
    asked: Asked
    found: tuple[KeptFix, ...]
    next: str | None
    removed_before_on: date | None


def read(session: Session, actor: Actor, now: datetime, asked: Asked, piece: Piece) -> Positions:
    """Find a piece of what is asked for; raises NotFound or Forbidden for who may not see it (see `ground_of`).

    Nothing may leave before `note` has said who was given it.
    """
    window = asked.window
    if not timedelta(0) < window.until_at - window.from_at <= LONGEST_READING:
        detail = f"Give an end after the beginning, at most {LONGEST_READING.days} days later."
        raise Invalid([Fault("#/until", detail)])
    ground = ground_of(session, actor, now, asked)
    span = Span(epoch_ms(window.from_at), epoch_ms(window.until_at))
    rows = piece_of(session, ground.worn, span, piece.after, piece.limit)
    ended = ".".join(map(str, rows[-1][0])) if len(rows) == piece.limit else None
    return Positions(new_id(), asked, tuple(fix for _, fix in rows), ended, removed_before_on(session))


def read_last(session: Session, actor: Actor, now: datetime, person_id: uuid.UUID, reason: str) -> Position:
    """Return where a wearer was last, wherever that is, and note why it was asked; raises NotFound as `position_of`."""
    found = position_of(session, actor, now, person_id, with_reason=True)
    export = TrackExport(
        id=new_id(), organisation_id=actor.organisation_id, person_id=person_id, episode_id=None,
        kind=ExportKind.POSITIONS.value, demand_id=None, made_at=now,
    )  # fmt: skip
    session.add(export.told(reason, actor))
    record(session, actor, now, Action.CONSULTED, f"positions:{export.id}", person=str(person_id), shown=1)
    return found


def note(session: Session, actor: Actor, now: datetime, given: Positions) -> None:
    """Note what is given, to whom and why; what is revoked by now is refused here."""
    asked, window = given.asked, given.asked.window
    ground = ground_of(session, actor, now, asked)
    export = TrackExport(
        id=given.id, organisation_id=actor.organisation_id, person_id=asked.person_id, episode_id=None,
        kind=ExportKind.POSITIONS.value, demand_id=asked.demand_id, made_at=now,
    )  # fmt: skip
    session.add(export.told(asked.reason, actor))
    period = [format_instant(window.from_at), format_instant(window.until_at)]
    told = {"person": str(asked.person_id), "period": period, "shown": len(given.found)}
    record(session, actor, now, ground.action, f"positions:{given.id}", **told, **ground.told)
