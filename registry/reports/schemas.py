"""The wire format of reports."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from registry.http.fields import Date, Instant, QueryInteger, StrictBoolean, StrictString, WireSchema
from registry.orders.naming.identifiers import IdentifierError, parse_bsn, parse_skn
from registry.reports.rules import LinkedBy, ReportKind, ReportStatus
from registry.reports.wishes.schemas import ContactWishesSchema

_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")
_REFERENCE = validate.Regexp(r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]*\Z", error="Use letters, digits and _ . : / - only.")


class _Number(StrictString):
    """A number with a form of its own, kept in its normal form."""

    def __init__(self, parse: Any, **kwargs: Any) -> None:
        super().__init__(max_length=20, load_default=None, allow_none=True, **kwargs)
        self._parse = parse

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return str(self._parse(text))
        except IdentifierError as error:
            raise ValidationError(error.detail_nl) from error


def _text(most: int = 200) -> StrictString:
    return StrictString(max_length=most, load_default=None, allow_none=True)


class ReportedPersonSchema(WireSchema):
    """What the partner knows of a person; only the numbers are matched, by exact key."""

    bsn = _Number(parse_bsn)
    skn = _Number(parse_skn)
    surname = _text()
    prefix = _text(50)
    given_names = _text()
    birth_date = _text(30)
    phone = _text(40)
    address = _text(300)


class NewReportSchema(WireSchema):
    """What a victim told a partner; nothing but what happened, when and of which kind is needed."""

    reference = StrictString(
        load_default=None,
        allow_none=True,
        max_length=100,
        validate=_REFERENCE,
        metadata={"description": "The partner's own number; sending it again gives the same receipt."},
    )
    kind = fields.Enum(ReportKind, by_value=True, required=True)
    occurred_at = Instant(required=True)
    reported_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "When she told the partner; lead times run from then, or else from `receivedAt`."},
    )
    description = StrictString(required=True, max_length=20_000, validate=_NOT_BLANK)
    acute = StrictBoolean(load_default=False)
    order_number = StrictString(load_default=None, allow_none=True, max_length=64)
    subject = fields.Nested(ReportedPersonSchema, load_default=None, allow_none=True)
    protected = fields.Nested(ReportedPersonSchema, load_default=None, allow_none=True)
    contact = fields.Nested(ContactWishesSchema, load_default=None, allow_none=True)

    @validates_schema
    def check_order(self, data: dict[str, Any], **_: Any) -> None:
        """She tells of what happened, not of what is to come."""
        if data.get("reported_at") and data.get("occurred_at") and data["reported_at"] < data["occurred_at"]:
            raise ValidationError("She cannot have told of it before it happened.", "reportedAt")


def _status() -> StrictString:
    return StrictString(required=True, validate=validate.OneOf([one.value for one in ReportStatus]))


class ComplaintSchema(WireSchema):
    """Until when a victim of stalking can complain (klacht); `arguableUntil` is another day that can be argued for."""

    until = Date(required=True)
    arguable_until = Date(required=True, allow_none=True)
    text = StrictString(required=True)
    source = StrictString(required=True)


class VictimOptionSchema(WireSchema):
    """Something that the victim can do, and the article it rests on, if there is one."""

    code = StrictString(required=True)
    text = StrictString(required=True)
    source = StrictString(required=True, allow_none=True)


class ReceiptSchema(WireSchema):
    """The receipt, the same whether or not an order exists; every text is Dutch, for the victim."""

    id = fields.UUID(required=True)
    receipt_number = StrictString(required=True)
    received_at = Instant(required=True)
    status = _status()
    notices = fields.List(StrictString(), required=True)
    complaint = fields.Nested(ComplaintSchema, required=True, allow_none=True)
    options = fields.List(fields.Nested(VictimOptionSchema), required=True)


class ReportLinkSchema(WireSchema):
    """The order and the suspected breach that a report belongs to; never shown to the partner."""

    order_id = fields.UUID(required=True)
    breach_id = fields.UUID(required=True)
    by = StrictString(required=True, validate=validate.OneOf([one.value for one in LinkedBy]))
    at = Instant(required=True)


class ReportSummarySchema(WireSchema):
    """A report without what was told in it."""

    id = fields.UUID(required=True)
    receipt_number = StrictString(required=True)
    reference = StrictString(required=True, allow_none=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in ReportKind]))
    acute = StrictBoolean(required=True)
    occurred_at = Instant(required=True)
    reported_at = Instant(required=True, allow_none=True)
    received_at = Instant(required=True)
    status = _status()
    link = fields.Nested(ReportLinkSchema, required=True, allow_none=True)


class ReportSchema(ReportSummarySchema):
    """A report with what was told; her words and who is protected need `protected:read`, her wishes `wishes:read`."""

    order_number = StrictString(required=True, allow_none=True)
    description = StrictString(required=True, allow_none=True, max_length=20_000)
    subject = fields.Nested(ReportedPersonSchema, required=True, allow_none=True)
    protected = fields.Nested(ReportedPersonSchema, required=True, allow_none=True)
    contact = fields.Nested(ContactWishesSchema, required=True, allow_none=True)
    reported_by = StrictString(required=True)


class ReportListSchema(WireSchema):
    """A piece of the list of reports, newest first."""

    reports = fields.List(fields.Nested(ReportSummarySchema), required=True)
    next = StrictString(required=True, allow_none=True)


class ReportQuerySchema(WireSchema):
    """A piece of a list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class ReportStatusSchema(WireSchema):
    """What became of a report, in one coarse word and a Dutch sentence."""

    id = fields.UUID(required=True)
    receipt_number = StrictString(required=True)
    status = _status()
    text = StrictString(required=True)


class NewReportLinkSchema(WireSchema):
    """The order that a human finds this report to be about."""

    order_id = fields.UUID(required=True)
