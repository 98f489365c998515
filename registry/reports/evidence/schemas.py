"""The wire format of the files of a report."""

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictString, WireSchema
from registry.reports.evidence.rules import MEDIA_TYPES

# Of the sorts of evidence on the checklist, those that a victim can have.
SORTS = ("call_log", "screenshot", "message_export", "audio", "photo", "video", "document")


class ReportEvidenceQuerySchema(WireSchema):
    """Which sort of evidence a file is."""

    kind = StrictString(required=True, validate=validate.OneOf(SORTS))


class GivenAgainSchema(WireSchema):
    """That the same content was given again under another name, or as another sort of evidence."""

    kind = StrictString(required=True, validate=validate.OneOf(SORTS))
    name = StrictString(required=True)
    file_name = StrictString(required=True, allow_none=True, max_length=255)
    received_at = Instant(required=True)


class ReportEvidenceSchema(WireSchema):
    """A file of a report: what its content is, its SHA-256, and what it was called by who gave it.

    `again` is how it was given later, with the content kept once. A name needs `protected:read`, for it may say
    anything; it is null too when none was given.
    """

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(SORTS))
    name = StrictString(required=True)
    media_type = StrictString(required=True, validate=validate.OneOf(tuple(MEDIA_TYPES)))
    size_bytes = fields.Integer(required=True)
    sha256 = StrictString(required=True, min_length=64, max_length=64)
    file_name = StrictString(required=True, allow_none=True, max_length=255)
    received_at = Instant(required=True)
    again = fields.List(fields.Nested(GivenAgainSchema), required=True)


class ReportEvidenceListSchema(WireSchema):
    """The files of a report, oldest first."""

    evidence = fields.List(fields.Nested(ReportEvidenceSchema), required=True)
