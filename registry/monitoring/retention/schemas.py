"""The wire format of holds."""

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictString, WireSchema
from registry.monitoring.retention.rules import HoldGround

NOT_BLANK = validate.Regexp(r".*\S", error="Say why.")


class NewPositionHoldSchema(WireSchema):
    """Whose positions are to be kept, from when until when (at most 366 days), on what ground and why."""

    person_id = fields.UUID(required=True)
    ground = fields.Enum(HoldGround, by_value=True, required=True)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class HoldReleaseSchema(WireSchema):
    """Why positions need not be kept any more."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class PositionHoldSchema(WireSchema):
    """A hold: until it is released, no position of this wearer in this time is removed.

    `removedBeforeOn` is the day before which what nobody held then is gone already; null when nothing was removed yet.
    """

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    ground = StrictString(required=True, validate=validate.OneOf([one.value for one in HoldGround]))
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    reason = StrictString(required=True)
    recorded_at = Instant(required=True)
    recorded_by = StrictString(required=True)
    unit = StrictString(required=True)
    released_at = Instant(required=True, allow_none=True)
    released_by = StrictString(required=True, allow_none=True)
    released_unit = StrictString(required=True, allow_none=True)
    release_reason = StrictString(required=True, allow_none=True)
    removed_before_on = Date(required=True, allow_none=True)


class PositionHoldListSchema(WireSchema):
    """A piece of the list of holds, newest first."""

    position_holds = fields.List(fields.Nested(PositionHoldSchema), required=True)
    next = StrictString(required=True, allow_none=True)
