"""The wire format of bundles of evidence."""

from marshmallow import validate

from registry.http.fields import StrictString, WireSchema

NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


class NewBundleSchema(WireSchema):
    """Why a bundle is asked for: the case file it is for, or the demand that asks for it."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)
