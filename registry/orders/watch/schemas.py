"""The wire format of notices."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.rules import ConditionType
from registry.orders.watch.rules import NoticeKind

OPEN, CLOSED = "open", "closed"
_KIND = validate.OneOf([each.value for each in NoticeKind])
_TYPE = validate.OneOf([each.value for each in ConditionType])


class NoticeSchema(WireSchema):
    """What was told of an order (attendering), by references only, and whether it still is so."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=_KIND)
    rule = StrictString(
        required=True,
        allow_none=True,
        metadata={"description": "Of a conflict its nature, of an end what it rests on."},
    )
    text_nl = StrictString(required=True)
    condition_type = StrictString(required=True, allow_none=True, validate=_TYPE)
    order_id = fields.UUID(required=True)
    other_order_id = fields.UUID(required=True, allow_none=True)
    occurred_at = Instant(required=True, allow_none=True)
    from_on = Date(required=True, allow_none=True)
    until_on = Date(required=True, allow_none=True)
    days = StrictInteger(required=True, allow_none=True)
    found_late = StrictBoolean(required=True)
    raised_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
    closed_because = StrictString(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["past", "resolved"]),
        metadata={"description": "`past`: it came true or is over; `resolved`: it is no longer so."},
    )


class NoticeListSchema(WireSchema):
    """A piece of the list of notices, newest first."""

    notices = fields.List(fields.Nested(NoticeSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class NoticeQuerySchema(WireSchema):
    """Which notices."""

    kind = fields.Enum(NoticeKind, by_value=True, load_default=None)
    order_id = fields.UUID(load_default=None)
    state = StrictString(load_default=None, validate=validate.OneOf([OPEN, CLOSED]))
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
