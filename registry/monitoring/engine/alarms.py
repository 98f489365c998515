"""What a device itself reports: strap, case, battery. Each alarm of a device calls a human once an hour at most."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Responsible
from registry.alerts.service import NewAlert, raise_alert
from registry.monitoring.engine.memory import Draft
from registry.monitoring.engine.sorting import Alarm
from registry.monitoring.models import Coupling, Device
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import EnginePolicy, alarm_priority

_HOUR_MS = 3_600_000
_NOT_IN_A_REFERENCE = re.compile(r"[^A-Za-z0-9]+")
_TITLES_NL = {
    1: "Enkelband: band of behuizing aangetast, of noodsignaal",
    2: "Enkelband geeft een technisch alarm",
    3: "Enkelband gaf een alarm (achteraf gemeld)",
}


def raise_alarms(session: Session, draft: Draft, now: datetime, policy: EnginePolicy, alarms: Iterable[Alarm]) -> None:
    """Raise an alert for each alarm, to those responsible for whoever wore the device, or else for the device."""
    for alarm in alarms:
        device = session.scalars(select(Device).where(Device.number == alarm.device_number)).one()
        worn = draft.couplings.worn_at(alarm.device_number, alarm.at_ms)
        of: Responsible = device if worn is None else session.get_one(Coupling, worn.coupling_id)
        priority = alarm_priority(alarm.alarm, epoch_ms(now) - alarm.at_ms, policy.live_limit_ms)
        word = _NOT_IN_A_REFERENCE.sub("", alarm.alarm)[:16] or "other"
        context: dict[str, object] = {"device_id": device.id}
        if worn is not None:
            context |= {"person_id": draft.couplings.persons[worn.slot], "coupling_id": worn.coupling_id}
        new = NewAlert(
            alert_class="device_alarm",
            priority=priority,
            title_nl=_TITLES_NL[priority],
            subject_ref=f"alarm:{device.id}-{word}-{alarm.at_ms // _HOUR_MS}",
            owners=of.owners(),
            context=context,
        )
        raise_alert(session, now, new)
