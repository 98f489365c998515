"""The wire format of alerts and duties."""

from marshmallow import fields, validate

from registry.alerts.rules import AlertStatus
from registry.http.fields import Instant, QueryInteger, StrictInteger, StrictString, WireSchema

# A dash, or a space of no width, says nothing and names nobody.
_NOT_BLANK = validate.Regexp(r"(?s).*[^\W_]", error="Write at least one word.")


class AcknowledgementSchema(WireSchema):
    """Who took an alert, when, and what he noted."""

    at = Instant(required=True)
    by = StrictString(required=True)
    note = StrictString(required=True)


class DutyReachedSchema(WireSchema):
    """The step of the caller's own ladder that an alert has reached."""

    id = fields.UUID(required=True)
    level = StrictInteger(required=True)
    name = StrictString(required=True)


class AlertSchema(WireSchema):
    """An alert (alarm); the title is Dutch, for a screen, and names nobody."""

    id = fields.UUID(required=True)
    alert_class = StrictString(required=True, data_key="class")
    priority = StrictInteger(required=True, validate=validate.Range(1, 3))
    title = StrictString(required=True)
    subject = StrictString(required=True)
    context = fields.Dict(keys=fields.String(), required=True)
    status = StrictString(required=True, validate=validate.OneOf([one.value for one in AlertStatus]))
    raised_at = Instant(required=True)
    level = StrictInteger(required=True)
    next_escalation_at = Instant(required=True, allow_none=True)
    duty = fields.Nested(DutyReachedSchema, required=True, allow_none=True)
    acknowledgement = fields.Nested(AcknowledgementSchema, required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)


class AlertListSchema(WireSchema):
    """A piece of the list of alerts, newest first."""

    alerts = fields.List(fields.Nested(AlertSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class AlertQuerySchema(WireSchema):
    """Which alerts to list."""

    status = fields.Enum(AlertStatus, by_value=True, load_default=None)
    alert_class = StrictString(data_key="class", max_length=64, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class NewAcknowledgementSchema(WireSchema):
    """What the person who takes an alert notes."""

    note = StrictString(required=True, max_length=2000, validate=_NOT_BLANK)


class NewDutySchema(WireSchema):
    """A named duty and how to reach it."""

    name = StrictString(required=True, max_length=200, validate=_NOT_BLANK)
    contact = StrictString(required=True, max_length=200, validate=_NOT_BLANK)


class NewLadderSchema(WireSchema):
    """A ladder of duties, the first step up first."""

    duties = fields.List(fields.Nested(NewDutySchema), required=True, validate=validate.Length(max=10))


class DutySchema(WireSchema):
    """A step of the ladder."""

    id = fields.UUID(required=True)
    level = StrictInteger(required=True)
    name = StrictString(required=True)
    contact = StrictString(required=True)


class LadderSchema(WireSchema):
    """An organisation's ladder of duties, the first step up first."""

    duties = fields.List(fields.Nested(DutySchema), required=True)
