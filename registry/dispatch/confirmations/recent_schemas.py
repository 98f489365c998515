"""The wire format of a request to confirm an order, as lookups and briefings tell it."""

from marshmallow import fields, validate

from registry.dispatch.confirmations.rules import Outcome, RequestStatus, Urgency
from registry.http.fields import Instant, StrictString, WireSchema


class RecentConfirmationSchema(WireSchema):
    """A request of the last day about an order that is shown; `textNl` says in Dutch how it stands."""

    id = fields.UUID(required=True)
    urgency = StrictString(required=True, validate=validate.OneOf([each.value for each in Urgency]))
    status = StrictString(required=True, validate=validate.OneOf([each.value for each in RequestStatus]))
    asked_at = Instant(required=True)
    due_at = Instant(required=True)
    answered_at = Instant(required=True, allow_none=True)
    outcome = StrictString(required=True, allow_none=True, validate=validate.OneOf([each.value for each in Outcome]))
    text_nl = StrictString(required=True)
