"""The wire format of devices, couplings, pings, episodes, positions and gateway tokens."""

from enum import StrEnum

from marshmallow import fields, validate

from geo.episode import Cause, EndCause, Verdict
from registry.http.fields import Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.monitoring.gateways import FORMATS
from registry.monitoring.pings import MAX_DEVICE_LENGTH
from registry.monitoring.rules import WARNING, DeviceKind, EpisodeStatus, OtherAccount, PingOutcome, Source
from registry.monitoring.unjudged.rules import Unjudged

_PRINTABLE = validate.Predicate("isprintable", error="Give printable characters.")


def _one_of(kind: type[StrEnum]) -> validate.OneOf:
    return validate.OneOf([one.value for one in kind])


class PageQuerySchema(WireSchema):
    """Which piece of a list, newest first."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class StretchQuerySchema(PageQuerySchema):
    """Which stretches to list: of one device, or those that go on, or those that are over."""

    device_id = fields.UUID(load_default=None)
    goes_on = fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})


class NewDeviceSchema(WireSchema):
    """A device by the name its provider gives it; `provider` is left out by the provider itself."""

    name = StrictString(required=True, max_length=MAX_DEVICE_LENGTH, validate=_PRINTABLE)
    provider = StrictString(load_default=None, max_length=64)


class DeviceSchema(WireSchema):
    """A device (enkelband)."""

    id = fields.UUID(required=True)
    name = StrictString(required=True)
    recorded_at = Instant(required=True)


class NewCouplingSchema(WireSchema):
    """Who wears a device: the subject of the order, from an instant until another, or until further notice.

    A `home_unit` stands in his home, for the `condition` by which he must be there: its reference in the order.
    """

    kind = fields.Enum(DeviceKind, by_value=True, load_default=DeviceKind.TRACKER)
    condition = StrictString(load_default=None, allow_none=True, max_length=64)
    device = StrictString(required=True, max_length=MAX_DEVICE_LENGTH, validate=_PRINTABLE)
    provider = StrictString(required=True, max_length=64)
    order_number = StrictString(required=True, max_length=64)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(load_default=None, allow_none=True, data_key="until")


class CouplingEndSchema(WireSchema):
    """When a device was taken off."""

    until = Instant(required=True)


class CouplingSchema(WireSchema):
    """A coupling (koppeling); `personId` is the wearer, or whose home it is.

    `notJudgedBecause` says why nothing that the device sends is judged, now nor later: null where something judges it,
    and of a coupling that is over. An order that is suspended judges again later.
    """

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=_one_of(DeviceKind))
    condition_reference = StrictString(required=True, allow_none=True, data_key="condition")
    device_id = fields.UUID(required=True)
    device = StrictString(required=True)
    provider = StrictString(required=True)
    order_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, allow_none=True, data_key="until")
    unjudged = StrictString(required=True, allow_none=True, validate=_one_of(Unjudged), data_key="notJudgedBecause")
    recorded_at = Instant(required=True)


class CouplingListSchema(WireSchema):
    """A piece of the list of couplings, newest first."""

    couplings = fields.List(fields.Nested(CouplingSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class PingResultSchema(WireSchema):
    """What became of the ping at this place in the batch; a rejected one says why, and where."""

    index = StrictInteger(required=True)
    outcome = StrictString(required=True, validate=_one_of(PingOutcome))
    code = StrictString()
    detail = StrictString()
    pointer = StrictString()


class PingResultsSchema(WireSchema):
    """What became of a batch; what was neither rejected nor `not_stored` is on disk.

    Not stored is what came after the last order of a wearer, and of a protected person's device all without consent.
    """

    accepted = StrictInteger(required=True)
    duplicates = StrictInteger(required=True)
    conflicts = StrictInteger(required=True)
    not_stored = StrictInteger(required=True)
    rejected = StrictInteger(required=True)
    results = fields.List(fields.Nested(PingResultSchema), required=True)


class EpisodeReasonSchema(WireSchema):
    """A step of an episode and the numbers it rests on: metres, negative inside, and chances from 0 to 1.

    `distanceM` and `sigmaM` are those of the fix, `estimateM` the distance that the track so far makes likely: null for
    who may not see protected persons, for they tell where the area lies. `atRest` is the chance that he stood still,
    `thrown` that the receiver was off by a reflection.
    """

    at = Instant(required=True)
    step = StrictString(required=True)
    chance = fields.Float(required=True, allow_none=True)
    distance_m = fields.Float(required=True, allow_none=True)
    sigma_m = fields.Float(required=True, allow_none=True)
    estimate_m = fields.Float(required=True, allow_none=True)
    speed_mps = fields.Float(required=True, allow_none=True)
    at_rest = fields.Float(required=True, allow_none=True)
    thrown = fields.Float(required=True, allow_none=True)
    sure_fixes = StrictInteger(required=True)


class EpisodeSchema(WireSchema):
    """A stretch of time inside a banned area, or outside one in which he had to be; it decides nothing.

    `source` is whose account it is: the positions of the monitor on him, or the unit in his home. `otherSource` says
    whether the other one agrees with it or contradicts it, and is null where that says nothing of this time.

    `verdict` is `suspected` while it is undecided, `confirmed` for a stay, `passed` when he was there but went through
    or turned back, and `withdrawn` when it was not shown that he was there; only a stay opens a breach. In a `warning`
    ring he is near a banned area, or in it: that is told quietly, and is never a breach.
    """

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    condition_id = fields.UUID(required=True, allow_none=True)
    zone_id = StrictString(required=True)
    zone_version = StrictInteger(required=True)
    zone_kind = StrictString(required=True, validate=validate.OneOf(["exclusion", "inclusion", WARNING]))
    source = StrictString(required=True, validate=_one_of(Source))
    other_source = StrictString(required=True, allow_none=True, validate=_one_of(OtherAccount))
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    cause = StrictString(required=True, validate=_one_of(Cause))
    end_cause = StrictString(required=True, allow_none=True, validate=_one_of(EndCause))
    verdict = StrictString(required=True, validate=_one_of(Verdict))
    confirmed_at = Instant(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(EpisodeReasonSchema), required=True)
    status = StrictString(required=True, validate=_one_of(EpisodeStatus))
    found_late = StrictBoolean(required=True)
    superseded_by_id = fields.UUID(required=True, allow_none=True)
    split_from_id = fields.UUID(required=True, allow_none=True)
    breach_id = fields.UUID(required=True, allow_none=True)
    recorded_at = Instant(required=True)


class EpisodeListSchema(WireSchema):
    """A piece of the list of episodes, newest first."""

    episodes = fields.List(fields.Nested(EpisodeSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class EpisodeQuerySchema(PageQuerySchema):
    """Which episodes to list."""

    status = fields.Enum(EpisodeStatus, by_value=True, load_default=None)
    order_id = fields.UUID(load_default=None)


class PositionSchema(WireSchema):
    """Where a wearer was last, in degrees (WGS84), and how long ago that is."""

    person_id = fields.UUID(required=True)
    device_id = fields.UUID(required=True)
    at = Instant(required=True)
    age_s = StrictInteger(required=True)
    lat_deg = fields.Float(required=True, data_key="lat")
    lon_deg = fields.Float(required=True, data_key="lon")
    accuracy_m = fields.Float(required=True, allow_none=True)


class NewGatewayTokenSchema(WireSchema):
    """What a tracker's address is for."""

    name = StrictString(required=True, max_length=100)
    formats = fields.List(
        StrictString(validate=validate.OneOf(sorted(FORMATS))), required=True, validate=validate.Length(1, len(FORMATS))
    )


class GatewayTokenSchema(WireSchema):
    """A gateway token, without its secret."""

    id = fields.UUID(required=True)
    name = StrictString(required=True)
    formats = fields.List(StrictString(), required=True)
    created_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)


class GatewaySecretSchema(GatewayTokenSchema):
    """A new gateway token; `token` is shown this once, and `urls` are where trackers send to."""

    token = StrictString(required=True)
    urls = fields.List(StrictString(), required=True)


class GatewayTokenListSchema(WireSchema):
    """A piece of the list of gateway tokens, newest first."""

    gateway_tokens = fields.List(fields.Nested(GatewayTokenSchema), required=True)
    next = StrictString(required=True, allow_none=True)
