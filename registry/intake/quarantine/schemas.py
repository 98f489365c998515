"""The wire format of rows in quarantine."""

from marshmallow import fields, validate

from registry.http.fields import Instant, QueryInteger, StrictInteger, StrictString, WireSchema

_PLACE = r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,9}\Z"


class QuarantinedSchema(WireSchema):
    """A row that could not be processed: since when, why, and when it is tried again by itself, if it still is."""

    delivery_id = fields.UUID(required=True)
    row = StrictInteger(required=True)
    message_id = StrictString(required=True, allow_none=True)
    order_number = StrictString(required=True, allow_none=True)
    version = StrictInteger(required=True, allow_none=True)
    kind = StrictString(required=True, allow_none=True)
    cause = StrictString(required=True, allow_none=True)
    attempts = StrictInteger(required=True)
    since = Instant(required=True)
    age_s = StrictInteger(required=True)
    retry_at = Instant(required=True, allow_none=True)


class QuarantineSchema(WireSchema):
    """A piece of the rows in quarantine, the oldest first."""

    rows = fields.List(fields.Nested(QuarantinedSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class QuarantineQuerySchema(WireSchema):
    """Which rows in quarantine."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = StrictString(
        load_default=None,
        validate=validate.Regexp(_PLACE, error="Give the `next` of an earlier answer."),
        metadata={"description": "The `next` of an earlier answer."},
    )


class RetriedSchema(WireSchema):
    """How many rows are tried again now, by the worker."""

    rows = StrictInteger(required=True)
