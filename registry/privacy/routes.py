"""What is for the privacy officer: a question that was asked, sealed, against a reason."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.privacy import service
from registry.privacy.schemas import NewReleaseSchema, ReleaseSchema

blueprint = Blueprint("privacy", __name__, url_prefix="/v1")


@blueprint.post("/lookups/<uuid:lookup_id>/question-releases")
@requires(Scope.QUESTIONS_OPEN, Purpose.LAWFULNESS)
@operation(body=NewReleaseSchema, answers={200: ReleaseSchema})
def release_question(actor: Actor, lookup_id: UUID, body: dict[str, Any]) -> Any:
    """Hand over the question of a lookup of the caller's organisation, against a reason; only his key opens it."""
    with runtime().database.transaction() as session:
        return service.release_question(session, actor, runtime().clock.now(), lookup_id, body["reason"])
