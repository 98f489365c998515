"""The wire format of what is for the privacy officer."""

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictString, WireSchema

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
