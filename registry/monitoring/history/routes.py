"""The history of a wearer, streamed as a sequence of GeoJSON texts (RFC 8142)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint

from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.monitoring.history import service
from registry.monitoring.history.schemas import NewHistorySchema

blueprint = Blueprint("histories", __name__, url_prefix="/v1")

SEQUENCE = "application/geo+json-seq"
_TOGETHER = 500


@blueprint.post("/wearers/<uuid:person_id>/history-exports")
@requires(Scope.HISTORIES_EXPORT, Purpose.SUPERVISION)
@operation(body=NewHistorySchema, answers={200: SEQUENCE})
def export_history(actor: Actor, person_id: UUID, body: dict[str, Any]) -> Answer:
    """Give all positions, signals and, with `protected:read`, episodes of a wearer in a period.

    Against a reason, to the organisation that supervises him. Each record is a GeoJSON feature after a record separator
    (RFC 8142): `properties.is` is `history` for the first, which says what it holds, then `position`, `episode`,
    `signal`, and `end` for the last, with the counts; without it the answer broke off.
    """
    shared = runtime()
    asked = (body["from_at"], body["until_at"], body["reason"])
    with shared.database.transaction() as session:
        history = service.begin(session, actor, shared.clock.now(), person_id, asked)
    headers = {"Content-Disposition": f'attachment; filename="geschiedenis-{history.id}.geojsons"'}
    return Answer(_sequence(service.records_of(shared.database, history)), 200, headers, SEQUENCE)


def _sequence(records: Iterator[service.Record]) -> Iterator[bytes]:
    """Records as they go over the wire, some hundreds together."""
    together: list[bytes] = []
    for record in records:
        together.append(b"\x1e" + orjson.dumps(record) + b"\n")
        if len(together) >= _TOGETHER:
            yield b"".join(together)
            together.clear()
    yield b"".join(together)
