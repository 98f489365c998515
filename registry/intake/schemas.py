"""The wire format of deliveries and their reports."""

from marshmallow import fields, validate

from registry.http.fields import Instant, QueryInteger, StrictInteger, StrictString, WireSchema
from registry.intake.rules import DeliveryStatus, RowOutcome

_LIMIT = "At most so many; left out: 50, or all of them as CSV."
_SEVERITIES = ["rejected", "warning", "conflict"]
_OUTCOME = validate.OneOf([one.value for one in RowOutcome])


class RowCountsSchema(WireSchema):
    """How many rows came to which outcome."""

    accepted = StrictInteger(required=True)
    accepted_with_warnings = StrictInteger(required=True)
    duplicate = StrictInteger(required=True)
    conflict = StrictInteger(required=True)
    rejected = StrictInteger(required=True)
    pending = StrictInteger(required=True)


class DeliverySchema(WireSchema):
    """A delivery (aanlevering) and how far it is; `sha256` is of the body, unpacked."""

    id = fields.UUID(required=True)
    status = StrictString(required=True, validate=validate.OneOf([one.value for one in DeliveryStatus]))
    media_type = StrictString(required=True)
    received_at = Instant(required=True)
    finished_receiving_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)
    sha256 = StrictString(required=True, allow_none=True)
    rows = StrictInteger(required=True)
    judged = StrictInteger(required=True, metadata={"description": "How many rows were judged so far."})
    counts = fields.Nested(RowCountsSchema, required=True)


class FindingSchema(WireSchema):
    """One thing to look at: its code, the field as a JSON pointer into the message, and what is asked, in Dutch."""

    code = StrictString(required=True)
    field = StrictString(required=True, min_length=0)
    cause = StrictString(required=True, allow_none=True)
    severity = StrictString(required=True, validate=validate.OneOf(_SEVERITIES))
    message_nl = StrictString(required=True)
    action_nl = StrictString(required=True)


class FindingCodeSchema(WireSchema):
    """A code of the catalogue: what it means for the row, its message and what is asked of the sender, in Dutch."""

    code = StrictString(required=True)
    severity = StrictString(required=True, validate=validate.OneOf(_SEVERITIES))
    message_nl = StrictString(required=True)
    action_nl = StrictString(required=True)


class FindingCodesSchema(WireSchema):
    """The whole catalogue; a code keeps its meaning within a major version."""

    finding_codes = fields.List(fields.Nested(FindingCodeSchema), required=True)


class RowSchema(WireSchema):
    """What became of a row. Rows count from 1; blank lines do not count."""

    row = StrictInteger(required=True)
    outcome = StrictString(required=True, validate=_OUTCOME)
    message_id = StrictString(required=True, allow_none=True)
    order_number = StrictString(required=True, allow_none=True)
    version = StrictInteger(required=True, allow_none=True)
    kind = StrictString(required=True, allow_none=True)
    order_id = fields.UUID(required=True, allow_none=True)
    attempts = StrictInteger(required=True)
    retry_at = Instant(required=True, allow_none=True, metadata={"description": "When a pending row is tried again."})
    findings = fields.List(fields.Nested(FindingSchema), required=True)


class DeliveryReportSchema(DeliverySchema):
    """A delivery with the rows that were judged."""

    results = fields.List(fields.Nested(RowSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class DeliveryListSchema(WireSchema):
    """A piece of the list of deliveries, newest first."""

    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)
    next = StrictString(required=True, allow_none=True)


class DeliveryQuerySchema(WireSchema):
    """Which piece of the list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class ReportQuerySchema(WireSchema):
    """Which rows of a report."""

    outcome = fields.Enum(RowOutcome, by_value=True, load_default=None)
    limit = QueryInteger(load_default=None, validate=validate.Range(1, 200), metadata={"description": _LIMIT})
    cursor = StrictString(
        max_length=10,
        load_default="0",
        validate=validate.Regexp(r"\A[0-9]{1,10}\Z", error="Give the `next` of an earlier answer."),
        metadata={"description": "The `next` of an earlier answer."},
    )


class OpenFindingSchema(FindingSchema):
    """A finding that no later message mended yet, with the row that it was found in."""

    id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True)
    row = StrictInteger(required=True)
    order_number = StrictString(required=True, allow_none=True)
    version = StrictInteger(required=True, allow_none=True)
    opened_at = Instant(required=True)
    age_days = StrictInteger(required=True)


class FindingListSchema(WireSchema):
    """A piece of the list of open findings, the oldest first."""

    findings = fields.List(fields.Nested(OpenFindingSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class FindingQuerySchema(WireSchema):
    """Which open findings."""

    code = StrictString(max_length=64, load_default=None, metadata={"description": "A code of the catalogue."})
    severity = StrictString(load_default=None, validate=validate.OneOf(_SEVERITIES))
    limit = QueryInteger(load_default=None, validate=validate.Range(1, 200), metadata={"description": _LIMIT})
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
