"""The wire format of the pattern of breaches."""

from marshmallow import fields

from registry.enforcement.event_schemas import codes
from registry.enforcement.pattern.rules import Severity, Trend
from registry.enforcement.rules import BreachOrigin, BreachStatus
from registry.http.fields import Instant, StrictBoolean, StrictInteger, StrictString, WireSchema


class ReactionSchema(WireSchema):
    """How somebody reacted to a breach: an assessment, an arrest, or a decision."""

    at = Instant(required=True)
    kind = StrictString(required=True)
    value = StrictString(required=True, allow_none=True)


class NumberedBreachSchema(WireSchema):
    """A breach with its place among those of the order, and of the pair; without one it was unfounded or permitted."""

    id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    number = StrictInteger(required=True, allow_none=True)
    pair_number = StrictInteger(required=True, allow_none=True)
    occurred_from = Instant(required=True)
    origin = StrictString(required=True, validate=codes(*BreachOrigin))
    status = StrictString(required=True, validate=codes(*BreachStatus))
    severity = StrictString(required=True, allow_none=True, validate=codes(*Severity))
    reactions = fields.List(fields.Nested(ReactionSchema), required=True)


class PatternSchema(WireSchema):
    """What breaches come to: how many, how heavy, whether they come more often, and how soon after each other."""

    total = StrictInteger(required=True)
    severe = StrictInteger(required=True)
    last14_days = StrictInteger(required=True)
    last30_days = StrictInteger(required=True)
    before30_days = StrictInteger(required=True)
    trend = StrictString(required=True, validate=codes(*Trend))
    shortest_gap_hours = StrictInteger(required=True, allow_none=True)
    last_gap_hours = StrictInteger(required=True, allow_none=True)
    severe_after_light = StrictBoolean(required=True)


class BreachPatternSchema(WireSchema):
    """The breaches of an order, and of every order that protects the same person from the same subject, together."""

    order_id = fields.UUID(required=True)
    breaches = fields.List(fields.Nested(NumberedBreachSchema), required=True)
    of_order = fields.Nested(PatternSchema, required=True)
    of_pair = fields.Nested(PatternSchema, required=True)
