"""The wire format of orders and detentions."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.decision_schemas import BanExceptionSchema, DecisionSchema, RiskMarkerSchema, SupervisionSchema
from registry.orders.rules import ConditionType, MessageKind, PartyRole
from registry.orders.status_schemas import FullStatusSchema, GapSchema, KnowledgeSchema, StatusSchema

_KIND = validate.OneOf([each.value for each in MessageKind])
_LONG = 100_000


def _text(max_length: int = _LONG) -> StrictString:
    return StrictString(required=True, allow_none=True, min_length=0, max_length=max_length)


class PostalAddressSchema(WireSchema):
    """An address with whatever parts of it are known."""

    postcode = _text()
    house_number = StrictInteger(required=True, allow_none=True)
    suffix = _text()
    street = _text()
    city = _text()
    bag_id = _text()


class IdentitySchema(WireSchema):
    """The identity of a party as it was delivered."""

    name = _text()
    skn = _text()
    bsn = _text()
    v_number = _text()
    surname = _text()
    prefix = _text()
    given_names = _text()
    initials = _text()
    partner_surname = _text()
    partner_prefix = _text()
    aliases = fields.List(StrictString(max_length=_LONG), required=True)
    birth_date = _text()
    sex = _text()
    no_fixed_abode = StrictBoolean(required=True, allow_none=True)
    addresses = fields.List(fields.Nested(PostalAddressSchema), required=True)
    phones = fields.List(StrictString(), required=True)
    plates = fields.List(StrictString(), required=True)


class PartySchema(WireSchema):
    """A party of an order; the identity of who is protected is for clients with the scope `protected:read`."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    role = StrictString(required=True, validate=validate.OneOf([each.value for each in PartyRole]))
    reference = StrictString(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["person", "institution"]))
    minor = StrictBoolean(required=True, allow_none=True)
    risk_markers = fields.List(fields.Nested(RiskMarkerSchema), required=True)
    identity = fields.Nested(IdentitySchema, required=True, allow_none=True)


class GeometrySchema(WireSchema):
    """The shape of a zone as it was delivered."""

    shape = fields.Dict(keys=fields.String(), required=True)
    crs = StrictString(required=True)
    buffer_m = fields.Float(required=True)
    warning_m = fields.Float(required=True)
    found = fields.Dict(keys=fields.String(), required=True, allow_none=True)


class WindowSchema(WireSchema):
    """Hours of the week in which a zone holds."""

    days = fields.List(StrictString(), required=True)
    from_time = StrictString(required=True, data_key="from")
    until_time = StrictString(required=True, data_key="until")


class ExceptionSchema(WireSchema):
    """A stretch in which a zone does not hold."""

    from_at = StrictString(required=True, data_key="from")
    until_at = StrictString(required=True, data_key="until")


class ScheduleSchema(WireSchema):
    """When a zone holds, in the time zone of the order."""

    weekly = fields.List(fields.Nested(WindowSchema), required=True)
    exceptions = fields.List(fields.Nested(ExceptionSchema), required=True)


class ZoneSchema(WireSchema):
    """The area of a condition; its geometry is for clients with the scope `protected:read`."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["exclusion", "inclusion"]))
    schedule = fields.Nested(ScheduleSchema, required=True, allow_none=True)
    geometry = fields.Nested(GeometrySchema, required=True, allow_none=True)


class ConditionSchema(WireSchema):
    """A ban or duty: `summary` in plain Dutch names nobody.

    `text` is the judgment's; without the scope `protected:read` names and addresses in it are shielded.
    """

    id = fields.UUID(required=True)
    reference = StrictString(required=True)
    type = StrictString(required=True, validate=validate.OneOf([each.value for each in ConditionType]))
    summary = StrictString(required=True, max_length=_LONG)
    text = _text()
    protects = fields.List(StrictString(), required=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)
    electronic_monitoring = StrictBoolean(required=True, allow_none=True)
    monitored = StrictBoolean(required=True)
    not_monitored_because = _text()
    exceptions = fields.List(fields.Nested(BanExceptionSchema), required=True)
    zone = fields.Nested(ZoneSchema, required=True, allow_none=True)


class VersionSchema(WireSchema):
    """A message as it was recorded."""

    id = fields.UUID(required=True)
    version = StrictInteger(required=True)
    kind = StrictString(required=True, validate=_KIND)
    recorded_at = Instant(required=True)
    effective_at = Instant(required=True, allow_none=True)


class EntrySchema(WireSchema):
    """That an order was entered ahead of the CJIB's message, on whose instruction, and which order took its place."""

    entered_by = StrictString(required=True)
    instructed_by = StrictString(required=True)
    entered_at = Instant(required=True)
    expires_at = Instant(required=True)
    replaced_by_number = _text()


class OrderLineSchema(WireSchema):
    """An order in a list."""

    id = fields.UUID(required=True)
    number = StrictString(required=True)
    regime = _text()
    version = StrictInteger(required=True)
    status = fields.Nested(StatusSchema, required=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)
    provisional = fields.Nested(EntrySchema, required=True, allow_none=True)


class OrderListSchema(WireSchema):
    """A piece of the list of orders, newest first."""

    orders = fields.List(fields.Nested(OrderLineSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class OrderQuerySchema(WireSchema):
    """Which orders to list."""

    number = StrictString(max_length=200, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class LegalBasisSchema(WireSchema):
    """The law the order stands on, as it was on the day of the decision, and where that was read."""

    articles = StrictString(required=True, max_length=_LONG)
    valid_from = Date(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True)
    source = StrictString(required=True, max_length=_LONG)


class OrderSchema(OrderLineSchema, DecisionSchema):
    """A protection order (beschermingsbevel) as it is now, or as it was and was known; `version` is the highest."""

    version = StrictInteger(required=True, allow_none=True)
    status = fields.Nested(FullStatusSchema, required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    knowledge = fields.Nested(KnowledgeSchema, required=True)
    regime_name = _text()
    subject_term = _text()
    legal_basis = fields.Nested(LegalBasisSchema, required=True, allow_none=True)
    ground = _text()
    case_number = _text()
    appeal_number = _text()
    incident_number = _text()
    ecli = _text()
    court = _text()
    decided_on = Date(required=True, allow_none=True)
    immediately_enforceable = StrictBoolean(required=True, allow_none=True)
    imposed_in_presence = StrictBoolean(required=True, allow_none=True)
    served_on = Date(required=True, allow_none=True)
    final_on = Date(required=True, allow_none=True)
    starts_at = Instant(required=True, allow_none=True)
    ends_at = Instant(required=True, allow_none=True)
    time_zone = _text()
    supervision = fields.Nested(SupervisionSchema, required=True, allow_none=True)
    police_unit = _text()
    prosecution = _text()
    missing_versions = fields.List(StrictInteger(), required=True)
    missing_count = StrictInteger(required=True)
    parties = fields.List(fields.Nested(PartySchema), required=True)
    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True)
