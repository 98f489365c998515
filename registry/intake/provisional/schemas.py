"""The wire format of provisional orders."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from marshmallow import ValidationError, fields, validate

from registry.access.rules import OrganisationKind
from registry.http.fields import Instant, QueryInteger, StrictInteger, StrictString, WireSchema
from registry.intake.provisional.rules import ENDINGS, JoinedHow, Likeness, ProvisionalState
from registry.intake.schemas import FindingSchema

_CODE = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._:/-]*\Z", error="Give letters, digits and . _ : / - only.")
_WORDS = validate.Regexp(r"(?s).*\S", error="Write at least one word.")
_STATES = [one.value for one in ProvisionalState]


class Base64(fields.Field[bytes]):
    """Bytes in base64, without line breaks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            if not isinstance(value, str) or not value:
                raise ValueError("not a text")
            return base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValidationError("Give the document in base64, without line breaks.") from error


class NewInstructionSchema(WireSchema):
    """Who of the prosecution gave the instruction, and when; the police names the organisation too."""

    organisation = StrictString(max_length=64, load_default=None, allow_none=True, validate=_CODE)
    given_by = StrictString(required=True, max_length=200, validate=_WORDS)
    given_at = Instant(required=True)


class NewProvisionalOrderSchema(WireSchema):
    """An order as it is given: the `order` of a delivered message, on whose instruction, and the source document.

    `reference` is the sender's own number: sent twice, it is entered once. The document is a PDF, JPEG, PNG or TIFF.
    """

    largest_mib = 8

    reference = StrictString(required=True, max_length=64, validate=_CODE)
    order = fields.Dict(keys=fields.String(), required=True)
    instruction = fields.Nested(NewInstructionSchema, load_default=None, allow_none=True)
    document = Base64(required=True, metadata={"type": "string", "format": "byte", "maxLength": 7_100_000})


class ProvisionalPartySchema(WireSchema):
    """An organisation by its code and name."""

    code = StrictString(required=True)
    name = StrictString(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in OrganisationKind]))


class InstructionSchema(WireSchema):
    """Who gave the instruction (opdracht), and when."""

    organisation = fields.Nested(ProvisionalPartySchema, required=True)
    given_by = StrictString(required=True)
    given_at = Instant(required=True)


class ReplacedBySchema(WireSchema):
    """The order of the CJIB that took its place, and on what they were joined."""

    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    how = StrictString(required=True, validate=validate.OneOf([one.value for one in JoinedHow]))
    at = Instant(required=True)


class ProposalSchema(WireSchema):
    """An order of the CJIB that may be this one, for a human to decide."""

    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    reasons = fields.List(StrictString(validate=validate.OneOf([one.value for one in Likeness])), required=True)
    proposed_at = Instant(required=True)


class ProvisionalDocumentSchema(WireSchema):
    """What may be told of the source document."""

    sha256 = StrictString(required=True)
    media_type = StrictString(required=True, validate=validate.OneOf(list(ENDINGS)))
    size_bytes = StrictInteger(required=True)


class ProvisionalOrderSchema(WireSchema):
    """An order that was entered ahead of the CJIB's message, and what became of it."""

    order_id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    reference = StrictString(required=True)
    regime = StrictString(required=True, allow_none=True)
    state = StrictString(required=True, validate=validate.OneOf(_STATES))
    entered_by = fields.Nested(ProvisionalPartySchema, required=True)
    entered_at = Instant(required=True)
    instruction = fields.Nested(InstructionSchema, required=True)
    expires_at = Instant(required=True)
    withdrawn_at = Instant(required=True, allow_none=True)
    replaced_by = fields.Nested(ReplacedBySchema, required=True, allow_none=True)
    proposals = fields.List(fields.Nested(ProposalSchema), required=True)
    document = fields.Nested(ProvisionalDocumentSchema, required=True)


class EnteredSchema(ProvisionalOrderSchema):
    """A provisional order as it was entered, with what its sender should look at again."""

    findings = fields.List(fields.Nested(FindingSchema), required=True)


class ProvisionalOrderListSchema(WireSchema):
    """A piece of the list of provisional orders, newest first."""

    provisional_orders = fields.List(fields.Nested(ProvisionalOrderSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class ProvisionalOrderQuerySchema(WireSchema):
    """Which provisional orders to list."""

    state = fields.Enum(ProvisionalState, by_value=True, load_default=None)
    order_id = fields.UUID(
        load_default=None, metadata={"description": "Those that are this order, or that gave way to it."}
    )
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class WhySchema(WireSchema):
    """Why something is taken back; kept sealed."""

    reason = StrictString(required=True, max_length=1000, validate=_WORDS)


class NewLinkSchema(WireSchema):
    """The order of the CJIB that is the one entered provisionally."""

    order_id = fields.UUID(required=True)
