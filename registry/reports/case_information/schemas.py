"""The wire format of case information."""

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictBoolean, StrictString, WireSchema
from registry.reports.informing.rules import Channel

_SHA256 = validate.Regexp(r"\A[0-9a-f]{64}\Z", error="Give the SHA-256 in 64 hexadecimal digits, in lower case.")
_REFERENCE = validate.Regexp(r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]*\Z", error="Use letters, digits and _ . : / - only.")


class ToldProofSchema(WireSchema):
    """What proves that she was told: the keeper's own reference, and the SHA-256 of what is kept, if it is a file."""

    reference = StrictString(required=True, max_length=100, validate=_REFERENCE)
    sha256 = StrictString(load_default=None, allow_none=True, validate=_SHA256)


class NewCaseInformationRequestSchema(WireSchema):
    """When she asked."""

    asked_at = Instant(required=True)


class SentCaseInformationSchema(WireSchema):
    """When and how it was sent in writing, with the proof."""

    sent_at = Instant(required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    proof = fields.Nested(ToldProofSchema, required=True)


class CaseInformationRequestSchema(WireSchema):
    """A request for case information and the term that runs from it; the steps explain the last day, in Dutch.

    `againstHerWishes`: it was sent by post, and she did not say that that is safe. Null until it was sent.
    """

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    deadline_id = fields.UUID(required=True)
    due_on = Date(required=True)
    due_at = Instant(required=True)
    source = StrictString(required=True)
    steps = fields.List(StrictString(), required=True)
    state = StrictString(required=True, validate=validate.OneOf(("open", "missed", "sent", "sent_late")))
    sent_at = Instant(required=True, allow_none=True)
    channel = StrictString(required=True, allow_none=True, validate=validate.OneOf([one.value for one in Channel]))
    against_her_wishes = StrictBoolean(required=True, allow_none=True)


class CaseInformationQuerySchema(WireSchema):
    """Which requests to list: those that are open, or all."""

    state = StrictString(load_default="open", validate=validate.OneOf(("open", "all")))


class CaseInformationListSchema(WireSchema):
    """Requests for case information, whose term ends first, first; at most 500."""

    requests = fields.List(fields.Nested(CaseInformationRequestSchema), required=True)
