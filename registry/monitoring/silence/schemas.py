"""The wire format of silences and of blind time."""

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.monitoring.schemas import StretchQuerySchema
from registry.monitoring.silence.rules import SilenceKind


class SilenceSchema(WireSchema):
    """A stretch in which a worn device sent no message, or no position in what it sent that told where he was.

    One within the silence of its provider has no alert of its own. `endCause` is `heard`, or `released` when the device
    came off or the order ended.
    """

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in SilenceKind]))
    device_id = fields.UUID(required=True)
    coupling_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    end_cause = StrictString(required=True, allow_none=True, validate=validate.OneOf(["heard", "released"]))
    provider_silence_id = fields.UUID(required=True, allow_none=True)
    recorded_at = Instant(required=True)


class SilenceListSchema(WireSchema):
    """A piece of the list of silences, newest first."""

    silences = fields.List(fields.Nested(SilenceSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class SilenceQuerySchema(StretchQuerySchema):
    """Which silences to list."""

    kind = fields.Enum(SilenceKind, by_value=True, load_default=None)


class BlindQuerySchema(WireSchema):
    """From which local day to which, at most 31 together; both belong to it. As it comes the last seven days."""

    from_on = Date(load_default=None, data_key="from")
    until_on = Date(load_default=None, data_key="until")


class BlindDaySchema(WireSchema):
    """A local day: seconds that he wore a device, was out of sight, and was so near a forbidden area."""

    day = Date(required=True)
    worn_s = StrictInteger(required=True)
    blind_s = StrictInteger(required=True)
    near_zone_s = StrictInteger(required=True)


class BlindSpellSchema(WireSchema):
    """A stretch out of sight; `nearestM` is how near he was to a forbidden area before or after it, null if unknown.

    `vaguePositions` were too vague to tell where he was, and to be judged: of these it is how near he can have been.
    """

    started_at = Instant(required=True)
    ended_at = Instant(required=True)
    nearest_m = StrictInteger(required=True, allow_none=True)
    near_zone = StrictBoolean(required=True)
    vague_positions = StrictInteger(required=True)


class BlindTimeSchema(WireSchema):
    """How long nobody could see where a wearer was. `statement` is Dutch, for a report: no alert is not no breach."""

    person_id = fields.UUID(required=True)
    blind_after_s = StrictInteger(required=True)
    near_m = StrictInteger(required=True)
    statement = StrictString(required=True)
    days = fields.List(fields.Nested(BlindDaySchema), required=True)
    spells = fields.List(fields.Nested(BlindSpellSchema), required=True)
