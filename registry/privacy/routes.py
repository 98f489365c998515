"""What is for the privacy officer: sealed questions against a reason, items to look into, the persons listed."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.privacy import items, service, watchlist
from registry.privacy.schemas import (
    NewHandlingSchema,
    NewReleaseSchema,
    NewWatchedPersonSchema,
    PrivacyItemListSchema,
    PrivacyItemQuerySchema,
    PrivacyItemSchema,
    ReleaseSchema,
    WatchedPersonListSchema,
    WatchedPersonSchema,
)

blueprint = Blueprint("privacy", __name__, url_prefix="/v1")


@blueprint.post("/lookups/<uuid:lookup_id>/question-releases")
@requires(Scope.QUESTIONS_OPEN, Purpose.LAWFULNESS)
@operation(body=NewReleaseSchema, answers={200: ReleaseSchema})
def release_question(actor: Actor, lookup_id: UUID, body: dict[str, Any]) -> Any:
    """Hand over the question of a lookup of the caller's organisation, against a reason; only his key opens it."""
    with runtime().database.transaction() as session:
        return service.release_question(session, actor, runtime().clock.now(), lookup_id, body["reason"])


@blueprint.get("/privacy-items")
@requires(Scope.PRIVACY_ITEMS_READ, Purpose.LAWFULNESS)
@operation(query=PrivacyItemQuerySchema, answers={200: PrivacyItemListSchema})
def list_privacy_items(actor: Actor, query: dict[str, Any]) -> Any:
    """List what the privacy officer of the caller's organisation has to look into, newest first."""
    now, asked = (
        runtime().clock.now(),
        items.ItemFilter(query["limit"], query["status"], query["kind"], query["cursor"]),
    )
    with consultation() as session:
        found = items.items_of(session, actor, now, asked)
        following = str(found[-1].id) if len(found) == query["limit"] else None
        return {"items": [items.shown(each, now) for each in found], "next": following}


@blueprint.get("/privacy-items/<uuid:item_id>")
@requires(Scope.PRIVACY_ITEMS_READ, Purpose.LAWFULNESS)
@operation(answers={200: PrivacyItemSchema})
def show_privacy_item(actor: Actor, item_id: UUID) -> Any:
    """Show an item."""
    now = runtime().clock.now()
    with consultation() as session:
        return items.shown(items.item_for(session, actor, now, item_id), now)


@blueprint.post("/privacy-items/<uuid:item_id>/handling")
@requires(Scope.PRIVACY_ITEMS_HANDLE, Purpose.LAWFULNESS)
@operation(body=NewHandlingSchema, answers={200: PrivacyItemSchema}, errors=(409,))
def handle_privacy_item(actor: Actor, item_id: UUID, body: dict[str, Any]) -> Any:
    """Close an item, as the end user this call names, with a note; nobody handles what he asked himself."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return items.shown(items.handle_item(session, actor, now, item_id, body["note"]), now)


@blueprint.get("/watched-persons")
@requires(Scope.WATCHED_PERSONS_MANAGE, Purpose.LAWFULNESS)
@operation(answers={200: WatchedPersonListSchema})
def list_watched_persons(actor: Actor) -> Any:
    """List the persons of whom each question is told to the privacy officer of the caller's organisation."""
    with consultation() as session:
        found = watchlist.watched_of(session, actor, runtime().clock.now())
        return {"persons": [watchlist.shown(each) for each in found]}


@blueprint.post("/watched-persons")
@requires(Scope.WATCHED_PERSONS_MANAGE, Purpose.LAWFULNESS)
@operation(body=NewWatchedPersonSchema, answers={201: WatchedPersonSchema})
def add_watched_person(actor: Actor, body: dict[str, Any]) -> Any:
    """List a well-known person, or with `endUser` a member of staff: from now on each question about him is told."""
    with runtime().database.transaction() as session:
        person = watchlist.add_watched(session, actor, runtime().clock.now(), body)
        return Answer(watchlist.shown(person), 201)


@blueprint.delete("/watched-persons/<uuid:watched_id>")
@requires(Scope.WATCHED_PERSONS_MANAGE, Purpose.LAWFULNESS)
@operation(answers={204: None})
def remove_watched_person(actor: Actor, watched_id: UUID) -> Any:
    """Take a person off the list."""
    with runtime().database.transaction() as session:
        watchlist.remove_watched(session, actor, runtime().clock.now(), watched_id)
    return Answer(None, 204)
