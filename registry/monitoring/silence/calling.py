"""How silence is recorded and calls a human: one call for a provider, and then none for each of its devices."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alerts, raise_alert
from registry.db import new_id
from registry.monitoring.models import Coupling
from registry.monitoring.rules import DeviceKind
from registry.monitoring.silence.models import DeviceSilence, ProviderSilence
from registry.monitoring.silence.rules import CALLS, PROVIDER_CALL, STOPPED_CALL, UNIT_CALLS, SilenceKind, Standing

if TYPE_CHECKING:
    from registry.monitoring.silence.reading import Group, WornDevice
    from registry.monitoring.silence.watching import Findings


def take(session: Session, now: datetime, found: Findings) -> None:
    """Record what was found, and call."""
    for supervisor in found.stopped:
        call, owners = STOPPED_CALL, {"supervising_org_id": supervisor}
        new = NewAlert(call.alert_class, call.priority, call.title_nl, stopped_ref(supervisor), owners, {})
        raise_alert(session, now, new)
    for subject_ref in found.resumed:
        close_alerts(session, now, subject_ref)
    for record, until_ms, cause in found.ended:
        record.until_ms, record.end_cause = until_ms, cause
        close_alerts(session, now, _ref(record))
    began = [_begun(session, now, *one) for one in found.began]
    for group, standing in found.disturbed:
        _disturb(session, now, group, standing)
    for provider in found.restored:
        _restore(session, now, provider)
    _call(session, now, began)


def stopped_ref(supervisor: uuid.UUID) -> str:
    """Return the subject of the call that positions are not judged."""
    return f"judging:{supervisor}"


def stopped_calls(session: Session) -> set[str]:
    """Return the subjects of the calls of that kind that are open."""
    wanted = select(Alert.subject_ref).where(Alert.alert_class == STOPPED_CALL.alert_class, Alert.closed_at.is_(None))
    return set(session.scalars(wanted))


def group_of(record: DeviceSilence) -> Group:
    """Return whose silence a record adds to."""
    return (record.provider_id, record.supervising_org_id)


def _begun(session: Session, now: datetime, worn: WornDevice, kind: SilenceKind, from_ms: int) -> DeviceSilence:
    coupling = worn.coupling
    record = DeviceSilence(
        id=new_id(), device_number=worn.number, device_id=coupling.device_id, provider_id=worn.provider_id,
        coupling_id=coupling.id, person_id=coupling.person_id, order_id=coupling.order_id, kind=kind.value,
        from_ms=from_ms, until_ms=None, end_cause=None, provider_silence_id=None, recorded_at=now,
        **coupling.owners(),
    )  # fmt: skip
    session.add(record)
    session.flush()
    return record


def _disturb(session: Session, now: datetime, group: Group, standing: Standing) -> None:
    record = ProviderSilence(
        id=new_id(), sending_org_id=group[0], supervising_org_id=group[1], from_ms=standing.heard_ms, until_ms=None,
        devices=standing.devices, silent=standing.silent, recorded_at=now,
    )  # fmt: skip
    session.add(record)
    session.flush()
    call, context = PROVIDER_CALL, {"provider_silence_id": record.id, "devices": standing.devices}
    new = NewAlert(call.alert_class, call.priority, call.title_nl, _provider_ref(record), record.owners(), context)
    raise_alert(session, now, new)
    for one in _silent_devices(session, group):
        one.provider_silence_id = record.id
        close_alerts(session, now, _ref(one))


def _restore(session: Session, now: datetime, record: ProviderSilence) -> None:
    record.until_ms = round(now.timestamp() * 1000)
    close_alerts(session, now, _provider_ref(record))
    session.flush()
    still = _silent_devices(session, (record.sending_org_id, record.supervising_org_id))
    _call(session, now, still)


def _silent_devices(session: Session, group: Group) -> list[DeviceSilence]:
    wanted = select(DeviceSilence).where(
        DeviceSilence.until_ms.is_(None),
        DeviceSilence.kind == SilenceKind.NO_MESSAGE,
        DeviceSilence.provider_id == group[0],
        DeviceSilence.supervising_org_id == group[1],
    )
    return list(session.scalars(wanted))


def _call(session: Session, now: datetime, records: Iterable[DeviceSilence]) -> None:
    """Call for each that is not within the silence of its provider."""
    providers = select(ProviderSilence).where(ProviderSilence.until_ms.is_(None))
    going_on = {(one.sending_org_id, one.supervising_org_id): one for one in session.scalars(providers)}
    for record in records:
        provider = going_on.get(group_of(record)) if record.kind == SilenceKind.NO_MESSAGE else None
        if provider is not None:
            record.provider_silence_id = provider.id
            continue
        unit = session.get_one(Coupling, record.coupling_id).kind == DeviceKind.HOME_UNIT
        call = (UNIT_CALLS if unit else CALLS)[SilenceKind(record.kind)]
        context: dict[str, object] = {
            "device_id": record.device_id, "coupling_id": record.coupling_id, "person_id": record.person_id,
            "order_id": record.order_id, "silence_id": record.id,
        }  # fmt: skip
        new = NewAlert(call.alert_class, call.priority, call.title_nl, _ref(record), record.owners(), context)
        raise_alert(session, now, new)


def _ref(record: DeviceSilence) -> str:
    return f"silence:{record.id}"


def _provider_ref(record: ProviderSilence) -> str:
    return f"provider-silence:{record.id}"
