"""Who wears which device, what was found of him, and where he was last."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from geo.spans import instant
from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import organisation_by_code, record, visible
from registry.db import new_id
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.monitoring.devices import register_devices
from registry.monitoring.models import Coupling, Device, EpisodeRecord
from registry.monitoring.rules import WARNING, DeviceKind, EpisodeStatus, Page
from registry.monitoring.unjudged.rules import Unjudged
from registry.monitoring.unjudged.service import unjudged
from registry.monitoring.whereabouts import Worn, last_positions
from registry.orders.models import Order
from registry.orders.service import find_order, order_for, same_orders, subject_of, zones_of


@dataclass(frozen=True, slots=True)
class NewCoupling:
    """A device, by provider and name, on the subject of an order, or in his home for one of its conditions."""

    provider: str
    device: str
    order_number: str
    from_at: datetime
    until_at: datetime | None
    kind: DeviceKind = DeviceKind.TRACKER
    condition: str | None = None


def add_device(session: Session, actor: Actor, now: datetime, provider: str | None, name: str) -> Device:
    """Register a device of a provider, or return the one that is known by this name."""
    provider_id = actor.organisation_id if provider is None else _provider(session, provider).id
    own = actor.organisation_kind is OrganisationKind.DEVICE_PROVIDER
    if own is not (provider_id == actor.organisation_id):
        detail = "A provider registers its own devices; another organisation names the provider."
        raise Invalid([Fault("#/provider", detail)])
    device = _device(session, now, provider_id, name)
    if not own and device.supervising_org_id is None:
        device.supervising_org_id = actor.organisation_id
    record(session, actor, now, Action.COLLECTED, f"device:{device.id}")
    return device


def device_for(session: Session, actor: Actor, now: datetime, device_id: uuid.UUID) -> Device:
    """Return a device; raises NotFound unless the actor's organisation provides it or supervises by it."""
    device = session.scalar(select(Device).where(Device.id == device_id, visible(Device, actor)))
    if device is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"device:{device.id}")
    return device


def _provider(session: Session, code: str) -> Organisation:
    provider = organisation_by_code(session, code)
    if provider is None or provider.kind != OrganisationKind.DEVICE_PROVIDER:
        raise Invalid([Fault("#/provider", "Give the code of an organisation that provides devices.")])
    return provider


def _device(session: Session, now: datetime, provider_id: uuid.UUID, name: str) -> Device:
    """The device, locked until the end of the transaction."""
    number = register_devices(session, now, provider_id, [name])[name]
    return session.scalars(select(Device).where(Device.number == number).with_for_update(key_share=True)).one()


def couple(session: Session, actor: Actor, now: datetime, new: NewCoupling) -> Coupling:
    """Tie a device to the subject of an order; it is on one wearer at a time, and one unit stands for a condition."""
    order = find_order(session, new.order_number)
    if order is None:
        raise NotFound("There is no order with this number here.")
    order_for(session, actor, order.id)
    _require_sense(session, order.id, new)
    device = _device(session, now, _provider(session, new.provider).id, new.device)
    _require_free(session, actor, (device, order), new)
    device.supervising_org_id = order.supervising_org_id or actor.organisation_id
    coupling = Coupling(
        id=new_id(),
        device_id=device.id,
        person_id=subject_of(session, order.id),
        order_id=order.id,
        kind=new.kind.value,
        condition_reference=new.condition,
        from_at=new.from_at,
        until_at=new.until_at,
        recorded_at=now,
        judge_again_from=new.from_at,
        **order.owners(),
    )
    session.add(coupling)
    session.flush()
    record(session, actor, now, Action.COLLECTED, f"coupling:{coupling.id}", device=str(device.id))
    return coupling


def _require_sense(session: Session, order_id: uuid.UUID, new: NewCoupling) -> None:
    faults = []
    if new.until_at is not None and new.until_at <= new.from_at:
        faults.append(Fault("#/until", "Give an end after the beginning."))
    if new.kind is DeviceKind.TRACKER and new.condition is not None:
        faults.append(Fault("#/condition", "Leave it out: a monitor is worn for every condition."))
    if new.kind is DeviceKind.HOME_UNIT and not _has_home(session, order_id, new.condition):
        faults.append(Fault("#/condition", "Name the condition of this order by which he must be in this home."))
    if faults:
        raise Invalid(faults)


def _has_home(session: Session, order_id: uuid.UUID, reference: str | None) -> bool:
    """Whether an order has an area in which he must be by the condition with this reference."""
    return any(
        found.order_id == order_id and found.reference == reference and found.zone.kind == "inclusion"
        for found in zones_of(session, [subject_of(session, order_id)])
    )


def _require_free(session: Session, actor: Actor, which: tuple[Device, Order], new: NewCoupling) -> None:
    device, order = which
    faults = []
    worn = _overlapping(session, new, Coupling.device_id == device.id)
    if worn is not None:
        faults.append(Fault("#/device", f"This device is on a wearer in that time; end {_named(actor, worn)} first."))
    if new.kind is DeviceKind.HOME_UNIT:
        # Two units for one condition, put there at the same time, wait for each other.
        session.execute(select(Order.id).where(Order.id == order.id).with_for_update(key_share=True))
        for_this = (Coupling.order_id == order.id, Coupling.condition_reference == new.condition)
        other = _overlapping(session, new, *for_this)
        if other is not None and other is not worn:
            told = f"Another unit stands there for this condition in that time; end {_named(actor, other)} first."
            faults.append(Fault("#/condition", told))
    if faults:
        raise Conflict("coupling_overlaps", " ".join(fault.detail for fault in faults), faults)


def _overlapping(session: Session, new: NewCoupling, *which: ColumnElement[bool]) -> Coupling | None:
    ends_later = Coupling.until_at.is_(None) | (Coupling.until_at > new.from_at)
    wanted = select(Coupling).where(*which, ends_later)
    if new.until_at is not None:
        wanted = wanted.where(Coupling.from_at < new.until_at)
    return session.scalar(wanted.order_by(Coupling.from_at).limit(1))


def _named(actor: Actor, coupling: Coupling) -> str:
    """A coupling by its reference, to whom it concerns."""
    return f"coupling {coupling.id}" if actor.organisation_id in coupling.audience() else "that coupling"


def end_coupling(session: Session, actor: Actor, now: datetime, coupling_id: uuid.UUID, until: datetime) -> Coupling:
    """End a coupling, or let it have ended earlier than was said; what was judged after its end is judged again."""
    wanted = (
        select(Coupling).where(Coupling.id == coupling_id, visible(Coupling, actor)).with_for_update(key_share=True)
    )
    coupling = session.scalar(wanted)
    if coupling is None:
        raise NotFound
    if until <= coupling.from_at:
        raise Invalid([Fault("#/until", "Give an end after the beginning.")])
    if coupling.until_at is not None and until > coupling.until_at:
        raise Conflict("coupling_ended", "This coupling ended before; make a new one for a later time.")
    if coupling.until_at != until:
        coupling.until_at = until
        coupling.judge_again_from = min(until, coupling.judge_again_from or until)
        record(session, actor, now, Action.CHANGED, f"coupling:{coupling.id}", ended=True)
    return coupling


@dataclass(frozen=True, slots=True)
class Coupled:
    """A coupling with the names of its device and provider, and why nothing judges it, if nothing does."""

    coupling: Coupling
    device: str
    provider: str
    unjudged: Unjudged | None


def couplings_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[Coupled]:
    """Return the couplings that concern the actor's organisation, newest first."""
    own = select(Coupling).where(visible(Coupling, actor))
    if page.after is not None:
        own = own.where(Coupling.id < page.after)
    found = list(session.scalars(own.order_by(Coupling.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "couplings", shown=[str(one.id) for one in found])
    return with_names(session, found, now)


def with_names(session: Session, couplings: Sequence[Coupling], now: datetime) -> list[Coupled]:
    """Return couplings with the names of their devices and providers, and what is to be known of them."""
    named = (
        select(Device.id, Device.name, Organisation.code)
        .join(Organisation, Organisation.id == Device.sending_org_id)
        .where(Device.id.in_({one.device_id for one in couplings}))
    )
    names = {device_id: (name, code) for device_id, name, code in session.execute(named)}
    because = unjudged(session, couplings, now)
    return [Coupled(one, *names[one.device_id], because.get(one.id)) for one in couplings]


@dataclass(frozen=True, slots=True)
class EpisodeFilter:
    """Which episodes to list, newest first."""

    page: Page
    status: EpisodeStatus | None = None
    order_id: uuid.UUID | None = None


def episodes_of(session: Session, actor: Actor, now: datetime, asked: EpisodeFilter) -> list[EpisodeRecord]:
    """Return the episodes that concern the actor's organisation, newest first."""
    own = select(EpisodeRecord).where(visible(EpisodeRecord, actor))
    if asked.status is not None:
        own = own.where(EpisodeRecord.status == asked.status)
    if asked.order_id is not None:
        own = own.where(EpisodeRecord.order_id.in_(same_orders(session, asked.order_id)))
    if asked.page.after is not None:
        own = own.where(EpisodeRecord.id < asked.page.after)
    found = list(session.scalars(own.order_by(EpisodeRecord.id.desc()).limit(asked.page.limit)))
    record(session, actor, now, Action.CONSULTED, "episodes", shown=[str(one.id) for one in found])
    return found


def episode_for(session: Session, actor: Actor, now: datetime, episode_id: uuid.UUID) -> EpisodeRecord:
    """Return one episode; raises NotFound unless it concerns the actor's organisation."""
    wanted = select(EpisodeRecord).where(EpisodeRecord.id == episode_id, visible(EpisodeRecord, actor))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"episode:{found.id}")
    return found


def count_open_episodes(session: Session) -> int:
    """Return how many episodes go on now."""
    going_on = EpisodeRecord.status == EpisodeStatus.OPEN.value
    return session.scalar(select(func.count()).where(going_on)) or 0


@dataclass(frozen=True, slots=True)
class Position:
    """Where a wearer was last."""

    person_id: uuid.UUID
    device_id: uuid.UUID
    at: datetime
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None


def position_of(
    session: Session, actor: Actor, now: datetime, person_id: uuid.UUID, *, with_reason: bool = False
) -> Position:
    """Return a wearer's last position, to the organisation that supervises him and to no other.

    Raises Forbidden outside an episode, unless the caller keeps a reason.
    """
    supervised = (
        select(Coupling, Device.number)
        .join(Device, Device.id == Coupling.device_id)
        .where(Coupling.person_id == person_id, Coupling.supervising_org_id == actor.organisation_id)
    )
    worn = [Worn(coupling, number) for coupling, number in session.execute(supervised)]
    if not worn:
        raise NotFound("There is no such wearer here.")
    if not (with_reason or _is_in_episode(session, actor, person_id)):
        raise Forbidden("He is in no episode: where he was last is read against a reason, by a last-position-reading.")
    found = last_positions(session, now, [person_id], worn)
    if not found:
        raise NotFound("No position of this wearer is known.")
    fix, device_id = max(found, key=lambda one: one[0].order)
    at = instant(fix.at_ms)
    record(session, actor, now, Action.CONSULTED, f"person:{person_id}", position_at=at.isoformat())
    return Position(person_id, device_id, at, fix.lat_deg, fix.lon_deg, fix.accuracy_m)


def _is_in_episode(session: Session, actor: Actor, person_id: uuid.UUID) -> bool:
    goes_on = select(EpisodeRecord.id).where(EpisodeRecord.person_id == person_id, EpisodeRecord.end_ms.is_(None))
    own = goes_on.where(EpisodeRecord.supervising_org_id == actor.organisation_id, EpisodeRecord.zone_kind != WARNING)
    return session.scalar(own.where(EpisodeRecord.status == EpisodeStatus.OPEN).limit(1)) is not None
