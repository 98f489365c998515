"""The wire format of a lookup; texts ending in `Nl` are Dutch, for the screen of a dispatcher."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from registry.access.rules import Purpose
from registry.dispatch.hit_schemas import HitSchema
from registry.http.fields import Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.privacy.schemas import NOT_BLANK

# What a lookup can be for; the other purposes have routes of their own.
PURPOSES = (Purpose.ACUTE_CALL, Purpose.IDENTITY_CHECK, Purpose.REPORT, Purpose.ENFORCEMENT)
INCIDENT = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*\Z", error="Give the number of the incident only.")


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
            return str(value)[:1000]
        return super()._deserialize(value, attr, data, **kwargs)


def _typed() -> StrictString:
    """A field as typed: its content is judged with the question, so that one slip does not cost the others."""
    return StrictString(min_length=0, load_default=None, allow_none=True)


class LookupLocationSchema(WireSchema):
    """A coordinate in degrees, with the radius in metres in which it is certain; 50 m when not given.

    Areas within `radiusM` metres are found too, up to 5 km.
    """

    lat = Coordinate(load_default=None, allow_none=True)
    lon = Coordinate(load_default=None, allow_none=True)
    accuracy_m = Coordinate(load_default=None, allow_none=True)
    radius_m = Coordinate(load_default=None, allow_none=True)


class NewLookupSchema(WireSchema):
    """Everything the dispatcher has, in any mix, as typed."""

    purpose = StrictString(required=True, validate=validate.OneOf([each.value for each in PURPOSES]))
    incident_number = _typed()
    break_glass_reason = StrictString(
        max_length=2000,
        load_default=None,
        allow_none=True,
        validate=NOT_BLANK,
        metadata={"description": "Why more must be seen than is usual; needs the scope `break-glass:use`."},
    )
    bsn = _typed()
    skn = _typed()
    name = _typed()
    birth_date = _typed()
    sex = _typed()
    postcode = _typed()
    house_number = HouseNumber(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=1000),
        metadata={"description": "As typed; a whole number is also taken."},
    )
    suffix = _typed()
    phone = _typed()
    plate = _typed()
    location = fields.Nested(LookupLocationSchema, load_default=None, allow_none=True)


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


class LookupCopySchema(WireSchema):
    """That the database is away, and of what moment the copy is that the answer comes from."""

    taken_at = Instant(required=True)
    age_s = StrictInteger(required=True)
    text_nl = StrictString(required=True)


class LookupSchema(WireSchema):
    """The answer to a lookup: at most 20 orders, the strongest evidence first."""

    lookup_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    hits = fields.List(fields.Nested(HitSchema), required=True, validate=validate.Length(max=20))
    more = StrictBoolean(required=True)
    found = StrictInteger(required=True, metadata={"description": "Orders found; with `more` there may be still more."})
    more_nl = StrictString(required=True, allow_none=True)
    too_many = StrictInteger(
        required=True,
        allow_none=True,
        metadata={
            "description": "How many bear a surname so common, or a given name alone, that nobody is shown by it."
        },
    )
    no_order_known = fields.Nested(NoOrderKnownSchema, required=True, allow_none=True)
    delivered_not_processed = StrictBoolean(required=True)
    delivered_not_processed_nl = StrictString(required=True, allow_none=True)
    sources = fields.List(fields.Nested(LookupSourceSchema), required=True)
    unusable = fields.List(fields.Nested(LookupUnusableSchema), required=True)
    assumed_nl = fields.List(StrictString(), required=True)
    incident_missing = StrictBoolean(required=True)
    review_by = Instant(
        required=True, allow_none=True, metadata={"description": "By when the use of break glass is reviewed."}
    )
    copy = fields.Nested(LookupCopySchema, required=True, allow_none=True)
    notice = StrictString(required=True)


class NewIncidentSchema(WireSchema):
    """The incident that a lookup was for."""

    incident_number = StrictString(required=True, max_length=64, validate=INCIDENT)


class IncidentSchema(WireSchema):
    """A lookup with the incident it was for."""

    lookup_id = fields.UUID(required=True)
    incident_number = StrictString(required=True)


class NewAddressDisclosureSchema(WireSchema):
    """Whose address is asked for, as a hit of the lookup names her, and why it is needed."""

    order_id = fields.UUID(required=True)
    reference = StrictString(required=True, max_length=64, metadata={"description": "`reference` of who is protected."})
    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class AddressDisclosureSchema(WireSchema):
    """The addresses of one protected person, and by when the privacy officer looks into this request."""

    lookup_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    reference = StrictString(required=True)
    addresses_nl = fields.List(StrictString(), required=True)
    review_by = Instant(required=True)


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
