"""The wire format of the journals of offline copies; a copy itself is a file, see `container`."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from registry.dispatch.schemas import NewLookupSchema
from registry.dispatch.snapshot.journal import LINK_BYTES
from registry.http.fields import Instant, StrictBoolean, StrictInteger, StrictString, WireSchema

MOST_RECORDS = 500
_LONGEST_BY, _MOST_ORDERS, _LONGEST_SEALED = 200, 20, 64 * 1024


class Base64(fields.String):
    """Bytes in base64 (RFC 4648)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("Give base64.") from error


class JournalRecordSchema(WireSchema):
    """One record of a journal as it lies on the disk of the room."""

    link = StrictString(required=True, validate=validate.Regexp(rf"[0-9a-f]{{{2 * LINK_BYTES}}}\Z"))
    sealed = Base64(required=True, validate=validate.Length(max=_LONGEST_SEALED))


class NewSnapshotJournalSchema(WireSchema):
    """A part of the journal of an offline copy, as `python -m registry upload-journal` sends it."""

    largest_mib: ClassVar[int] = 8

    snapshot_id = fields.UUID(required=True)
    journal_id = fields.UUID(required=True)
    first = StrictInteger(
        load_default=1, validate=validate.Range(1), metadata={"description": "The number of the first record here."}
    )
    records = fields.List(fields.Nested(JournalRecordSchema), required=True, validate=validate.Length(1, MOST_RECORDS))


class SnapshotJournalSchema(WireSchema):
    """How far a journal is in the audit chain."""

    journal_id = fields.UUID(required=True)
    recorded = StrictInteger(required=True, metadata={"description": "How many records are new in the chain."})
    in_chain = StrictInteger(required=True, metadata={"description": "How many of the journal are in the chain."})
    broken_at = StrictInteger(
        required=True, allow_none=True, metadata={"description": "The first record that was altered, or is missing."}
    )
    broken_nl = StrictString(required=True, allow_none=True)


class JournaledSchema(WireSchema):
    """What a room journals of one answer, before it is sealed."""

    lookup_id = fields.UUID(required=True)
    asked_at = Instant(required=True)
    end_user = StrictString(required=True, max_length=_LONGEST_BY)
    unit = StrictString(required=True, max_length=_LONGEST_BY)
    role = StrictString(required=True, max_length=_LONGEST_BY)
    question = fields.Nested(NewLookupSchema, required=True)
    orders = fields.List(fields.UUID(), required=True, validate=validate.Length(max=_MOST_ORDERS))
    found = StrictInteger(required=True, validate=validate.Range(0))
    protected = StrictBoolean(required=True)
