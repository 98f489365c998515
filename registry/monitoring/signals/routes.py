"""What devices say of themselves, to the organisations that they concern."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.monitoring.engine.telling import instant
from registry.monitoring.rules import Page
from registry.monitoring.signals import service
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.schemas import SignalListSchema, SignalQuerySchema, SignalSchema

blueprint = Blueprint("signals", __name__, url_prefix="/v1")
_TIMES = ("started_at", "last_at", "ended_at")


@blueprint.get("/device-signals")
@requires(Scope.EPISODES_READ, Purpose.SUPERVISION)
@operation(query=SignalQuerySchema, answers={200: SignalListSchema})
def list_signals(actor: Actor, query: dict[str, Any]) -> Any:
    """List what devices said of themselves (strap, case, battery, charger, jamming), newest first."""
    page = Page(query["limit"], query["cursor"])
    asked = service.SignalFilter(page, query["device_id"], query["kind"], query["goes_on"])
    with consultation() as session:
        found = service.signals_of(session, actor, runtime().clock.now(), asked)
        last_id = str(found[-1].id) if len(found) == page.limit else None
        return {"signals": [_shown(one) for one in found], "next": last_id}


def _shown(signal: DeviceSignal) -> dict[str, Any]:
    shown: dict[str, Any] = SignalSchema(exclude=_TIMES).dump(signal)
    times = {"startedAt": signal.from_ms, "lastAt": signal.last_ms, "endedAt": signal.until_ms}
    return shown | {name: _instant(at_ms) for name, at_ms in times.items()}


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else instant(at_ms)
