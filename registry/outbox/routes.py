"""The feed of events, and the subscriptions of receivers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.errors import Fault, Invalid
from registry.http import Answer, operation, runtime
from registry.outbox import service
from registry.outbox.destination import BadDestination, parse
from registry.outbox.models import Event, Subscription, WebhookDelivery
from registry.outbox.rules import known_filter
from registry.outbox.schemas import (
    EventFeedSchema,
    EventQuerySchema,
    NewSubscriptionSchema,
    Origin,
    SubscriptionListSchema,
    SubscriptionQuerySchema,
    SubscriptionSchema,
    SubscriptionSecretSchema,
    WebhookDeliveryListSchema,
    WebhookDeliverySchema,
    cloud_event,
)

events = Blueprint("events", __name__, url_prefix="/v1")
subscriptions = Blueprint("subscriptions", __name__, url_prefix="/v1")


@events.get("/events")
@requires(Scope.EVENTS_READ, Purpose.SUPERVISION)
@operation(query=EventQuerySchema, answers={200: EventFeedSchema})
def list_events(actor: Actor, query: dict[str, Any]) -> Any:
    """List the events of the caller's organisation in the order of the feed.

    Keep `next` and send it as `after` to read on; an event that was read once never moves.
    """
    types = tuple(query["types"].split(","))
    faults = _unknown_types(types, "?types")
    if faults:
        raise Invalid(faults)
    asked = service.FeedQuery(int(query["after"]), query["limit"], types)
    with consultation() as session:
        found, position = service.feed(session, actor, runtime().clock.now(), asked)
        return {"events": [cloud_event(event, _origin()) for event in found], "next": str(position)}


@subscriptions.post("/subscriptions")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(body=NewSubscriptionSchema, answers={201: SubscriptionSecretSchema}, errors=(409,))
def create_subscription(actor: Actor, body: dict[str, Any]) -> Any:
    """Subscribe a receiver to events by webhook; the answer shows its secret this once."""
    _check_new(body)
    with runtime().database.transaction() as session:
        made = service.add_subscription(session, actor, runtime().clock.now(), body["url"], body["types"])
    return Answer(_with_secret(made), 201, {"Location": f"/v1/subscriptions/{made.id}"})


@subscriptions.get("/subscriptions")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(query=SubscriptionQuerySchema, answers={200: SubscriptionListSchema})
def list_subscriptions(actor: Actor, query: dict[str, Any]) -> Any:
    """List the subscriptions of the caller's organisation, newest first."""
    with consultation() as session:
        found = service.subscriptions_of(session, actor, runtime().clock.now(), _page(query))
        return {"subscriptions": [_shown(one) for one in found], "next": _next(found, query)}


@subscriptions.get("/subscriptions/<uuid:subscription_id>")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(answers={200: SubscriptionSchema})
def show_subscription(actor: Actor, subscription_id: UUID) -> Any:
    """Show a subscription."""
    with consultation() as session:
        return _shown(service.show_subscription(session, actor, runtime().clock.now(), subscription_id))


@subscriptions.delete("/subscriptions/<uuid:subscription_id>")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(answers={204: None})
def delete_subscription(actor: Actor, subscription_id: UUID) -> Any:
    """End a subscription; what was still on its way stays in the feed."""
    with runtime().database.transaction() as session:
        service.end_subscription(session, actor, runtime().clock.now(), subscription_id)
    return Answer(None, 204)


@subscriptions.post("/subscriptions/<uuid:subscription_id>/rotate-secret")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(answers={200: SubscriptionSecretSchema}, errors=(409,))
def rotate_secret(actor: Actor, subscription_id: UUID) -> Any:
    """Give a subscription a new secret; for 24 hours messages carry the signatures of both."""
    with runtime().database.transaction() as session:
        return _with_secret(service.rotate_secret(session, actor, runtime().clock.now(), subscription_id))


@subscriptions.get("/subscriptions/<uuid:subscription_id>/deliveries")
@requires(Scope.SUBSCRIPTIONS_MANAGE, Purpose.ADMINISTRATION)
@operation(query=SubscriptionQuerySchema, answers={200: WebhookDeliveryListSchema})
def list_deliveries(actor: Actor, subscription_id: UUID, query: dict[str, Any]) -> Any:
    """List what went or is on its way to a receiver, newest first, with the attempts made."""
    with consultation() as session:
        found = service.deliveries_of(session, actor, runtime().clock.now(), subscription_id, _page(query))
        shown = [_attempts(delivery, event) for delivery, event in found]
        return {"deliveries": shown, "next": _next([delivery for delivery, _ in found], query)}


def _origin() -> Origin:
    settings = runtime().settings
    return Origin(settings.oin, settings.public_url)


def _check_new(body: dict[str, Any]) -> None:
    faults = _unknown_types(body["types"], "#/types/{}")
    try:
        parse(body["url"], runtime().settings.webhook_private_hosts)
    except BadDestination as error:
        faults.append(Fault("#/url", error.detail, error.code))
    if faults:
        raise Invalid(faults)


def _unknown_types(types: Sequence[str], place: str) -> list[Fault]:
    advice = "Give an event type, or a prefix ending in `.*`."
    numbered = enumerate(types)
    return [Fault(place.format(index), advice, "type_unknown") for index, one in numbered if not known_filter(one)]


def _page(query: dict[str, Any]) -> service.Page:
    return service.Page(query["limit"], query["cursor"])


def _next(found: Sequence[Subscription | WebhookDelivery], query: dict[str, Any]) -> str | None:
    return str(found[-1].id) if len(found) == query["limit"] else None


def _shown(subscription: Subscription) -> dict[str, Any]:
    shown: dict[str, Any] = SubscriptionSchema().dump(subscription)
    return shown


def _with_secret(subscription: Subscription) -> dict[str, Any]:
    return _shown(subscription) | {"secret": subscription.secret}


def _attempts(delivery: WebhookDelivery, event: Event) -> dict[str, Any]:
    shown: dict[str, Any] = WebhookDeliverySchema(exclude=("event_type", "status")).dump(delivery)
    status = "accepted" if delivery.accepted_at else "given_up" if delivery.given_up_at else "pending"
    return shown | {"eventType": event.type, "status": status}
