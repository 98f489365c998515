"""The wire format of what was recorded of an order, and of detentions."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.force.period import DETAINED, LEAVE, UNLAWFULLY_ABSENT
from registry.orders.register.detentions import Because
from registry.orders.register.persons import DIVIDED, SHARED
from registry.orders.schemas import VersionSchema
from registry.orders.status_schemas import GapSchema

_DETENTION_KIND = validate.OneOf([DETAINED, UNLAWFULLY_ABSENT, LEAVE])
_SOURCE = validate.Regexp(r"(?s).*\S")


def _text() -> StrictString:
    return StrictString(required=True, allow_none=True, min_length=0, max_length=100_000)


class SenderSchema(WireSchema):
    """The organisation that sent a version."""

    code = StrictString(required=True)
    name = StrictString(required=True)


class ChangeSchema(WireSchema):
    """A field that differs from the version compared with; protected values are for `protected:read`."""

    field = StrictString(required=True)
    protected = StrictBoolean(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class RecordedVersionSchema(VersionSchema):
    """A version with its legal dates, who sent it, and how it differs from the nearest one below it with content."""

    has_content = StrictBoolean(required=True)
    sender = fields.Nested(SenderSchema, required=True)
    corrects_version = StrictInteger(required=True, allow_none=True)
    regime = _text()
    decided_on = Date(required=True, allow_none=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)
    served_on = Date(required=True, allow_none=True)
    final_on = Date(required=True, allow_none=True)
    digest = StrictString(required=True)
    law_hash = StrictString(required=True)
    compared_with = StrictInteger(required=True, allow_none=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class SubjectLinkSchema(WireSchema):
    """A merge or split of the subject that a message asked for."""

    version = StrictInteger(required=True)
    kind = StrictString(required=True, validate=validate.OneOf(["merge", "split"]))
    linked_number = _text()
    recorded_at = Instant(required=True)


class IdentitySpanSchema(WireSchema):
    """For which person the subject of a version was taken, why, and from when until when."""

    version = StrictInteger(required=True)
    person_id = fields.UUID(required=True)
    cause = StrictString(required=True)
    recorded_at = Instant(required=True)
    replaced_at = Instant(required=True, allow_none=True)


class DetentionDoubtSchema(WireSchema):
    """Why it is not sure of whom a detention is; until somebody confirms it, it stops no clock."""

    code = StrictString(required=True, validate=validate.OneOf([SHARED, DIVIDED]))
    text = StrictString(required=True)


class DetentionSchema(WireSchema):
    """A detention as it was recorded, and by whom; why and when it gave way, if it did."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=_DETENTION_KIND)
    from_at = Instant(required=True)
    until_at = Instant(required=True, allow_none=True)
    source = StrictString(required=True)
    recorded_at = Instant(required=True)
    recorded_by = _text()
    replaced_at = Instant(required=True, allow_none=True)
    replaced_because = StrictString(
        required=True, allow_none=True, validate=validate.OneOf([each.value for each in Because])
    )
    replaced_by = _text()
    replacement_id = fields.UUID(required=True, allow_none=True)
    doubt = fields.Nested(DetentionDoubtSchema, required=True, allow_none=True)


class HistorySchema(WireSchema):
    """What was recorded of an order, in the order of recording; a piece of the versions, and all else whole."""

    order_id = fields.UUID(required=True)
    versions = fields.List(fields.Nested(RecordedVersionSchema), required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    subject_links = fields.List(fields.Nested(SubjectLinkSchema), required=True)
    identities = fields.List(fields.Nested(IdentitySpanSchema), required=True)
    detentions = fields.List(fields.Nested(DetentionSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class HistoryQuerySchema(WireSchema):
    """Which versions to show."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class StretchSchema(WireSchema):
    """A stretch of lawful detention, or of unlawful absence, as somebody tells it."""

    kind = StrictString(required=True, validate=_DETENTION_KIND)
    from_at = Instant(required=True)
    until_at = Instant(load_default=None, allow_none=True)
    source = StrictString(required=True, max_length=200, validate=_SOURCE)
    identity_confirmed = StrictBoolean(
        load_default=False,
        metadata={"description": "That the teller made sure of whom it is by more than a number."},
    )


class NewDetentionSchema(StretchSchema):
    """A stretch of lawful detention, or of unlawful absence, of the subject of an order."""

    order_id = fields.UUID(required=True)


class DetentionEndSchema(WireSchema):
    """When a detention ended or will end."""

    until_at = Instant(required=True)


class DetentionListSchema(WireSchema):
    """A piece of what was recorded of the detentions of a subject, newest first."""

    detentions = fields.List(fields.Nested(DetentionSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class DetentionQuerySchema(WireSchema):
    """Which records; `held` leaves out what gave way to a later one."""

    held = StrictString(load_default="false", validate=validate.OneOf(["true", "false"]))
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
