"""The wire format of demands."""

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictInteger, StrictString, WireSchema
from registry.monitoring.demands.rules import DemandStatus

NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


class NewDemandSchema(WireSchema):
    """A demand as its document has it: who demands (an organisation, a person there and his role) which positions.

    `legalBasis` is stated by who records it, and `document` refers to the paper; neither is judged here. The window is
    at most 366 days and has passed; `validUntil`, at most 180 days from now, is until when it can be read.
    """

    person_id = fields.UUID(required=True)
    organisation = StrictString(required=True, max_length=64)
    demanded_by = StrictString(required=True, max_length=200, validate=NOT_BLANK)
    demanded_by_role = StrictString(required=True, max_length=200, validate=NOT_BLANK)
    legal_basis = StrictString(required=True, max_length=500, validate=NOT_BLANK)
    document = StrictString(required=True, max_length=200, validate=NOT_BLANK)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    valid_until = Instant(required=True)


class DemandRevocationSchema(WireSchema):
    """Why a demand ends."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class DemandSchema(WireSchema):
    """A demand: `recorded` until a second person approves it, `approved` until it has `expired` or is `revoked`.

    `uses` is how often something was given under it: each piece of a list of positions, each history, each bundle.
    """

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    status = StrictString(required=True, validate=validate.OneOf([one.value for one in DemandStatus]))
    organisation = StrictString(required=True)
    demanded_by = StrictString(required=True)
    demanded_by_role = StrictString(required=True)
    legal_basis = StrictString(required=True)
    document = StrictString(required=True)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    valid_until = Instant(required=True)
    recorded_at = Instant(required=True)
    recorded_by = StrictString(required=True)
    unit = StrictString(required=True)
    approved_at = Instant(required=True, allow_none=True)
    approved_by = StrictString(required=True, allow_none=True)
    approved_unit = StrictString(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)
    revoked_by = StrictString(required=True, allow_none=True)
    revoked_unit = StrictString(required=True, allow_none=True)
    revocation_reason = StrictString(required=True, allow_none=True)
    uses = StrictInteger(required=True)
    last_used_at = Instant(required=True, allow_none=True)


class DemandListSchema(WireSchema):
    """A piece of the list of demands, newest first."""

    position_demands = fields.List(fields.Nested(DemandSchema), required=True)
    next = StrictString(required=True, allow_none=True)
