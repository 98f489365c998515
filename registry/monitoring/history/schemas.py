"""The wire format of requests for a history, and of a piece of its positions."""

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictInteger, StrictString, WireSchema
from registry.monitoring.evidence.schemas import NOT_BLANK
from registry.monitoring.history.rules import CURSOR, MOST_POSITIONS


class NewHistorySchema(WireSchema):
    """Of which period, and why: a request of the wearer himself, of his counsel, or of a court.

    Another organisation than the one that supervises him names the demand that gives it the period.
    """

    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)
    demand_id = fields.UUID(load_default=None, allow_none=True)


class PositionsWantedSchema(NewHistorySchema):
    """Of which period, at most 31 days, and why; `cursor` is the `next` of an earlier answer about the same period."""

    limit = StrictInteger(load_default=500, validate=validate.Range(1, MOST_POSITIONS))
    cursor = StrictString(load_default=None, allow_none=True, validate=validate.Regexp(CURSOR))


class LastPositionWantedSchema(WireSchema):
    """Why it is asked where a wearer was last."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class ReadPositionSchema(WireSchema):
    """A position as it was judged, in degrees (WGS84), metres and metres a second."""

    at = Instant(required=True)
    device_id = fields.UUID(required=True)
    lat_deg = fields.Float(required=True, data_key="lat")
    lon_deg = fields.Float(required=True, data_key="lon")
    accuracy_m = fields.Float(required=True, allow_none=True)
    speed_mps = fields.Float(required=True, allow_none=True)


class PositionsReadSchema(WireSchema):
    """A piece of the positions of a wearer in a period, oldest first; `id` is what the audit calls this reading.

    `removedBeforeOn` is the day before which what nobody held then is gone; null when nothing was removed yet.
    """

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    demand_id = fields.UUID(required=True, allow_none=True)
    positions = fields.List(fields.Nested(ReadPositionSchema), required=True)
    removed_before_on = Date(required=True, allow_none=True)
    next = StrictString(required=True, allow_none=True)
