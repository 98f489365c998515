"""The job of this package: who falls silent is called for, and called for no more when he is heard again.

It reads what the judge wrote with its last checkpoint, so that a silence and its end are seen some ten seconds late.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.http import Runtime
from registry.monitoring.engine.store import Stretch, first_fix
from registry.monitoring.models import ListeningMark
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import DeviceKind
from registry.monitoring.silence import calling
from registry.monitoring.silence.models import DeviceSilence, ProviderSilence
from registry.monitoring.silence.reading import (
    Group,
    ProviderPulse,
    WornDevice,
    live_orders,
    perhaps_silent,
    providers,
)
from registry.monitoring.silence.rules import LEAST_DEVICES, SilenceKind, Standing, is_disturbed, silences
from registry.orders.service import orders_binding

_STOPPED_MS = 120_000


@dataclass(slots=True)
class Findings:
    """What differs between what is so now and what is on record."""

    began: list[tuple[WornDevice, SilenceKind, int]] = field(default_factory=list)
    ended: list[tuple[DeviceSilence, int, str]] = field(default_factory=list)
    disturbed: list[tuple[Group, Standing]] = field(default_factory=list)
    restored: list[ProviderSilence] = field(default_factory=list)
    stopped: set[uuid.UUID] = field(default_factory=set)
    resumed: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def watch_silence(shared: Runtime) -> None:
    """Open and close silences, and call for them; takes the write lock only when something changed."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not find(session, now):
            return
    with shared.database.transaction() as session:
        calling.take(session, now, find(session, now))


def find(session: Session, now: datetime) -> Findings:
    """Return what is to be changed; while nothing listens nobody is silent, but that itself is called for."""
    mark, now_ms, found = session.get(ListeningMark, 1), epoch_ms(now), Findings()
    if mark is None:
        return found
    is_stopped = now_ms - mark.seen_ms > _STOPPED_MS
    pulses = providers(session, now)
    calls = calling.stopped_calls(session)
    supervisors = {supervisor for _, supervisor in pulses if supervisor is not None} if is_stopped else set()
    found.stopped = {one for one in supervisors if calling.stopped_ref(one) not in calls}
    found.resumed = calls - {calling.stopped_ref(one) for one in supervisors}
    if not is_stopped:
        _find_silences(session, now, mark.since_ms, found)
        _find_providers(session, now_ms, (pulses, mark.since_ms), found)
    return found


def _find_silences(session: Session, now: datetime, listening_ms: int, found: Findings) -> None:
    records = list(session.scalars(select(DeviceSilence).where(DeviceSilence.until_ms.is_(None))))
    known = {(record.coupling_id, record.kind) for record in records}
    worn = perhaps_silent(session, now, listening_ms, {record.coupling_id for record in records})
    missing = {one.coupling.id: silences(one.heard, epoch_ms(now)) for one in worn}
    concerned = [one for one in worn if missing[one.coupling.id] or one.coupling.id in {key[0] for key in known}]
    by_coupling = {one.coupling.id: one for one in _bound(session, now, concerned)}
    for one in by_coupling.values():
        for kind, from_ms in missing[one.coupling.id].items():
            if (one.coupling.id, kind.value) not in known:
                found.began.append((one, kind, from_ms))
    for record in records:
        worn_one = by_coupling.get(record.coupling_id)
        if worn_one is None:
            found.ended.append((record, epoch_ms(now), "released"))
        elif (until_ms := _heard_again(session, record, worn_one, missing[record.coupling_id])) is not None:
            found.ended.append((record, until_ms, "heard"))


def _bound(session: Session, now: datetime, worn: Sequence[WornDevice]) -> list[WornDevice]:
    """Those that an order makes matter now: a unit its own order, a monitor any that binds its wearer."""
    orders = {one.coupling.id: {one.coupling.order_id} for one in worn}
    trackers = [one.coupling for one in worn if one.coupling.kind == DeviceKind.TRACKER]
    binding = orders_binding(session, {one.person_id for one in trackers})
    for one in trackers:
        orders[one.id] |= binding.get(one.person_id, set())
    live = live_orders(session, set[uuid.UUID]().union(*orders.values()), now)
    return [one for one in worn if orders[one.coupling.id] & live]


def _heard_again(
    session: Session, record: DeviceSilence, worn: WornDevice, missing: dict[SilenceKind, int]
) -> int | None:
    """When a silence ended (epoch ms); a break of ours is no sign of life of the device."""
    heard = worn.heard
    if record.kind == SilenceKind.NO_MESSAGE:
        came = heard.heard_ms is not None and heard.heard_ms > record.from_ms
        return max(heard.since_ms or 0, record.from_ms) if came else None
    if heard.fixed_ms is None or heard.fixed_ms <= record.from_ms or SilenceKind.NO_POSITION in missing:
        return None
    first = first_fix(session, Stretch(worn.number, record.from_ms + 1, heard.fixed_ms + 1), is_sharp=True)
    return heard.fixed_ms if first is None else first.at_ms


_Pulses = tuple[dict[Group, ProviderPulse], int]


def _find_providers(session: Session, now_ms: int, known: _Pulses, found: Findings) -> None:
    pulses, listening_ms = known
    going_on = session.scalars(select(ProviderSilence).where(ProviderSilence.until_ms.is_(None)))
    records = {(record.sending_org_id, record.supervising_org_id): record for record in going_on}
    silent = _silent(session, found)
    for group in pulses.keys() | records.keys():
        pulse = pulses.get(group, ProviderPulse(0, None, None))
        heard_ms = max(pulse.heard_ms or 0, listening_ms)
        standing = Standing(pulse.devices, silent[group], heard_ms, pulse.least_gap_ms)
        disturbed = is_disturbed(standing, now_ms, was=group in records)
        if disturbed and group not in records:
            found.disturbed.append((group, standing))
        elif not disturbed and group in records and _came(pulse, records[group]):
            found.restored.append(records[group])


def _came(pulse: ProviderPulse, record: ProviderSilence) -> bool:
    """Whether anything came since, for a break of ours is no sign of life; of too few devices none is asked."""
    return pulse.devices < LEAST_DEVICES or (pulse.heard_ms is not None and pulse.heard_ms > record.from_ms)


def _silent(session: Session, found: Findings) -> Counter[Group]:
    """How many devices send nothing, by provider and supervisor, with what was found now."""
    ended = {record.id for record, _, _ in found.ended}
    wanted = select(DeviceSilence).where(DeviceSilence.until_ms.is_(None), DeviceSilence.kind == SilenceKind.NO_MESSAGE)
    silent = Counter(calling.group_of(one) for one in session.scalars(wanted) if one.id not in ended)
    silent.update(one.group for one, kind, _ in found.began if kind is SilenceKind.NO_MESSAGE)
    return silent
