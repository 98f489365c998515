"""The wire format of evidence and of the checklist."""

from marshmallow import fields, validate

from registry.enforcement.event_schemas import EVENT_KEY, codes
from registry.enforcement.evidence.checklist import BreachKind, checklist
from registry.http.fields import Instant, StrictBoolean, StrictString, WireSchema

_SORTS = sorted(checklist().items)
_SHA256 = validate.Regexp(r"\A[0-9a-f]{64}\Z", error="Give a SHA-256 in 64 small hexadecimal digits.")


class NewEvidenceSchema(WireSchema):
    """A piece of evidence that its keeper holds; `sha256` is of the file, if it is one, so that it can be checked."""

    kind = StrictString(required=True, validate=codes(*_SORTS))
    reference = StrictString(required=True, max_length=100, validate=EVENT_KEY)
    sha256 = StrictString(load_default=None, allow_none=True, validate=_SHA256)
    note = StrictString(load_default=None, allow_none=True, max_length=2000)


class EvidenceSchema(WireSchema):
    """A piece of evidence of a breach; the note needs `protected:read`."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=codes(*_SORTS))
    name = StrictString(required=True)
    reference = StrictString(required=True)
    sha256 = StrictString(required=True, allow_none=True)
    note = StrictString(required=True, allow_none=True, max_length=2000)
    recorded_at = Instant(required=True)
    by = StrictString(required=True)
    unit = StrictString(required=True)


class NeedSchema(WireSchema):
    """Something that must be shown, which sorts of evidence show it, and which of these are there."""

    code = StrictString(required=True)
    text = StrictString(required=True)
    any_of = fields.List(StrictString(validate=codes(*_SORTS)), required=True)
    met_by = fields.List(StrictString(validate=codes(*_SORTS)), required=True)


class ChecklistSchema(WireSchema):
    """The checklist of a breach by its kinds: a help, from which no judgment follows."""

    kinds = fields.List(StrictString(validate=codes(*BreachKind)), required=True)
    needs = fields.List(fields.Nested(NeedSchema), required=True)
    missing = fields.List(StrictString(), required=True)
    complete = StrictBoolean(required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
