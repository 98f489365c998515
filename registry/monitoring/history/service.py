"""A wearer's history as records, a piece of time after the other: a year of it takes no more memory than a day."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.spans import Span, instant, instant_or_none
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.clock import Clock
from registry.db import Database, new_id
from registry.errors import Fault, Invalid
from registry.http.fields import camel, format_instant
from registry.monitoring.demands.ground import Asked, Ground, ground_of
from registry.monitoring.demands.service import is_revoked
from registry.monitoring.evidence.gathering import WornDevice, unused, used
from registry.monitoring.evidence.models import ExportKind, TrackExport
from registry.monitoring.evidence.rules import KeptFix
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.signals.models import DeviceSignal
from registry.orders.service import RING

MOST_DAYS = 400
_PIECE_MS = 6 * 3_600_000
_ANY_SEQUENCE = 2**62

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """Whose history, of which period (epoch ms), and whether it tells of episodes.

    When he was at an edge, beside where he was, tells where a protected person lives: so episodes are for who may know.
    """

    id: uuid.UUID
    person_id: uuid.UUID
    ground: Ground
    within: Span
    with_episodes: bool
    made_at: datetime

    @property
    def told_within(self) -> Span:
        """Within which time it says when something was: his supervisor knows all of it, a demand is for its window."""
        return Span(0) if self.ground.demand_id is None else self.within


def begin(session: Session, actor: Actor, now: datetime, asked: Asked) -> History:
    """Note that a history is given, to whom and why; raises NotFound or Forbidden for who may not see it."""
    from_at, until_at = asked.window.from_at, asked.window.until_at
    if not timedelta(0) < until_at - from_at <= timedelta(days=MOST_DAYS):
        raise Invalid([Fault("#/until", f"Give an end after the beginning, at most {MOST_DAYS} days later.")])
    ground = ground_of(session, actor, now, asked)
    within = Span(epoch_ms(from_at), epoch_ms(until_at))
    made = History(new_id(), asked.person_id, ground, within, actor.sees_protected, now)
    export = TrackExport(
        id=made.id, organisation_id=actor.organisation_id, person_id=asked.person_id, episode_id=None,
        kind=ExportKind.HISTORY.value, demand_id=asked.demand_id, made_at=now,
    )  # fmt: skip
    session.add(export.told(asked.reason, actor))
    period = [format_instant(from_at), format_instant(until_at)]
    told = {"person": str(asked.person_id), "period": period, "episodes": made.with_episodes}
    record(session, actor, now, Action.DISCLOSED, f"history:{made.id}", **told, **ground.told)
    return made


def records_of(database: Database, history: History, clock: Clock) -> Iterator[Record]:
    """Yield the history: first what it is, last how much it was, so that one that broke off is seen to have.

    It breaks off where the demand that it is given under was revoked meanwhile, or is no longer valid.
    """
    valid_until = history.ground.valid_until
    for one in _records(database, history):
        # Asked of each record: who reads slowly must not go on with what was found in time.
        if valid_until is not None and clock.now() >= valid_until:
            return
        yield one


def _records(database: Database, history: History) -> Iterator[Record]:
    counts: Record = {"positions": 0, "episodes": 0, "signals": 0}
    yield _told("history", **_head(history))
    for piece in _pieces(history.within):
        with database.reading() as session:
            if _ended(session, history):
                return
            found = _positions(session, history.ground.worn, piece)
        counts["positions"] += len(found)
        yield from map(_position, found)
    for kind, model in (("episodes", EpisodeRecord), ("signals", DeviceSignal)):
        if kind == "signals" or history.with_episodes:
            with database.reading() as session:
                if _ended(session, history):
                    return
                told = [_SHOWN[kind](row, history.told_within) for row in _stretches(session, history, model)]
            counts[kind] = len(told)
            yield from told
    yield _told("end", **counts)


def _ended(session: Session, history: History) -> bool:
    demand_id = history.ground.demand_id
    return demand_id is not None and is_revoked(session, demand_id)


def _head(history: History) -> Record:
    period = [format_instant(instant(at_ms)) for at_ms in (history.within.from_ms, history.within.until_ms or 0)]
    holds = ["positions", *(["episodes"] if history.with_episodes else []), "signals"]
    told = {"id": str(history.id), "personId": str(history.person_id), "from": period[0], "until": period[1]}
    return told | {"madeAt": format_instant(history.made_at), "holds": holds}


def _pieces(within: Span) -> Iterator[Span]:
    end_ms = within.until_ms or 0
    for from_ms in range(within.from_ms, end_ms, _PIECE_MS):
        yield Span(from_ms, min(from_ms + _PIECE_MS, end_ms))


def _positions(session: Session, worn: Sequence[WornDevice], piece: Span) -> list[KeptFix]:
    judged = used(session, worn, (piece.from_ms - 1, _ANY_SEQUENCE), (piece.until_ms or 0) - 1)
    return [*judged, *unused(session, worn, piece)]


def _stretches(session: Session, history: History, model: Any) -> list[Any]:
    """The rows that meet the period, oldest first."""
    begins, ends = (model.start_ms, model.end_ms) if model is EpisodeRecord else (model.from_ms, model.until_ms)
    own = select(model).where(
        model.person_id == history.person_id,
        model.supervising_org_id == history.ground.supervisor_id,
        begins < history.within.until_ms,
        or_(ends.is_(None), ends >= history.within.from_ms),
    )
    return list(session.scalars(own.order_by(begins, model.id)))


def _position(one: KeptFix) -> Record:
    names = ("device_id", "sequence", "accuracy_m", "hdop", "speed_mps", "use", "reason")
    told = {camel(name): getattr(one, name) for name in names}
    told |= {"at": format_instant(instant(one.at_ms)), "receivedAt": format_instant(instant(one.received_at_ms))}
    place = None if one.lat_deg is None else {"type": "Point", "coordinates": [one.lon_deg, one.lat_deg]}
    return _told("position", place, **told)


def _episode(row: EpisodeRecord, within: Span) -> Record:
    names = ("id", "order_id", "zone_version", "zone_kind", "cause", "end_cause", "verdict", "status", "found_late")
    times = {"startedAt": row.start_ms, "endedAt": row.end_ms, "confirmedAt": row.confirmed_ms}
    reasons = [one for one in row.reasons if within.holds(one["at_ms"])]
    told = _shown(row, names, _cut(times, within)) | {"zoneId": row.zone_id.removesuffix(RING), "reasons": reasons}
    return _told("episode", **told)


def _signal(row: DeviceSignal, within: Span) -> Record:
    times = {"startedAt": row.from_ms, "lastAt": row.last_ms, "endedAt": row.until_ms}
    return _told("signal", **_shown(row, ("id", "device_id", "kind", "found_late"), _cut(times, within)))


def _cut(times: dict[str, int | None], within: Span) -> dict[str, int | None]:
    return {name: at_ms if at_ms is not None and within.holds(at_ms) else None for name, at_ms in times.items()}


def _shown(row: Any, names: Sequence[str], times: dict[str, int | None]) -> Record:
    told = {camel(name): getattr(row, name) for name in names}
    told = {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in told.items()}
    at = {name: instant_or_none(at_ms) for name, at_ms in times.items()}
    return told | {name: None if moment is None else format_instant(moment) for name, moment in at.items()}


def _told(kind: str, geometry: Record | None = None, /, **told: Any) -> Record:
    return {"type": "Feature", "geometry": geometry, "properties": {"is": kind, **told}}


_SHOWN: dict[str, Any] = {"episodes": _episode, "signals": _signal}
