"""The wire format of what devices say of themselves."""

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictBoolean, StrictString, WireSchema
from registry.monitoring.schemas import StretchQuerySchema
from registry.monitoring.signals.rules import SignalKind


class SignalSchema(WireSchema):
    """A stretch of time in which something was the matter with a device, as it said itself.

    `lastAt` is when it said so last, `endedAt` when it said that it is over; `foundLate` when it came too late for a
    siren. What a device on nobody said has no wearer.
    """

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in SignalKind]))
    device_id = fields.UUID(required=True)
    coupling_id = fields.UUID(required=True, allow_none=True)
    person_id = fields.UUID(required=True, allow_none=True)
    order_id = fields.UUID(required=True, allow_none=True)
    started_at = Instant(required=True)
    last_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    found_late = StrictBoolean(required=True)
    recorded_at = Instant(required=True)


class SignalListSchema(WireSchema):
    """A piece of the list of signals, newest first."""

    signals = fields.List(fields.Nested(SignalSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class SignalQuerySchema(StretchQuerySchema):
    """Which signals to list."""

    kind = fields.Enum(SignalKind, by_value=True, load_default=None)
