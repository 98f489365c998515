"""The wire format of an order that a lookup found; texts ending in `Nl` are Dutch, for the screen of a dispatcher."""

from marshmallow import fields, validate

from registry.dispatch.confirmations.recent_schemas import RecentConfirmationSchema
from registry.dispatch.origin_schemas import HitProvisionalSchema, HitSourceSchema
from registry.dispatch.question import Field
from registry.dispatch.rules import Relation
from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.law.rules import Card, Half
from registry.orders.register.content import ServiceHow
from registry.orders.rules import ConditionType, OrderStatus


class MatchedOnSchema(WireSchema):
    """One part of the question that agrees with the order, or contradicts it."""

    relation = StrictString(required=True, validate=validate.OneOf([each.value for each in Relation]))
    reference = StrictString(required=True, allow_none=True)
    field = StrictString(required=True, validate=validate.OneOf([each.value for each in Field]))
    how = StrictString(required=True)
    agrees = StrictBoolean(required=True)
    score = fields.Float(
        required=True,
        allow_none=True,
        validate=validate.Range(0, 1),
        metadata={"description": "The chance that this part alone would give; null when it gives none."},
    )


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
    ended_at = Instant(
        required=True, allow_none=True, metadata={"description": "Of an order that has ended: since when."}
    )
    reasons_nl = fields.List(StrictString(), required=True)
    to_be_verified = StrictBoolean(required=True)


class HitGapsSchema(WireSchema):
    """Messages of the order that were never received."""

    missing = StrictInteger(required=True)
    versions = fields.List(StrictInteger(), required=True)


class HitConditionSchema(WireSchema):
    """A ban or duty, and what it leaves open.

    Names and addresses in the judgment's wording are shielded, whatever the scopes of the caller.
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
    score = fields.Float(
        required=True,
        validate=validate.Range(0, 1),
        metadata={
            "description": "The chance that this is what was asked about, by all that was asked: of ten hits with 0.9 "
            "nine are. Measured for names and birth dates, on labelled questions of which a fifth is about nobody in "
            "the register; for telephone numbers, plates and addresses it rests on assumptions."
        },
    )
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
    confirmations = fields.List(fields.Nested(RecentConfirmationSchema), required=True)
