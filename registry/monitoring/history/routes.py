"""The history of a wearer: streamed whole as a sequence of GeoJSON texts (RFC 8142), or its positions by the piece."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint

from geo.spans import instant
from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.monitoring.demands.ground import Asked
from registry.monitoring.demands.rules import Window
from registry.monitoring.evidence.rules import KeptFix
from registry.monitoring.history import reading, service
from registry.monitoring.history.rules import Piece
from registry.monitoring.history.schemas import (
    LastPositionWantedSchema,
    NewHistorySchema,
    PositionsReadSchema,
    PositionsWantedSchema,
    ReadPositionSchema,
)
from registry.monitoring.schemas import PositionSchema

blueprint = Blueprint("histories", __name__, url_prefix="/v1")

SEQUENCE = "application/geo+json-seq"
_TOGETHER = 500


@blueprint.post("/wearers/<uuid:person_id>/history-exports")
@requires(Scope.HISTORIES_EXPORT, Purpose.SUPERVISION)
@operation(body=NewHistorySchema, answers={200: SEQUENCE})
def export_history(actor: Actor, person_id: UUID, body: dict[str, Any]) -> Answer:
    """Give all positions, signals and, with `protected:read`, episodes of a wearer in a period.

    Against a reason, to the organisation that supervises him, or to another under its demand (`demandId`). Each record
    is a GeoJSON feature after a record separator (RFC 8142): `properties.is` is `history` for the first, which says
    what it holds, then `position`, `episode`, `signal`, and `end` for the last, with the counts; without it the answer
    broke off, as it does when the demand is revoked meanwhile or its time is over.
    """
    shared = runtime()
    with shared.database.transaction() as session:
        history = service.begin(session, actor, shared.clock.now(), _asked(person_id, body))
    headers = {"Content-Disposition": f'attachment; filename="geschiedenis-{history.id}.geojsons"'}
    return Answer(_sequence(service.records_of(shared.database, history, shared.clock)), 200, headers, SEQUENCE)


@blueprint.post("/wearers/<uuid:person_id>/position-readings")
@requires(Scope.HISTORIES_READ, Purpose.SUPERVISION)
@operation(body=PositionsWantedSchema, answers={200: PositionsReadSchema})
def read_positions(actor: Actor, person_id: UUID, body: dict[str, Any]) -> Any:
    """Read the positions of a wearer in a period, wherever he was, a piece at a time, oldest first.

    Against a reason, to the organisation that supervises him, or to another under its demand (`demandId`). Each piece
    is a reading of its own, in the audit before it leaves. What was kept and not judged is in a history export.
    """
    shared, asked = runtime(), _asked(person_id, body)
    now, piece = shared.clock.now(), Piece(body["limit"], body["cursor"])
    with shared.database.reading() as session:
        given = reading.read(session, actor, now, asked, piece)
    with shared.database.transaction() as session:
        reading.note(session, actor, now, given)
    shown: dict[str, Any] = PositionsReadSchema(only=("id", "removed_before_on", "next")).dump(given)
    named = {"personId": asked.person_id, "demandId": asked.demand_id}
    return shown | named | {"positions": [_position(one) for one in given.found]}


@blueprint.post("/wearers/<uuid:person_id>/last-position-readings")
@requires(Scope.POSITIONS_READ, Purpose.SUPERVISION)
@operation(body=LastPositionWantedSchema, answers={200: PositionSchema})
def read_last_position(actor: Actor, person_id: UUID, body: dict[str, Any]) -> Any:
    """Read where a wearer was last, wherever that is, against a reason, to the organisation that supervises him."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        found = reading.read_last(session, actor, now, person_id, body["reason"])
    shown: dict[str, Any] = PositionSchema(exclude=("age_s",)).dump(found)
    return shown | {"ageS": max(0, round((now - found.at).total_seconds()))}


def _asked(person_id: UUID, body: dict[str, Any]) -> Asked:
    return Asked(person_id, Window(body["from_at"], body["until_at"]), body["reason"], body["demand_id"])


def _position(one: KeptFix) -> dict[str, Any]:
    shown: dict[str, Any] = ReadPositionSchema(exclude=("at",)).dump(one)
    return shown | {"at": format_instant(instant(one.at_ms))}


def _sequence(records: Iterator[service.Record]) -> Iterator[bytes]:
    """Records as they go over the wire, some hundreds together."""
    together: list[bytes] = []
    for record in records:
        together.append(b"\x1e" + orjson.dumps(record) + b"\n")
        if len(together) >= _TOGETHER:
            yield b"".join(together)
            together.clear()
    yield b"".join(together)
