"""The wire format of releases."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from registry.http.fields import Instant, StrictBoolean, StrictString, WireSchema
from registry.reports.releases.rules import Answer, ReleaseKind, Withdrawn

_REFERENCES = ("event_id", "assessment_id", "answer")


class NewPartnerReleaseSchema(WireSchema):
    """What the partner may know, and not before when: an event or an assessment of the report's breach, or an answer.

    An answer is for a report without an order in force. Without `releaseAt` it is told at once.
    """

    event_id = fields.UUID(load_default=None, allow_none=True)
    assessment_id = fields.UUID(load_default=None, allow_none=True)
    answer = fields.Enum(Answer, by_value=True, load_default=None, allow_none=True)
    release_at = Instant(load_default=None, allow_none=True)

    @validates_schema
    def _one_reference(self, data: dict[str, Any], **kwargs: Any) -> None:
        if sum(data.get(name) is not None for name in _REFERENCES) != 1:
            raise ValidationError("Name exactly one of eventId, assessmentId and answer.")


class PartnerReleaseSchema(WireSchema):
    """What is released, in plain Dutch; who released it, and what was kept back, is for police and prosecution.

    `wanted` says whether she wishes to hear of it; null when she was not asked. Since `correctedAt` it no longer holds:
    what it rests on was corrected, or the breach judged otherwise, and what is so instead is released by itself.
    """

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in ReleaseKind]))
    text = StrictString(required=True)
    options = fields.List(StrictString(), required=True)
    wanted = StrictBoolean(required=True, allow_none=True)
    release_at = Instant(required=True)
    told_at = Instant(required=True, allow_none=True)
    corrected_at = Instant(required=True, allow_none=True)
    event_id = fields.UUID(required=True, allow_none=True)
    assessment_id = fields.UUID(required=True, allow_none=True)
    by = StrictString(required=True, allow_none=True)
    unit = StrictString(required=True, allow_none=True)
    withdrawn_at = Instant(required=True, allow_none=True)
    withdrawn_because = StrictString(
        required=True, allow_none=True, validate=validate.OneOf([one.value for one in Withdrawn])
    )


class PartnerReleaseListSchema(WireSchema):
    """What was released of a report, oldest first."""

    releases = fields.List(fields.Nested(PartnerReleaseSchema), required=True)
