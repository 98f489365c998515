"""The wire format of bundles of evidence."""

from marshmallow import fields, validate

from registry.http.fields import StrictString, WireSchema

NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


class NewBundleSchema(WireSchema):
    """Why a bundle is asked for: the case file it is for, and the recorded demand where one is needed."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)
    demand_id = fields.UUID(load_default=None, allow_none=True)
