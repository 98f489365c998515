"""The wire format of events, as CloudEvents 1.0 in the NL GOV profile, and of subscriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from marshmallow import fields, validate

from registry.http.fields import (
    Instant,
    QueryInteger,
    StrictInteger,
    StrictString,
    WireSchema,
    camel,
    format_instant,
)
from registry.outbox.rules import CODE_PATTERN, ENTRY_NAMES, FORMS, EventType, Fields, Form

_SYSTEM = "beschermingsbevelen"
_PATHS = {
    "companion": "companions",
    "order": "orders",
    "delivery": "deliveries",
    "alert": "alerts",
    "episode": "episodes",
    "breach": "breaches",
    "report": "reports",
    "proceeding": "proceedings",
    "deadline": "deadlines",
    "daylist": "daylists",
    "notice": "notices",
    "statement": "statements",
}


class _Event(Protocol):
    id: Any
    type: Any
    subject_ref: Any
    recorded_at: Any
    data: Any
    position: Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says it: the organisation's OIN, and the address of its API."""

    oin: str
    public_url: str

    @property
    def source(self) -> str:
        """Return the `source` of the NL GOV profile."""
        return f"urn:nld:oin:{self.oin}:systeem:{_SYSTEM}"


def cloud_event(event: _Event, origin: Origin) -> dict[str, Any]:
    """Return an event as receivers and the feed show it: `time` is when it was recorded, `dataref` where to read on."""
    kind, _, key = event.subject_ref.partition(":")
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": origin.source,
        "type": event.type,
        "subject": event.subject_ref,
        "time": format_instant(event.recorded_at),
        "sequence": str(event.position),
        "sequencetype": "Integer",
        "datacontenttype": "application/json",
        "dataref": f"{origin.public_url}/v1/{_PATHS[kind]}/{key}",
        "data": {camel(name): _plain(value) for name, value in event.data.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [{camel(name): _plain(one) for name, one in entry.items()} for entry in value]
    return format_instant(value) if isinstance(value, datetime) else value


_FORMS: Mapping[Form, dict[str, Any]] = {
    Form.REFERENCE: {"type": "string", "format": "uuid"},
    Form.CODE: {"type": "string", "pattern": f"^{CODE_PATTERN}$"},
    Form.INSTANT: {"type": "string", "format": "date-time"},
    Form.DATE: {"type": "string", "format": "date"},
    Form.WHOLE: {"type": "integer"},
    Form.FLAG: {"type": "boolean"},
}


def _form(name: str, form: Form) -> dict[str, Any]:
    if form is not Form.ENTRIES:
        return _FORMS[form]
    properties = {camel(one): _FORMS[FORMS[one]] for one in sorted(ENTRY_NAMES[name])}
    return {"type": "array", "items": {"type": "object", "properties": properties}}


def json_schema(event_type: EventType, allowed: Fields) -> dict[str, Any]:
    """Return the JSON Schema of an event of a type; `api_spec/events/` holds the result."""
    data = {
        "type": "object",
        "description": "References, codes and instants only. Fields may be added within this version.",
        "properties": {camel(name): _form(name, form) for name, form in allowed.forms().items()},
        "required": sorted(camel(name) for name in allowed.required),
    }
    properties: dict[str, dict[str, Any]] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "pattern": "^urn:nld:oin:[0-9]{20}:systeem:[a-z]+$"},
        "type": {"const": event_type.value},
        "subject": {"type": "string", "pattern": f"^{event_type.subject}:[A-Za-z0-9-]+$"},
        "time": {"type": "string", "format": "date-time"},
        "sequence": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "sequencetype": {"const": "Integer"},
        "datacontenttype": {"const": "application/json"},
        "dataref": {"type": "string", "format": "uri"},
        "data": data,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:beschermingsbevel:event:{event_type.value}",
        "title": event_type.value,
        "description": "A CloudEvents 1.0 message in the NL GOV profile; `time` is when the event was recorded.",
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
    }


class EventSchema(WireSchema):
    """An event as CloudEvents 1.0 has it."""

    specversion = StrictString(required=True)
    id = StrictString(required=True)
    source = StrictString(required=True)
    type = StrictString(required=True)
    subject = StrictString(required=True)
    time = Instant(required=True)
    sequence = StrictString(required=True)
    sequencetype = StrictString(required=True)
    datacontenttype = StrictString(required=True)
    dataref = StrictString(required=True)
    data = fields.Dict(keys=fields.String(), required=True)


class EventFeedSchema(WireSchema):
    """A piece of the feed; `next` is where to go on, also when there is nothing new."""

    events = fields.List(fields.Nested(EventSchema), required=True)
    next = StrictString(required=True)


def _limit() -> QueryInteger:
    return QueryInteger(load_default=50, validate=validate.Range(1, 200))


class EventQuerySchema(WireSchema):
    """Where to read on, and which types."""

    after = StrictString(
        max_length=19,
        load_default="0",
        validate=validate.Regexp(r"\A[0-9]{1,18}\Z", error="Give the `next` of an earlier answer."),
        metadata={"description": "The `next` of an earlier answer; the beginning without it."},
    )
    limit = _limit()
    types = StrictString(
        load_default="*", metadata={"description": "Types or prefixes ending in `.*`, separated by commas."}
    )


class SubscriptionQuerySchema(WireSchema):
    """A piece of a list."""

    limit = _limit()
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class NewSubscriptionSchema(WireSchema):
    """Where to send what."""

    url = StrictString(required=True, max_length=2000)
    types = fields.List(StrictString(max_length=200), required=True, validate=validate.Length(1, 50))


class SubscriptionSchema(WireSchema):
    """A subscription as its owner sees it; the secret is not shown again."""

    id = fields.UUID(required=True)
    url = StrictString(required=True)
    types = fields.List(StrictString(), required=True)
    created_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    end_reason = StrictString(required=True, allow_none=True)


class SubscriptionSecretSchema(SubscriptionSchema):
    """A subscription with its new secret, shown this once."""

    secret = StrictString(required=True)


class SubscriptionListSchema(WireSchema):
    """A piece of the list of subscriptions."""

    subscriptions = fields.List(fields.Nested(SubscriptionSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class WebhookDeliverySchema(WireSchema):
    """One event on its way to one receiver: how often it was tried, and what came of it last."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    event_type = StrictString(required=True)
    status = StrictString(required=True, validate=validate.OneOf(["pending", "accepted", "given_up"]))
    created_at = Instant(required=True)
    attempts = StrictInteger(required=True)
    last_attempt_at = Instant(required=True, allow_none=True)
    last_status = StrictInteger(required=True, allow_none=True)
    last_error = StrictString(required=True, allow_none=True)
    next_attempt_at = Instant(required=True, allow_none=True)
    accepted_at = Instant(required=True, allow_none=True)
    given_up_at = Instant(required=True, allow_none=True)


class WebhookDeliveryListSchema(WireSchema):
    """A piece of the list of deliveries, newest first."""

    deliveries = fields.List(fields.Nested(WebhookDeliverySchema), required=True)
    next = StrictString(required=True, allow_none=True)
