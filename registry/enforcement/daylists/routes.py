"""The list of a day, for whoever was told of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.daylists import service
from registry.enforcement.daylists.schemas import DaylistSchema
from registry.http import operation, runtime
from registry.http.fields import camel, format_instant

blueprint = Blueprint("daylists", __name__, url_prefix="/v1")


@blueprint.get("/daylists/<uuid:daylist_id>")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: DaylistSchema})
def show_daylist(actor: Actor, daylist_id: UUID) -> Any:
    """Show the deadlines of a day as the owner was told of them that morning; it does not change afterwards."""
    with consultation() as session:
        found = service.daylist_for(session, actor, runtime().clock.now(), daylist_id)
        return {
            "id": found.id,
            "listedOn": found.listed_on.isoformat(),
            "listedAt": format_instant(found.listed_at),
            "running": found.running,
            "overdue": found.overdue,
            "dueToday": found.due_today,
            "whole": found.whole,
            "entries": [{camel(name): value for name, value in one.items()} for one in found.entries],
            "quiet": [{camel(name): value for name, value in one.items()} for one in found.quiet],
        }
