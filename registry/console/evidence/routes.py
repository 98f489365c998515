"""Evidence of an episode, to keep in a case file: what was judged, and how it came out, to be judged again anywhere."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.console.evidence.bundling import bundle_of
from registry.http import Answer, operation, runtime
from registry.monitoring.evidence import service
from registry.monitoring.evidence.schemas import NewBundleSchema

blueprint = Blueprint("bundles", __name__, url_prefix="/v1")

_ZIP = "application/zip"


@blueprint.post("/episodes/<uuid:episode_id>/evidence-bundles")
@requires(Scope.EVIDENCE_EXPORT, Purpose.SUPERVISION)
@operation(body=NewBundleSchema, answers={200: _ZIP}, errors=(409, 503))
def make_bundle(actor: Actor, episode_id: UUID, body: dict[str, Any]) -> Answer:
    """Give all that an episode follows from as a ZIP, against a reason.

    To the organisation that supervises its wearer, to the police and the prosecution that its breach is of, and to
    another under its demand (`demandId`), whose window must cover every position in it.

    It holds the positions, used and unused, the zones of the order as they are judged, every number of the policy, the
    reasons, a map, and a signed manifest. It tells where a protected person is, so it needs `protected:read` too, of a
    client that asks no lookups, and there is no bundle without the zone. `python -m registry verify-evidence FILE`
    judges it again.
    """
    shared = runtime()
    now, seed = shared.clock.now(), shared.settings.keys.checkpoint_seed
    with shared.database.reading() as session:
        material = service.material_of(session, actor, now, episode_id, body["demand_id"])
    files, packed = bundle_of(material, seed)
    with shared.database.transaction() as session:
        service.note(session, actor, material, files, body["reason"])
    headers = {"Content-Disposition": f'attachment; filename="episode-{material.bundle_id}.zip"'}
    return Answer(packed, 200, headers, _ZIP)
