"""The wire format of a lookup; texts ending in `Nl` are Dutch, for the screen of a dispatcher."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from registry.access.rules import Purpose
from registry.dispatch.origin_schemas import HitProvisionalSchema, HitSourceSchema
from registry.dispatch.question import Field
from registry.dispatch.rules import Relation
from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.law.rules import Card, Half
from registry.orders.register.content import ServiceHow
from registry.orders.rules import ConditionType, OrderStatus

# What a lookup can be for; the other purposes have routes of their own.
PURPOSES = (Purpose.ACUTE_CALL, Purpose.IDENTITY_CHECK, Purpose.REPORT, Purpose.ENFORCEMENT)
_INCIDENT = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*\Z", error="Give the number of the incident only.")


class Coordinate(fields.Float):
    """A number; a text or a boolean is a fault."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
            raise ValidationError("Give a number.")
        return float(value)


class HouseNumber(fields.String):
    """A house number as typed: a text, or a whole number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)[:20]
        return super()._deserialize(value, attr, data, **kwargs)


def _typed(most: int) -> StrictString:
    """A field as typed: its content is judged with the question, so that one slip does not cost the others."""
    return StrictString(max_length=most, min_length=0, load_default=None, allow_none=True)


class LookupLocationSchema(WireSchema):
    """A coordinate in degrees, with the radius in metres in which it is certain; 50 m when not given."""

    lat = Coordinate(load_default=None, allow_none=True)
    lon = Coordinate(load_default=None, allow_none=True)
    accuracy_m = Coordinate(load_default=None, allow_none=True)


class NewLookupSchema(WireSchema):
    """Everything the dispatcher has, in any mix, as typed."""

    purpose = StrictString(required=True, validate=validate.OneOf([each.value for each in PURPOSES]))
    incident_number = StrictString(max_length=64, load_default=None, allow_none=True, validate=_INCIDENT)
    bsn = _typed(40)
    skn = _typed(40)
    name = _typed(200)
    birth_date = _typed(40)
    postcode = _typed(20)
    house_number = HouseNumber(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=20),
        metadata={"description": "As typed; a whole number is also taken."},
    )
    suffix = _typed(20)
    phone = _typed(40)
    plate = _typed(20)
    location = fields.Nested(LookupLocationSchema, load_default=None, allow_none=True)


class MatchedOnSchema(WireSchema):
    """One part of the question that agrees with the order, or contradicts it."""

    relation = StrictString(required=True, validate=validate.OneOf([each.value for each in Relation]))
    reference = StrictString(required=True, allow_none=True)
    field = StrictString(required=True, validate=validate.OneOf([each.value for each in Field]))
    how = StrictString(required=True)
    agrees = StrictBoolean(required=True)


class HitPersonSchema(WireSchema):
    """Who is bound, as the sender gave it; `calledNl` is how the regime names this person."""

    called_nl = StrictString(required=True)
    name = StrictString(required=True, allow_none=True)
    birth_date = StrictString(required=True, allow_none=True, metadata={"description": "Unknown parts are 00."})
    minor = StrictBoolean(required=True, allow_none=True)


class HitProtectedSchema(WireSchema):
    """Who is protected; without the scope protected:read by reference only."""

    reference = StrictString(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["person", "institution"]))
    matched = StrictBoolean(required=True)
    minor = StrictBoolean(required=True, allow_none=True)
    name = StrictString(required=True, allow_none=True)
    birth_date = StrictString(required=True, allow_none=True)


class HitStatusSchema(WireSchema):
    """Whether the order holds at the moment of asking, since and until when, and why."""

    code = StrictString(required=True, validate=validate.OneOf([each.value for each in OrderStatus]))
    text_nl = StrictString(required=True)
    since = Instant(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True)
    reasons_nl = fields.List(StrictString(), required=True)
    to_be_verified = StrictBoolean(required=True)


class HitGapsSchema(WireSchema):
    """Messages of the order that were never received."""

    missing = StrictInteger(required=True)
    versions = fields.List(StrictInteger(), required=True)


class HitConditionSchema(WireSchema):
    """A ban or duty, and what it leaves open.

    Without the scope protected:read names and addresses in the judgment's wording are shielded.
    """

    reference = StrictString(required=True)
    type = StrictString(required=True, validate=validate.OneOf([each.value for each in ConditionType]))
    text_nl = StrictString(required=True)
    monitored = StrictBoolean(required=True)
    not_monitored_nl = StrictString(required=True, allow_none=True)
    exceptions_nl = fields.List(StrictString(), required=True)
    verbatim = StrictString(required=True, allow_none=True, max_length=100_000)


class PowersStepSchema(WireSchema):
    """A line of the powers card, with its legal source."""

    code = StrictString(required=True)
    text_nl = StrictString(required=True)
    source = StrictString(required=True)


class PowersHalfSchema(WireSchema):
    """A half of card A: caught in the act, or outside it."""

    half = StrictString(required=True, validate=validate.OneOf([each.value for each in Half]))
    title_nl = StrictString(required=True)
    steps = fields.List(fields.Nested(PowersStepSchema), required=True)


class PowersSchema(WireSchema):
    """What an officer may do because of this order; without a card only that it gives no power."""

    card = StrictString(required=True, allow_none=True, validate=validate.OneOf([each.value for each in Card]))
    title_nl = StrictString(required=True)
    halves = fields.List(fields.Nested(PowersHalfSchema), required=True)
    steps = fields.List(fields.Nested(PowersStepSchema), required=True)
    call_nl = fields.List(StrictString(), required=True)
    always = fields.List(fields.Nested(PowersStepSchema), required=True)
    source = StrictString(required=True, allow_none=True)


class HitSupervisionSchema(WireSchema):
    """Who supervises, and how to reach them at any hour."""

    organisation = StrictString(required=True, allow_none=True)
    contact_name = StrictString(required=True, allow_none=True)
    phone = StrictString(required=True, allow_none=True)


class HitContactsSchema(WireSchema):
    """Whom to call; what the sender left out is null."""

    supervision = fields.Nested(HitSupervisionSchema, required=True)
    police_unit = StrictString(required=True, allow_none=True)
    prosecution = StrictString(required=True, allow_none=True)


class HitSchema(WireSchema):
    """An order that concerns what was asked: everything by which it fits, and what it says now."""

    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    regime = StrictString(required=True, allow_none=True)
    regime_nl = StrictString(required=True)
    relation = StrictString(required=True, validate=validate.OneOf([each.value for each in Relation]))
    relation_nl = StrictString(required=True)
    matched_on = fields.List(fields.Nested(MatchedOnSchema), required=True)
    score = fields.Float(required=True, validate=validate.Range(0, 1))
    identity_established = StrictBoolean(required=True)
    identity_warning = StrictString(required=True, allow_none=True)
    person = fields.Nested(HitPersonSchema, required=True, allow_none=True)
    protected = fields.List(fields.Nested(HitProtectedSchema), required=True)
    status = fields.Nested(HitStatusSchema, required=True)
    gaps = fields.Nested(HitGapsSchema, required=True, allow_none=True)
    conditions = fields.List(fields.Nested(HitConditionSchema), required=True)
    powers = fields.Nested(PowersSchema, required=True)
    contacts = fields.Nested(HitContactsSchema, required=True)
    requested_police_action = StrictString(required=True, allow_none=True, max_length=100_000)
    remark = StrictString(required=True, allow_none=True, max_length=100_000)
    known_on = Date(required=True, allow_none=True)
    service_how = StrictString(
        required=True, allow_none=True, validate=validate.OneOf([each.value for each in ServiceHow])
    )
    youth_supervision = fields.Nested(HitSupervisionSchema, required=True, allow_none=True)
    source = fields.Nested(HitSourceSchema, required=True)
    provisional = fields.Nested(HitProvisionalSchema, required=True, allow_none=True)


class LookupUnusableSchema(WireSchema):
    """A field that could not be searched on, and why; also what was assumed instead."""

    pointer = StrictString(required=True)
    code = StrictString(required=True, allow_none=True)
    text_nl = StrictString(required=True)


class NoOrderKnownSchema(WireSchema):
    """Said when nothing was found; it never says that nothing holds."""

    text_nl = StrictString(required=True)


class LookupSourceSchema(WireSchema):
    """How fresh the knowledge from one source is."""

    code = StrictString(required=True)
    name = StrictString(required=True)
    last_message_at = Instant(required=True, allow_none=True)
    age_s = StrictInteger(required=True, allow_none=True)
    unprocessed = StrictInteger(required=True)
    late = StrictBoolean(required=True)
    last_statement_at = Instant(
        required=True, allow_none=True, metadata={"description": "When its last whole statement was made."}
    )
    statement_age_s = StrictInteger(required=True, allow_none=True)
    statement_late = StrictBoolean(required=True)


class LookupSchema(WireSchema):
    """The answer to a lookup: at most 20 orders, the strongest evidence first."""

    lookup_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    hits = fields.List(fields.Nested(HitSchema), required=True, validate=validate.Length(max=20))
    more = StrictBoolean(required=True)
    found = StrictInteger(required=True, metadata={"description": "Orders found; with `more` there may be still more."})
    more_nl = StrictString(required=True, allow_none=True)
    no_order_known = fields.Nested(NoOrderKnownSchema, required=True, allow_none=True)
    delivered_not_processed = StrictBoolean(required=True)
    delivered_not_processed_nl = StrictString(required=True, allow_none=True)
    sources = fields.List(fields.Nested(LookupSourceSchema), required=True)
    unusable = fields.List(fields.Nested(LookupUnusableSchema), required=True)
    assumed_nl = fields.List(StrictString(), required=True)
    incident_missing = StrictBoolean(required=True)
    notice = StrictString(required=True)


class NewIncidentSchema(WireSchema):
    """The incident that a lookup was for."""

    incident_number = StrictString(required=True, max_length=64, validate=_INCIDENT)


class IncidentSchema(WireSchema):
    """A lookup with the incident it was for."""

    lookup_id = fields.UUID(required=True)
    incident_number = StrictString(required=True)


class MissingIncidentQuerySchema(WireSchema):
    """Which piece of the list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class MissingIncidentSchema(WireSchema):
    """A lookup whose incident number is still missing."""

    lookup_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    end_user = StrictString(required=True)
    unit = StrictString(required=True)
    role = StrictString(required=True)
    purpose = StrictString(required=True)
    hits = StrictInteger(required=True)


class MissingIncidentListSchema(WireSchema):
    """A piece of the list of lookups without incident number, the newest first."""

    lookups = fields.List(fields.Nested(MissingIncidentSchema), required=True)
    next = StrictString(required=True, allow_none=True)
