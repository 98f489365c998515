"""What devices say of themselves, to the organisations that they concern."""

from typing import Any

from flask import Blueprint

from geo.spans import instant_or_none
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.monitoring.rules import Page
from registry.monitoring.signals.models import DeviceSignal
from registry.monitoring.signals.schemas import SignalListSchema, SignalQuerySchema, SignalSchema
from registry.monitoring.stretches import StretchFilter, stretches_of

blueprint = Blueprint("signals", __name__, url_prefix="/v1")
_TIMES = ("started_at", "last_at", "ended_at")


@blueprint.get("/device-signals")
@requires(Scope.EPISODES_READ, Purpose.SUPERVISION)
@operation(query=SignalQuerySchema, answers={200: SignalListSchema})
def list_signals(actor: Actor, query: dict[str, Any]) -> Any:
    """List what devices said of themselves (strap, case, battery, charger, jamming), newest first."""
    page = Page(query["limit"], query["cursor"])
    asked = StretchFilter(page, query["device_id"], query["kind"], query["goes_on"])
    with consultation() as session:
        found = stretches_of(session, actor, runtime().clock.now(), DeviceSignal, asked)
        last_id = str(found[-1].id) if len(found) == page.limit else None
        return {"signals": [_shown(one) for one in found], "next": last_id}


def _shown(signal: DeviceSignal) -> dict[str, Any]:
    shown: dict[str, Any] = SignalSchema(exclude=_TIMES).dump(signal)
    times = {"startedAt": signal.from_ms, "lastAt": signal.last_ms, "endedAt": signal.until_ms}
    return shown | {name: instant_or_none(at_ms) for name, at_ms in times.items()}
