"""Trying zones on the history of a wearer or on a sample: nothing of it is kept, and no position is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.episodes import episodes
from geo.masking import masked
from geo.schedule import Schedule
from geo.shapes import CircleShape, Shape
from geo.spans import Span
from geo.track import Fix
from geo.zones import Zone, ZoneKind
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db.sealing import search_hash
from registry.monitoring.dry_run.lines import TransitLines
from registry.monitoring.dry_run.rules import Calls, Tried, Warned, Warning, calls_of, giveaways, near_home
from registry.monitoring.engine import store
from registry.monitoring.models import Coupling, Device
from registry.monitoring.pings import epoch_ms
from registry.orders.register.content import PostalAddress
from registry.orders.service import current_view, order_for, subject_of, zones_of

_MOST_FIXES = 200_000
_SHARE_BYTES = 8


@dataclass(frozen=True, slots=True)
class TriedZone:
    """A zone as somebody would have it; `ring` is its shape with the warning ring, where it has one."""

    kind: ZoneKind
    shape: Shape
    schedule: Schedule | None = None
    ring: Shape | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What is asked: zones, on a sample or else on the last days of the wearer of an order; his home in degrees."""

    zones: tuple[TriedZone, ...]
    order_id: uuid.UUID | None = None
    days: int = 28
    sample: tuple[Fix, ...] = ()
    home: tuple[float, float] | None = None
    lines: TransitLines | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """What the zones were tried on: `history`, `sample` or `none`; and over what time, in epoch ms."""

    source: str
    fixes: tuple[Fix, ...]
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """A circle that covers the zones of a warning and does not tell where she lives, and how often it would call."""

    warning: Warning
    shape: CircleShape
    calls: Calls | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often the zones would have called, what is wrong with them, and what could not be looked at."""

    track: Track
    calls: Calls | None
    warnings: tuple[Warning, ...]
    alternatives: tuple[Alternative, ...]
    not_checked: tuple[str, ...]


def home_addresses(session: Session, actor: Actor, order_id: uuid.UUID) -> tuple[PostalAddress, ...]:
    """Return the addresses of the subject of an order that concerns the actor, to find his home by."""
    view = current_view(session, [order_for(session, actor, order_id).id])[order_id]
    return view.subject.open().addresses if view.subject else ()


def try_zones(session: Session, actor: Actor, now: datetime, trial: Trial) -> Outcome:
    """Try zones; the history of a wearer is for the organisation that supervises him, and nobody else."""
    own = _own(session, actor, trial)
    track = _track(session, actor, now, trial)
    tried = [Tried(zone.kind, zone.shape, place) for place, zone in enumerate(trial.zones)]
    warnings = [*giveaways([*tried, *own])]
    if trial.home is not None:
        warnings += near_home(tried, trial.home)
    if trial.lines is not None:
        warnings += _crossed(tried, trial.lines)
    about = "zones" if trial.order_id is None else f"order:{trial.order_id}"
    details = {"tried": len(trial.zones), "on": track.source, "fixes": len(track.fixes)}
    record(session, actor, now, Action.CONSULTED, about, part="dry_run", **details)
    return Outcome(
        track,
        _calls(track, trial.zones),
        tuple(warnings),
        tuple(_alternative(each, track, trial.zones) for each in warnings if each.replaces),
        tuple(_not_checked(trial, track)),
    )


def _own(session: Session, actor: Actor, trial: Trial) -> list[Tried]:
    """The zones that the order has already, which together with the new ones may tell too much."""
    if trial.order_id is None:
        return []
    order = order_for(session, actor, trial.order_id)
    person_id = subject_of(session, order.id)
    found = zones_of(session, [person_id])
    return [
        Tried(each.zone.kind, each.zone.shape, None) for each in found if each.order_id == order.id and not each.warns
    ]


def _track(session: Session, actor: Actor, now: datetime, trial: Trial) -> Track:
    if trial.sample:
        fixes = tuple(sorted(trial.sample, key=lambda fix: fix.order))
        return Track("sample", fixes, fixes[0].at_ms, fixes[-1].at_ms)
    now_ms, from_ms = epoch_ms(now), epoch_ms(now - timedelta(days=trial.days))
    if trial.order_id is not None:
        found = tuple(store.fixes(session, _stretches(session, actor, trial.order_id, (from_ms, now_ms))))
        if found:
            kept = found[-_MOST_FIXES:]
            begun_ms = from_ms if len(kept) == len(found) else kept[0].at_ms
            return Track("history", kept, max(begun_ms, kept[0].at_ms), now_ms)
    return Track("none", (), now_ms, now_ms)


def _stretches(session: Session, actor: Actor, order_id: uuid.UUID, between_ms: tuple[int, int]) -> list[store.Stretch]:
    """What the subject wore in a stretch of time, as far as the actor's organisation supervised him."""
    query = select(Device.number, Coupling.from_at, Coupling.until_at).join(Device, Device.id == Coupling.device_id)
    person_id = subject_of(session, order_id)
    own = query.where(Coupling.person_id == person_id, Coupling.supervising_org_id == actor.organisation_id)
    from_ms, until_ms = between_ms
    cut = [
        store.Stretch(
            number, max(epoch_ms(begun), from_ms), until_ms if ended is None else min(epoch_ms(ended), until_ms)
        )
        for number, begun, ended in session.execute(own)
    ]
    return [one for one in cut if one.until_ms is None or one.from_ms < one.until_ms]


def _calls(track: Track, zones: Sequence[TriedZone]) -> Calls | None:
    if not track.fixes:
        return None
    always = (Span(track.from_ms),)
    bans = [Zone(f"Z{place}", 1, zone.kind, zone.shape, always, zone.schedule) for place, zone in enumerate(zones)]
    rings = [
        Zone(f"R{place}", 1, "exclusion", zone.ring, always, zone.schedule)
        for place, zone in enumerate(zones)
        if zone.ring is not None
    ]
    found = episodes(track.fixes, [*bans, *rings])
    return calls_of(
        [one for one in found if one.zone_id.startswith("Z")],
        [one for one in found if one.zone_id.startswith("R")],
        track.until_ms - track.from_ms,
    )


def _crossed(tried: Sequence[Tried], lines: TransitLines) -> list[Warning]:
    return [
        Warning(Warned(kind), (each.place,))
        for each in tried
        if each.place is not None and each.kind == "exclusion"
        for kind in lines.crossing(each.shape)
    ]


def _alternative(warning: Warning, track: Track, zones: Sequence[TriedZone]) -> Alternative:
    shape = masked(warning.replaces, *_secret_of(warning.replaces))
    schedules = {zones[place].schedule for place in warning.places}
    schedule = schedules.pop() if len(schedules) == 1 else None
    return Alternative(warning, shape, _calls(track, [TriedZone("exclusion", shape, schedule)]))


def _secret_of(shapes: Sequence[Shape]) -> tuple[float, float]:
    """Two numbers from 0 to 1, always the same for the same ground, which nobody without the key can make."""
    told = ";".join(sorted(",".join(f"{degree:.5f}" for degree in shape.bounds_deg) for shape in shapes))
    digest = search_hash("zone_mask", told)
    numbers = (digest[:_SHARE_BYTES], digest[_SHARE_BYTES : 2 * _SHARE_BYTES])
    share, turn = (int.from_bytes(number, "big") / 2.0 ** (8 * _SHARE_BYTES) for number in numbers)
    return share, turn


def _not_checked(trial: Trial, track: Track) -> list[str]:
    missing = {"history": track.source == "none", "home": trial.home is None, "transit_lines": trial.lines is None}
    return [name for name, is_missing in missing.items() if is_missing]
