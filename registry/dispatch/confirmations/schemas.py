"""The wire format of requests to confirm an order."""

from marshmallow import fields, validate

from registry.dispatch.confirmations.recent_schemas import RecentConfirmationSchema
from registry.dispatch.confirmations.rules import Outcome, RequestStatus, Urgency
from registry.dispatch.schemas import INCIDENT, PURPOSES
from registry.http.fields import QueryInteger, StrictString, WireSchema


class NewConfirmationSchema(WireSchema):
    """Which order to confirm, how soon, and for what; `lookupId` names the lookup that found it."""

    order_id = fields.UUID(required=True)
    urgency = fields.Enum(Urgency, by_value=True, required=True)
    purpose = StrictString(required=True, validate=validate.OneOf([each.value for each in PURPOSES]))
    lookup_id = fields.UUID(load_default=None, allow_none=True)
    incident_number = StrictString(max_length=64, load_default=None, allow_none=True, validate=INCIDENT)


class NewConfirmationAnswerSchema(WireSchema):
    """What the source answers."""

    outcome = fields.Enum(Outcome, by_value=True, required=True)


class ConfirmationSchema(RecentConfirmationSchema):
    """A request to confirm an order, with who asked and who answered."""

    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    asked_by = StrictString(required=True)
    unit = StrictString(required=True)
    answered_by = StrictString(required=True, allow_none=True)


class ConfirmationListSchema(WireSchema):
    """A piece of the list of requests, newest first."""

    confirmations = fields.List(fields.Nested(ConfirmationSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class ConfirmationQuerySchema(WireSchema):
    """Which requests to list."""

    status = fields.Enum(RequestStatus, by_value=True, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
