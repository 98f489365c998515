"""What a bundle of an episode is made of, and that it was given."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from geo.episode import EndCause, Episode
from geo.policy import METHOD
from geo.spans import Span, instant
from geo.zones import Zone
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.errors import Conflict, Unavailable
from registry.http.fields import camel, format_instant
from registry.monitoring.demands.service import standing
from registry.monitoring.engine.known import episode_of
from registry.monitoring.evidence import gathering
from registry.monitoring.evidence.archive import MANIFEST
from registry.monitoring.evidence.entitlement import episode_for, require_covered, require_protected
from registry.monitoring.evidence.manifest import Issue, manifest_of
from registry.monitoring.evidence.members import Told, files_of
from registry.monitoring.evidence.models import ExportKind, TrackExport
from registry.monitoring.evidence.rules import Begin, Case, Worn, limited
from registry.monitoring.evidence.verifying import differences
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import EpisodeStatus, Source
from registry.orders.models import Order
from registry.orders.service import drawn_zones, same_orders, zones_of

_BY_THE_CLOCK = (EndCause.ZONE_ENDED, EndCause.SCHEDULE_PAUSED, EndCause.EXEMPTED)


@dataclass(frozen=True, slots=True)
class Material:
    """A case with what was told of its episode, what the zones are drawn from, and what does not come out alike."""

    bundle_id: uuid.UUID
    made_at: datetime
    told: Told
    case: Case
    drawn: Mapping[str, Mapping[str, Any]]
    differing: tuple[str, ...]
    demand_id: uuid.UUID | None = None

    @property
    def issue(self) -> Issue:
        """What its manifest says of it."""
        return Issue(str(self.bundle_id), format_instant(self.made_at), f"evidence:{self.bundle_id}")

    def data(self) -> dict[str, bytes]:
        """The files that are data."""
        return files_of(self.told, self.case, self.drawn)


def material_of(
    session: Session, actor: Actor, now: datetime, episode_id: uuid.UUID, demand_id: uuid.UUID | None = None
) -> Material:
    """Gather what an episode follows from; raises NotFound or Forbidden for who may not have it (see `episode_for`).

    What it gives is audited by `note`, once the bundle is made and before it leaves.
    """
    require_protected(actor)
    found, window = episode_for(session, actor, now, episode_id, demand_id)
    if found.status == EpisodeStatus.MERGED:
        raise Conflict("episode_merged", "This episode is part of another by now; ask for that one.")
    if found.source != Source.TRACKER:
        detail = "This episode rests on the messages of a home unit, and on no position that could be judged again."
        raise Conflict("episode_without_positions", detail)
    told = Told(_shown(session, found), episode_of(found), found.status == EpisodeStatus.WITHDRAWN)
    case = _case(session, epoch_ms(now), (found, told))
    require_covered(window, found, case)
    comes = case.episodes()
    differing = differences(told, case, comes)
    if differing and _ends_by_the_clock(told, comes):
        raise Unavailable("This episode is about to end, for its zone holds no longer; nothing was given.", 2)
    return Material(new_id(), now, told, case, drawn_zones(session, case.zones), tuple(differing), demand_id)


def _ends_by_the_clock(told: Told, comes: Sequence[Episode]) -> bool:
    """Whether the judge, who looks at the clock once a second, has yet to end it."""
    return told.found.end_ms is None and any(
        one.start_ms == told.found.start_ms and one.zone_key == told.found.zone_key and one.end_cause in _BY_THE_CLOCK
        for one in comes
    )


def _case(session: Session, now_ms: int, of: tuple[EpisodeRecord, Told]) -> Case:
    found, told = of
    worn = gathering.worn_by(session, found.person_id, found.supervising_org_id)
    start = gathering.start_of(session, found.person_id, worn, told.found.suspected_ms)
    until_ms = _until_ms(told, now_ms)
    fixes = gathering.used(session, worn, start.after, until_ms)
    from_ms = start.after[0] if start.begin is not Begin.NOTHING else min((one.at_ms for one in fixes), default=0)
    unused = gathering.unused(session, worn, Span(from_ms, until_ms + 1))
    orders = same_orders(session, found.order_id)
    zones = [each.zone for each in zones_of(session, [found.person_id]) if each.order_id in orders]
    zones = [zone for zone in zones if zone.id == found.zone_id or _holds_in(zone, Span(from_ms, until_ms + 1))]
    return Case(
        str(found.person_id),
        tuple(Worn(str(one.device_id), one.worn) for one in worn),
        (*(() if start.before is None else (start.before,)), *fixes, *unused),
        tuple(zones),
        METHOD,
        start.begin,
        None if start.state is None else limited(start.state, zones),
        now_ms,
    )


def _until_ms(told: Told, now_ms: int) -> int:
    """Until when positions can have had a part in it, and a little longer, so that one sees where he went."""
    if told.found.end_ms is None:
        return now_ms
    last_ms = max([told.found.end_ms, *(reason.at_ms for reason in told.found.reasons)])
    return min(last_ms + METHOD.line_ms, now_ms)


def _holds_in(zone: Zone, span: Span) -> bool:
    until_ms = span.until_ms or 0
    return any(one.from_ms < until_ms and (one.until_ms is None or one.until_ms > span.from_ms) for one in zone.holds)


def _shown(session: Session, found: EpisodeRecord) -> dict[str, Any]:
    """The record, as it stands: what was told of the episode beside what is recomputed."""
    names = ("id", "person_id", "order_id", "condition_id", "breach_id", "superseded_by_id", "split_from_id")
    ids = {camel(name): None if getattr(found, name) is None else str(getattr(found, name)) for name in names}
    return ids | {
        "orderNumber": session.get_one(Order, found.order_id).number,
        "zoneKind": found.zone_kind,
        "status": found.status,
        "foundLate": found.found_late,
        "startedAt": format_instant(instant(found.start_ms)),
        "endedAt": None if found.end_ms is None else format_instant(instant(found.end_ms)),
        "recordedAt": format_instant(found.recorded_at),
    }


def sealed_with(
    material: Material, files: Mapping[str, bytes], omitted: Mapping[str, str], seed: bytes
) -> dict[str, bytes]:
    """Return the files of a bundle with their manifest first."""
    return {MANIFEST: manifest_of(files, material.issue, omitted, seed), **files}


def note(session: Session, actor: Actor, material: Material, files: Mapping[str, bytes], reason: str) -> None:
    """Note which bundle left and why, and in the audit chain the hash of its manifest, which holds all others.

    What was revoked while the bundle was made is refused here.
    """
    under = {} if material.demand_id is None else {"demand": str(material.demand_id)}
    if material.demand_id is not None:
        standing(session, actor, material.made_at, material.demand_id)
    export = TrackExport(
        id=material.bundle_id,
        organisation_id=actor.organisation_id,
        person_id=uuid.UUID(material.case.person_id),
        episode_id=uuid.UUID(material.told.record["id"]),
        kind=ExportKind.BUNDLE.value,
        demand_id=material.demand_id,
        made_at=material.made_at,
    )
    session.add(export.told(reason, actor))
    told = {"episode": str(export.episode_id), "positions": len(material.case.fixes)} | under
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    record(session, actor, material.made_at, Action.DISCLOSED, material.issue.audit_ref, manifest_sha256=digest, **told)
