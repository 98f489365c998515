"""The wire format of a dry run: the zones that are tried, and what came of it."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictInteger, StrictString, WireSchema
from registry.monitoring.dry_run.rules import Warned

_LAT, _LON = validate.Range(-90, 90), validate.Range(-180, 180)
_KINDS = validate.OneOf(["exclusion", "inclusion"])
MOST_SAMPLED = 20_000


class SpotSchema(WireSchema):
    """A position in degrees."""

    lat = fields.Float(required=True, validate=_LAT)
    lon = fields.Float(required=True, validate=_LON)


class SampledFixSchema(SpotSchema):
    """A position of the sample."""

    at = Instant(required=True)
    accuracy_m = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 100_000))


class TriedZoneSchema(WireSchema):
    """A zone as an order message carries it, with the schedule of its condition."""

    kind = StrictString(required=True, validate=_KINDS)
    shape = fields.Dict(keys=fields.String(), required=True)
    crs = StrictString(load_default="CRS84", validate=validate.OneOf(["CRS84", "EPSG:28992"]))
    buffer_m = fields.Float(load_default=0.0, validate=validate.Range(0, 10_000))
    warning_m = fields.Float(load_default=0.0, validate=validate.Range(0, 10_000))
    schedule = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)


class NewDryRunSchema(WireSchema):
    """Zones to try: on a sample, or on the last days of the wearer of an order, or without either for their shape.

    Without `home` it is looked for at the address of the subject of the order, where a gazetteer is configured.
    """

    zones = fields.List(fields.Nested(TriedZoneSchema), required=True, validate=validate.Length(1, 10))
    time_zone = StrictString(load_default="Europe/Amsterdam", max_length=64)
    order_id = fields.UUID(load_default=None, allow_none=True)
    days = StrictInteger(load_default=28, validate=validate.Range(1, 31))
    sample = fields.List(fields.Nested(SampledFixSchema), load_default=list, validate=validate.Length(0, MOST_SAMPLED))
    home = fields.Nested(SpotSchema, load_default=None, allow_none=True)


class CallsSchema(WireSchema):
    """How often the zones would have called: the siren, a quiet alert, and that he was near."""

    sirens = StrictInteger(required=True)
    quiet = StrictInteger(required=True)
    near = StrictInteger(required=True)
    sirens_a_week = fields.Float(required=True)
    quiet_a_week = fields.Float(required=True)
    near_a_week = fields.Float(required=True)


class ZoneWarningSchema(WireSchema):
    """What is wrong with the zones at these places of the question."""

    code = StrictString(required=True, validate=validate.OneOf([each.value for each in Warned]))
    zones = fields.List(StrictInteger(), required=True)
    text = StrictString(required=True)
    distance_m = StrictInteger(required=True, allow_none=True)
    area_m2 = StrictInteger(required=True, allow_none=True)


class AlternativeSchema(WireSchema):
    """A circle that covers these zones and does not tell where she lives, and how often it would have called."""

    zones = fields.List(StrictInteger(), required=True)
    instead_of = StrictString(required=True, validate=validate.OneOf([each.value for each in Warned]))
    shape = fields.Dict(keys=fields.String(), required=True)
    alerts = fields.Nested(CallsSchema, required=True, allow_none=True)


class NotCheckedSchema(WireSchema):
    """What was not looked at, and why; it says nothing of the zones."""

    what = StrictString(required=True, validate=validate.OneOf(["history", "home", "transit_lines"]))
    text = StrictString(required=True)


class DryRunSchema(WireSchema):
    """What the zones would have done and what they give away; no position is in it, and nothing of it is kept."""

    tried_on = StrictString(required=True, validate=validate.OneOf(["history", "sample", "none"]))
    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    fixes = StrictInteger(required=True)
    alerts = fields.Nested(CallsSchema, required=True, allow_none=True)
    warnings = fields.List(fields.Nested(ZoneWarningSchema), required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    not_checked = fields.List(fields.Nested(NotCheckedSchema), required=True)
