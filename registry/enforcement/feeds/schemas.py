"""The wire format of calendar feeds."""

from marshmallow import fields, validate

from registry.enforcement.event_schemas import codes
from registry.http.fields import Instant, QueryInteger, StrictString, WireSchema
from registry.law.rules import RegimeCode
from registry.law.terms import Nature

_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


class NewCalendarFeedSchema(WireSchema):
    """What a feed is called, and which deadlines are in it; without any choice all that concern the organisation.

    `owner` is the organisation that must act.
    """

    name = StrictString(required=True, max_length=100, validate=_NOT_BLANK)
    owner = fields.UUID(load_default=None, allow_none=True)
    nature = fields.Enum(Nature, by_value=True, load_default=None, allow_none=True)
    regime = fields.Enum(RegimeCode, by_value=True, load_default=None, allow_none=True)
    arrondissement = StrictString(load_default=None, allow_none=True, max_length=64)


class CalendarFeedSchema(WireSchema):
    """A calendar feed, without its secret."""

    owner = fields.UUID(required=True, allow_none=True)
    nature = StrictString(required=True, allow_none=True, validate=codes(*Nature))
    regime = StrictString(required=True, allow_none=True, validate=codes(*RegimeCode))
    arrondissement = StrictString(required=True, allow_none=True)
    id = fields.UUID(required=True)
    name = StrictString(required=True)
    created_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)


class CalendarFeedSecretSchema(CalendarFeedSchema):
    """A new feed; `url` is what a calendar program is given, and is shown this once."""

    url = StrictString(required=True)


class CalendarFeedListSchema(WireSchema):
    """A piece of the list of feeds, newest first."""

    calendar_feeds = fields.List(fields.Nested(CalendarFeedSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class CalendarFeedQuerySchema(WireSchema):
    """A piece of a list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
