"""The wire format of exemptions from a zone."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Instant, QueryInteger, StrictString, WireSchema
from registry.orders.register.exemptions import ExemptionKind

_KIND = validate.OneOf([each.value for each in ExemptionKind])
_NOT_BLANK = validate.Regexp(r"(?s).*\S")


class NewExemptionSchema(WireSchema):
    """A stretch of time in which the zone of a condition does not hold for its wearer."""

    condition = StrictString(required=True, max_length=64, metadata={"description": "reference of the condition"})
    kind = StrictString(required=True, validate=_KIND)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    source = StrictString(
        required=True, max_length=200, validate=_NOT_BLANK, metadata={"description": "who decided it, and when"}
    )


class ExemptionWithdrawalSchema(WireSchema):
    """From when on the zone holds all the same; without it the exemption counts as never given."""

    ends_at = Instant(load_default=None, allow_none=True)


class ExemptionSchema(WireSchema):
    """An exemption as it was recorded and by whom; when, by whom and from when on it was withdrawn, if it was."""

    id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    condition = StrictString(required=True)
    kind = StrictString(required=True, validate=_KIND)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    source = StrictString(required=True)
    recorded_at = Instant(required=True)
    recorded_by = StrictString(required=True, allow_none=True)
    ends_at = Instant(required=True, allow_none=True)
    withdrawn_at = Instant(required=True, allow_none=True)
    withdrawn_by = StrictString(required=True, allow_none=True)


class ExemptionListSchema(WireSchema):
    """A piece of what was recorded, newest first."""

    exemptions = fields.List(fields.Nested(ExemptionSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class ExemptionQuerySchema(WireSchema):
    """Which piece of the list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
