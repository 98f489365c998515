"""Silent devices, and the time in which a wearer was out of sight, to the organisations that they concern."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from geo.spans import instant, instant_or_none
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.monitoring.rules import BLIND_AFTER_MS, Page
from registry.monitoring.silence.blind import NEAR_M, Blind, BlindTime, blind_time_of
from registry.monitoring.silence.models import DeviceSilence
from registry.monitoring.silence.schemas import (
    BlindQuerySchema,
    BlindTimeSchema,
    SilenceListSchema,
    SilenceQuerySchema,
    SilenceSchema,
)
from registry.monitoring.stretches import StretchFilter, stretches_of

blueprint = Blueprint("silences", __name__, url_prefix="/v1")
_STATEMENT_NL = "In deze tijd was niet te zien waar de drager was. Geen alarm is geen bewijs dat er niets was."


@blueprint.get("/silences")
@requires(Scope.EPISODES_READ, Purpose.SUPERVISION)
@operation(query=SilenceQuerySchema, answers={200: SilenceListSchema})
def list_silences(actor: Actor, query: dict[str, Any]) -> Any:
    """List the stretches in which devices on wearers sent no message, or no position, newest first."""
    page = Page(query["limit"], query["cursor"])
    asked = StretchFilter(page, query["device_id"], query["kind"], query["goes_on"])
    with consultation() as session:
        found = stretches_of(session, actor, runtime().clock.now(), DeviceSilence, asked)
        last_id = str(found[-1].id) if len(found) == page.limit else None
        return {"silences": [_shown(one) for one in found], "next": last_id}


@blueprint.get("/wearers/<uuid:person_id>/blind-time")
@requires(Scope.POSITIONS_READ, Purpose.SUPERVISION)
@operation(query=BlindQuerySchema, answers={200: BlindTimeSchema})
def show_blind_time(actor: Actor, person_id: UUID, query: dict[str, Any]) -> Any:
    """Show how long nobody could see where a wearer was, by day, and how much of it near a forbidden area.

    No alert does not mean no breach. Only the organisation that supervises him is answered.
    """
    period = (query["from_on"], query["until_on"])
    with consultation() as session:
        return _blind(blind_time_of(session, actor, runtime().clock.now(), person_id, period))


def _shown(silence: DeviceSilence) -> dict[str, Any]:
    shown: dict[str, Any] = SilenceSchema(exclude=("started_at", "ended_at")).dump(silence)
    return shown | {"startedAt": instant(silence.from_ms), "endedAt": instant_or_none(silence.until_ms)}


def _blind(found: BlindTime) -> dict[str, Any]:
    days = [
        {"day": day.on.isoformat()}
        | {"wornS": day.worn_ms // 1000, "blindS": day.blind_ms // 1000, "nearZoneS": day.near_ms // 1000}
        for day in found.days
    ]
    return {
        "personId": found.person_id,
        "blindAfterS": BLIND_AFTER_MS // 1000,
        "nearM": round(NEAR_M),
        "statement": _STATEMENT_NL,
        "days": days,
        "spells": [_spell(one) for one in found.spells],
    }


def _spell(one: Blind) -> dict[str, Any]:
    nearest_m = None if one.nearest_m is None else round(one.nearest_m)
    times = {"startedAt": instant(one.from_ms), "endedAt": instant(one.until_ms)}
    return times | {"nearestM": nearest_m, "nearZone": one.is_near, "vaguePositions": one.vague}
