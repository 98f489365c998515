"""The wire format of a briefing; texts ending in `Nl` are Dutch, for officers on the street."""

from marshmallow import fields, validate

from registry.dispatch.confirmations.recent_schemas import RecentConfirmationSchema
from registry.dispatch.hit_schemas import (
    HitConditionSchema,
    HitGapsSchema,
    HitPersonSchema,
    HitStatusSchema,
    PowersSchema,
)
from registry.dispatch.origin_schemas import HitProvisionalSchema, HitSourceSchema
from registry.dispatch.schemas import INCIDENT, PURPOSES, LookupSourceSchema
from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.monitoring.whereabouts import InBannedZone
from registry.orders.register.content import RiskKind, ServiceHow
from registry.privacy.schemas import NOT_BLANK


class BriefingQuerySchema(WireSchema):
    """For what the briefing is, and by which lookup the order was found."""

    purpose = StrictString(required=True, validate=validate.OneOf([each.value for each in PURPOSES]))
    lookup_id = fields.UUID(
        load_default=None,
        metadata={"description": "The lookup that found the order, at most a day ago; without it only an own order."},
    )
    incident_number = StrictString(max_length=64, load_default=None, validate=INCIDENT)


class NewBreakGlassBriefingSchema(WireSchema):
    """Why an order must be read that is neither the caller's nor was found by a lookup."""

    purpose = StrictString(required=True, validate=validate.OneOf([each.value for each in PURPOSES]))
    incident_number = StrictString(max_length=64, load_default=None, allow_none=True, validate=INCIDENT)
    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class BriefingProtectedSchema(WireSchema):
    """Who is protected; without the scope protected:read by reference only.

    `addressesNl` has only what the question held that found the order; any other address takes a request with a reason.
    """

    reference = StrictString(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["person", "institution"]))
    minor = StrictBoolean(required=True, allow_none=True)
    name = StrictString(required=True, allow_none=True)
    birth_date = StrictString(required=True, allow_none=True)
    addresses_nl = fields.List(StrictString(), required=True, allow_none=True)


class BriefingServedSchema(WireSchema):
    """Whether the order was served, when and how."""

    served_on = Date(required=True, allow_none=True)
    how = StrictString(required=True, allow_none=True, validate=validate.OneOf([each.value for each in ServiceHow]))
    in_person = StrictBoolean(required=True, allow_none=True)
    known_on = Date(required=True, allow_none=True)
    text_nl = StrictString(required=True)


class BriefingContactSchema(WireSchema):
    """Whom to call for something at any hour; `reach` is null where the register has no number, which is then said."""

    purpose = StrictString(
        required=True,
        data_key="for",
        validate=validate.OneOf(["arrest_order", "supervision", "youth_supervision", "confirmation"]),
    )
    title_nl = StrictString(required=True)
    organisation = StrictString(required=True, allow_none=True)
    name = StrictString(required=True, allow_none=True)
    reach = StrictString(required=True, allow_none=True)
    missing_nl = StrictString(required=True, allow_none=True)


class BriefingRiskSchema(WireSchema):
    """The level of risk that a human set, by which instrument and when."""

    level = StrictString(required=True, allow_none=True, validate=validate.OneOf(["low", "medium", "high"]))
    assessed_on = Date(required=True, allow_none=True)
    instrument = StrictString(required=True, allow_none=True)
    text_nl = StrictString(required=True)


class BriefingPositionSchema(WireSchema):
    """Where the wearer was last."""

    at = Instant(required=True)
    lat_deg = fields.Float(required=True)
    lon_deg = fields.Float(required=True)
    accuracy_m = fields.Float(required=True, allow_none=True)


class BriefingMonitorSchema(WireSchema):
    """Whether an ankle monitor is worn, how old its last position is, and whether that is in a forbidden area.

    `inBannedZone` is null while no forbidden area of the order holds. The position itself takes `positions:read`, and
    is told while he is where he may not be, or away from where he must be: anywhere else it is for his supervisor.
    """

    imposed = StrictBoolean(required=True, allow_none=True)
    kind = StrictString(required=True, allow_none=True, validate=validate.OneOf(["gps", "rfid", "alcohol"]))
    worn = StrictBoolean(required=True)
    last_position_at = Instant(required=True, allow_none=True)
    last_position_age_s = StrictInteger(required=True, allow_none=True)
    in_banned_zone = StrictString(
        required=True, allow_none=True, validate=validate.OneOf([each.value for each in InBannedZone])
    )
    text_nl = StrictString(required=True)
    position = fields.Nested(BriefingPositionSchema, required=True, allow_none=True)


class BriefingBreachesSchema(WireSchema):
    """Earlier breaches of the order by how they are judged; unfounded and permitted ones are not counted."""

    suspected = StrictInteger(required=True)
    plausible = StrictInteger(required=True)
    proven = StrictInteger(required=True)
    text_nl = StrictString(required=True)


class BriefingNoteSchema(WireSchema):
    """Something to know before meeting the subject, in the sender's own words."""

    kind = StrictString(required=True, validate=validate.OneOf([each.value for each in RiskKind]))
    kind_nl = StrictString(required=True)
    text = StrictString(required=True, allow_none=True, max_length=100_000)


class BriefingSchema(WireSchema):
    """One screen about one order: a pointer, to be confirmed with its source."""

    briefed_at = Instant(required=True)
    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    regime = StrictString(required=True, allow_none=True)
    regime_nl = StrictString(required=True)
    person = fields.Nested(HitPersonSchema, required=True, allow_none=True)
    protected = fields.List(fields.Nested(BriefingProtectedSchema), required=True)
    status = fields.Nested(HitStatusSchema, required=True)
    gaps = fields.Nested(HitGapsSchema, required=True, allow_none=True)
    served = fields.Nested(BriefingServedSchema, required=True)
    conditions = fields.List(fields.Nested(HitConditionSchema), required=True)
    powers = fields.Nested(PowersSchema, required=True)
    contacts = fields.List(fields.Nested(BriefingContactSchema), required=True)
    risk = fields.Nested(BriefingRiskSchema, required=True)
    ankle_monitor = fields.Nested(BriefingMonitorSchema, required=True)
    breaches = fields.Nested(BriefingBreachesSchema, required=True)
    safety_notes = fields.List(fields.Nested(BriefingNoteSchema), required=True)
    requested_police_action = StrictString(required=True, allow_none=True, max_length=100_000)
    source = fields.Nested(HitSourceSchema, required=True)
    provisional = fields.Nested(HitProvisionalSchema, required=True, allow_none=True)
    confirmations = fields.List(fields.Nested(RecentConfirmationSchema), required=True)
    delivered_not_processed = StrictBoolean(required=True)
    delivered_not_processed_nl = StrictString(required=True, allow_none=True)
    sources = fields.List(fields.Nested(LookupSourceSchema), required=True)
    notice = StrictString(required=True)
