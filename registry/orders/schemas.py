"""The wire format of orders and detentions."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.force.period import DETAINED, UNLAWFULLY_ABSENT
from registry.orders.rules import ConditionType, MessageKind, OrderStatus, PartyRole

_STATUS = validate.OneOf([each.value for each in OrderStatus])
_KIND = validate.OneOf([each.value for each in MessageKind])
_LONG = 100_000


def _text(max_length: int = _LONG) -> StrictString:
    return StrictString(required=True, allow_none=True, min_length=0, max_length=max_length)


class ReasonSchema(WireSchema):
    """A step of the reasoning, in Dutch, with what it rests on."""

    code = StrictString(required=True)
    text = StrictString(required=True)
    source = StrictString(required=True, max_length=_LONG)


class StatusSchema(WireSchema):
    """Whether an order holds now, since when, and until when as far as is known."""

    code = StrictString(required=True, validate=_STATUS)
    since = Instant(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True)
    to_be_verified = StrictBoolean(required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)


class PostalAddressSchema(WireSchema):
    """An address with whatever parts of it are known."""

    postcode = _text()
    house_number = StrictInteger(required=True, allow_none=True)
    suffix = _text()
    street = _text()
    city = _text()


class IdentitySchema(WireSchema):
    """The identity of a party as it was delivered."""

    name = _text()
    skn = _text()
    bsn = _text()
    surname = _text()
    prefix = _text()
    given_names = _text()
    initials = _text()
    partner_surname = _text()
    partner_prefix = _text()
    aliases = fields.List(StrictString(max_length=_LONG), required=True)
    birth_date = _text()
    sex = _text()
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
    identity = fields.Nested(IdentitySchema, required=True, allow_none=True)


class GeometrySchema(WireSchema):
    """The shape of a zone as it was delivered."""

    shape = fields.Dict(keys=fields.String(), required=True)
    crs = StrictString(required=True)
    buffer_m = fields.Float(required=True)
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
    """A ban or duty: `summary` in plain Dutch names nobody; `text` is the judgment's, for `protected:read`."""

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
    zone = fields.Nested(ZoneSchema, required=True, allow_none=True)


class SupervisionSchema(WireSchema):
    """Who supervises the subject, and how to reach them."""

    organisation = _text()
    contact_name = _text()
    phone = _text()


class VersionSchema(WireSchema):
    """A message as it was recorded."""

    id = fields.UUID(required=True)
    version = StrictInteger(required=True)
    kind = StrictString(required=True, validate=_KIND)
    recorded_at = Instant(required=True)
    effective_at = Instant(required=True, allow_none=True)


class OrderLineSchema(WireSchema):
    """An order in a list."""

    id = fields.UUID(required=True)
    number = StrictString(required=True)
    regime = _text()
    version = StrictInteger(required=True)
    status = fields.Nested(StatusSchema, required=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)


class OrderListSchema(WireSchema):
    """A piece of the list of orders, newest first."""

    orders = fields.List(fields.Nested(OrderLineSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class OrderQuerySchema(WireSchema):
    """Which orders to list."""

    number = StrictString(max_length=200, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class OrderSchema(OrderLineSchema):
    """A protection order (beschermingsbevel) as it is now."""

    regime_name = _text()
    subject_term = _text()
    ground = _text()
    case_number = _text()
    ecli = _text()
    court = _text()
    decided_on = Date(required=True, allow_none=True)
    immediately_enforceable = StrictBoolean(required=True, allow_none=True)
    imposed_in_presence = StrictBoolean(required=True, allow_none=True)
    served_on = Date(required=True, allow_none=True)
    final_on = Date(required=True, allow_none=True)
    time_zone = _text()
    requested_police_action = _text()
    supervision = fields.Nested(SupervisionSchema, required=True, allow_none=True)
    police_unit = _text()
    prosecution = _text()
    missing_versions = fields.List(StrictInteger(), required=True)
    missing_count = StrictInteger(required=True)
    parties = fields.List(fields.Nested(PartySchema), required=True)
    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True)


class RecordedVersionSchema(VersionSchema):
    """A version with its legal dates, and what it was recorded under."""

    has_content = StrictBoolean(required=True)
    regime = _text()
    decided_on = Date(required=True, allow_none=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)
    served_on = Date(required=True, allow_none=True)
    final_on = Date(required=True, allow_none=True)
    digest = StrictString(required=True)
    law_hash = StrictString(required=True)


class SubjectLinkSchema(WireSchema):
    """A merge or split of the subject that a message asked for."""

    version = StrictInteger(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["merge", "split"]))
    linked_number = _text()
    recorded_at = Instant(required=True)


class HistorySchema(WireSchema):
    """Everything recorded of an order, in the order of recording."""

    order_id = fields.UUID(required=True)
    versions = fields.List(fields.Nested(RecordedVersionSchema), required=True)
    subject_links = fields.List(fields.Nested(SubjectLinkSchema), required=True)


class NewDetentionSchema(WireSchema):
    """A stretch of lawful detention, or of unlawful absence, of the subject of an order."""

    order_id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([DETAINED, UNLAWFULLY_ABSENT]))
    from_at = Instant(required=True)
    until_at = Instant(load_default=None, allow_none=True)
    source = StrictString(required=True, max_length=200, validate=validate.Regexp(r"(?s).*\S"))


class DetentionSchema(WireSchema):
    """A detention as it was recorded."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([DETAINED, UNLAWFULLY_ABSENT]))
    from_at = Instant(required=True)
    until_at = Instant(required=True, allow_none=True)
    source = StrictString(required=True)
    recorded_at = Instant(required=True)
