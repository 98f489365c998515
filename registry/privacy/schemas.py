"""The wire format of what is for the privacy officer."""

from marshmallow import fields, validate

from registry.http.fields import Instant, QueryInteger, StrictInteger, StrictString, WireSchema
from registry.privacy.items import ItemStatus
from registry.privacy.patterns import ItemKind

NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


class NewReleaseSchema(WireSchema):
    """Why a question is to be opened."""

    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class ReleaseSchema(WireSchema):
    """A question, still sealed; `python -m registry open-question` opens it where the private key is.

    Its form is that of RFC 9180 (HPKE, base mode) with X25519, HKDF-SHA256 and AES-256-GCM.
    """

    lookup_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    key_id = StrictString(required=True, metadata={"description": "The key pair for which it was sealed."})
    sealed = StrictString(required=True, metadata={"description": "Base64."})


class AskedBySchema(WireSchema):
    """Who asked, as the calls named him."""

    end_user = StrictString(required=True)
    unit = StrictString(required=True)
    role = StrictString(required=True)


class HandlingSchema(WireSchema):
    """Who handled an item, when, and what he noted."""

    at = Instant(required=True)
    by = StrictString(required=True)
    note = StrictString(required=True)


class PrivacyItemSchema(WireSchema):
    """Something to look into; the title is Dutch, for a screen."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([each.value for each in ItemKind]))
    title_nl = StrictString(required=True)
    status = StrictString(required=True, validate=validate.OneOf([each.value for each in ItemStatus]))
    raised_at = Instant(required=True)
    review_by = Instant(required=True, metadata={"description": "By when it is to be looked into; configuration."})
    asked_by = fields.Nested(AskedBySchema, required=True)
    reason = StrictString(
        required=True, allow_none=True, metadata={"description": "Why he asked, where a reason had to be given."}
    )
    lookups = fields.List(
        fields.UUID(), required=True, metadata={"description": "On what it rests; the newest 50 of `count`."}
    )
    count = StrictInteger(required=True)
    watched_person_id = fields.UUID(required=True, allow_none=True)
    order_id = fields.UUID(required=True, allow_none=True)
    reference = StrictString(
        required=True, allow_none=True, metadata={"description": "The protected person whose address was asked for."}
    )
    closed_at = Instant(required=True, allow_none=True)
    handling = fields.Nested(HandlingSchema, required=True, allow_none=True)


class PrivacyItemListSchema(WireSchema):
    """A piece of the list of items, newest first."""

    items = fields.List(fields.Nested(PrivacyItemSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class PrivacyItemQuerySchema(WireSchema):
    """Which items to list; `overdue` are those open after their term."""

    status = fields.Enum(ItemStatus, by_value=True, load_default=None)
    kind = fields.Enum(ItemKind, by_value=True, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class NewHandlingSchema(WireSchema):
    """What came of an item."""

    note = StrictString(required=True, max_length=2000, validate=NOT_BLANK)


class NewWatchedPersonSchema(WireSchema):
    """A person of whom each question is to be told; with `endUser` a member of staff, whose own name it is."""

    name = StrictString(required=True, max_length=200, validate=NOT_BLANK)
    birth_date = StrictString(max_length=40, load_default=None, allow_none=True)
    bsn = StrictString(max_length=40, load_default=None, allow_none=True)
    phone = StrictString(max_length=40, load_default=None, allow_none=True)
    end_user = StrictString(max_length=200, load_default=None, allow_none=True, validate=NOT_BLANK)


class WatchedPersonSchema(NewWatchedPersonSchema):
    """A listed person."""

    id = fields.UUID(required=True)
    added_at = Instant(required=True)


class WatchedPersonListSchema(WireSchema):
    """The listed persons of the caller's organisation, newest first."""

    persons = fields.List(fields.Nested(WatchedPersonSchema), required=True)
