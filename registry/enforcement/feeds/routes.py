"""Calendar feeds: make, list, revoke, and the address that a calendar program reads."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from registry.access.guard import consultation, public, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.access.service import key_hash
from registry.enforcement import agenda
from registry.enforcement.feeds import service
from registry.enforcement.feeds.models import CalendarFeed
from registry.enforcement.feeds.schemas import (
    CalendarFeedListSchema,
    CalendarFeedQuerySchema,
    CalendarFeedSecretSchema,
    NewCalendarFeedSchema,
)
from registry.enforcement.selecting import selection
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant

blueprint = Blueprint("feeds", __name__, url_prefix="/v1")
calendars = Blueprint("calendars", __name__, url_prefix="/calendars")


@blueprint.post("/calendar-feeds")
@requires(Scope.CALENDARS_MANAGE, Purpose.ENFORCEMENT)
@operation(body=NewCalendarFeedSchema, answers={201: CalendarFeedSecretSchema}, errors=(409,))
def create_calendar_feed(actor: Actor, body: dict[str, Any]) -> Any:
    """Make a calendar of running deadlines under a secret address, for a calendar program; it is shown this once.

    The address is a key: whoever has it reads the deadlines, without names, until the feed is revoked.
    """
    settings, secret = runtime().settings, service.new_secret()
    new = service.NewFeed(body["name"], selection(body, "#/"), key_hash(settings.keys.pepper, secret))
    with runtime().database.transaction() as session:
        made = _shown(service.add_feed(session, actor, runtime().clock.now(), new))
    return Answer(made | {"url": f"{settings.public_url}/calendars/{secret}.ics"}, 201)


@blueprint.get("/calendar-feeds")
@requires(Scope.CALENDARS_MANAGE, Purpose.ENFORCEMENT)
@operation(query=CalendarFeedQuerySchema, answers={200: CalendarFeedListSchema})
def list_calendar_feeds(actor: Actor, query: dict[str, Any]) -> Any:
    """List the calendar feeds of the caller's organisation, newest first."""
    with consultation() as session:
        found = service.feeds_of(session, actor, runtime().clock.now(), query["limit"], query["cursor"])
        rows = [_shown(one) for one in found]
    return {"calendarFeeds": rows, "next": str(found[-1].id) if len(found) == query["limit"] else None}


@blueprint.delete("/calendar-feeds/<uuid:feed_id>")
@requires(Scope.CALENDARS_MANAGE, Purpose.ENFORCEMENT)
@operation(answers={204: None})
def delete_calendar_feed(actor: Actor, feed_id: UUID) -> Any:
    """Revoke a calendar feed; its address is unknown from then on."""
    with runtime().database.transaction() as session:
        service.revoke_feed(session, actor, runtime().clock.now(), feed_id)
    return Answer(None, 204)


@calendars.get("/<secret>.ics")
@public
def read_calendar(secret: str) -> Response:
    """Give a feed to a calendar program. It has no key to show: the secret in its address is, and is checked here."""
    shared = runtime()
    now, settings = shared.clock.now(), shared.settings
    with consultation() as session:
        found = service.read_feed(session, settings.keys.pepper, now, secret)
        content = agenda.calendar(found, settings.public_url, now)
    return Response(content, content_type=f"{agenda.MEDIA_TYPE}; charset=utf-8")


def _shown(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "owner": feed.owner_id,
        "nature": feed.nature,
        "regime": feed.regime,
        "arrondissement": feed.arrondissement,
        "createdAt": format_instant(feed.created_at),
        "revokedAt": feed.revoked_at and format_instant(feed.revoked_at),
    }
