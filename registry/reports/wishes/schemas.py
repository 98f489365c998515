"""The wire format of a victim's wishes."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from registry.http.fields import Date, Instant, StrictBoolean, StrictString, WireSchema
from registry.reports.wishes.rules import Channel, Topic, faults_in


def _text(most: int = 200) -> StrictString:
    return StrictString(max_length=most, load_default=None, allow_none=True)


class ContactPersonSchema(WireSchema):
    """The adult who is told on behalf of a victim; never the person whom the order is against."""

    surname = StrictString(required=True, max_length=200)
    prefix = _text(50)
    given_names = StrictString(required=True, max_length=200)
    birth_date = Date(required=True)
    relation = StrictString(required=True, max_length=100)
    phone = _text(40)
    bsn = _text(20)


class ContactWishesSchema(WireSchema):
    """Whether she wants to hear what becomes of it, of what, how, and when that is safe.

    Without `channel` she is told through the partner. Nothing goes by post unless `byPost` says that it may. For a
    minor `contactPerson` is who is told.
    """

    wants_to_hear = StrictBoolean(required=True)
    about = fields.List(fields.Enum(Topic, by_value=True), load_default=lambda: list(Topic))
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.PARTNER)
    reach = _text()
    how = _text(500)
    safe_times = _text(500)
    by_post = StrictBoolean(load_default=False)
    is_minor = StrictBoolean(load_default=False)
    contact_person = fields.Nested(ContactPersonSchema, load_default=None, allow_none=True)

    @validates_schema
    def _consistent(self, data: dict[str, Any], **kwargs: Any) -> None:
        faults = {one.field: [one.detail] for one in faults_in(data)}
        if faults:
            raise ValidationError(faults)


class KeptWishesSchema(ContactWishesSchema):
    """The wishes that count, and since when.

    How she is reached and through whom needs `protected:read` too. `isBlocked` is for police and prosecution: the
    contact may be the subject of the order, and is not shown.
    """

    recorded_at = Instant(required=True)
    is_blocked = StrictBoolean(required=True, allow_none=True)
