"""How a stretch of a device's signals calls a human: once, louder when it goes on, and no longer than it must."""

from dataclasses import dataclass

from sqlalchemy import select

from registry.alerts.service import NewAlert, close_alerts, retell_alert
from registry.db import new_id
from registry.monitoring.engine.turn import Turn
from registry.monitoring.models import Coupling, Device
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.rules import MEANINGS, SignalKind, signal_call


@dataclass(frozen=True, slots=True)
class Said:
    """When a device said that something is so, first and last (epoch ms): of an old position that may be much later."""

    first_ms: int
    last_ms: int


def tell(turn: Turn, record: DeviceSignal, said: Said, *, anew: bool = False) -> None:
    """Call for a stretch that is new, that was found late and goes on now, or of which a device speaks `anew`.

    Whether it is late, and who wore the device, is a matter of when it said so, and not of the position it told of.
    What a device on nobody says is kept, and calls nobody until its coupling is known.
    """
    is_new = record.coupling_id is None
    if is_new and not _own(turn, record, said.first_ms):
        return
    late = said.last_ms + turn.policy.live_limit_ms < turn.now_ms
    if not is_new and not anew and (late or not record.found_late):
        return
    record.found_late = late
    if anew and not late:
        close_alerts(turn.session, turn.now, _ref(record), only_taken=True)
    if record.until_ms is not None and not MEANINGS[SignalKind(record.kind)].needs_look:
        return
    call = signal_call(SignalKind(record.kind), late=late)
    context: dict[str, object] = {
        "device_id": record.device_id, "coupling_id": record.coupling_id, "person_id": record.person_id,
        "order_id": record.order_id, "signal_id": record.id, "found_late": late,
    }  # fmt: skip
    told = NewAlert(call.alert_class, call.priority, call.title_nl, _ref(record), record.owners(), context)
    retell_alert(turn.session, turn.now, told)


def close(turn: Turn, record: DeviceSignal, until_ms: int) -> None:
    """End a stretch; what a human has to see stays open until somebody took it."""
    if record.until_ms is None and record.coupling_id is not None:
        needs_look = MEANINGS[SignalKind(record.kind)].needs_look
        close_alerts(turn.session, turn.now, _ref(record), only_taken=needs_look)
    record.until_ms = until_ms


def _ref(record: DeviceSignal) -> str:
    return f"signal:{record.id}"


def _own(turn: Turn, record: DeviceSignal, said_ms: int) -> bool:
    """Note whose it is, on a record that is not stored yet or was nobody's; say whether somebody wore the device."""
    session = turn.session
    worn = turn.draft.couplings.worn_at(record.device_number, said_ms)
    if record not in session:
        device = session.scalars(select(Device).where(Device.number == record.device_number)).one()
        record.id, record.device_id = new_id(), device.id
        _put(record, device)
    if worn is not None:
        coupling = session.get_one(Coupling, worn.coupling_id)
        record.coupling_id, record.person_id, record.order_id = coupling.id, coupling.person_id, coupling.order_id
        _put(record, coupling)
    session.add(record)
    session.flush()
    return worn is not None


def _put(record: DeviceSignal, of: Device | Coupling) -> None:
    for name, owner in of.owners().items():
        setattr(record, name, owner)
