"""The wire format of the four moments."""

from marshmallow import fields, validate

from registry.http.fields import Instant, StrictBoolean, StrictString, WireSchema
from registry.reports.case_information.schemas import ToldProofSchema
from registry.reports.informing.rules import Channel, Moment

PROOFS = ("conversation_note", "signature", "delivery_report", "read_receipt", "copy")


def _code(values: object) -> validate.OneOf:
    return validate.OneOf([str(one) for one in values])  # type: ignore[attr-defined]


class MomentProofSchema(ToldProofSchema):
    """The sort of proof: a note of the conversation, her signature, a delivery or read receipt, or a copy."""

    kind = StrictString(required=True, validate=_code(PROOFS))


class NewMomentSchema(WireSchema):
    """What a victim was told after her report, when, how, and the proof."""

    moment = fields.Enum(Moment, by_value=True, required=True)
    told_at = Instant(required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    proof = fields.Nested(MomentProofSchema, required=True)


class NewOrderMomentSchema(NewMomentSchema):
    """What somebody whom an order protects was told; `protected` is the reference the order gives her."""

    protected = StrictString(required=True, max_length=64)


class MomentSchema(WireSchema):
    """Something that a victim was told; `againstHerWishes`: by post, and she did not say that that is safe."""

    id = fields.UUID(required=True)
    moment = StrictString(required=True, validate=_code(Moment))
    text = StrictString(required=True)
    protected = StrictString(required=True, allow_none=True)
    report_id = fields.UUID(required=True, allow_none=True)
    told_at = Instant(required=True)
    channel = StrictString(required=True, validate=_code(Channel))
    proof = fields.Nested(MomentProofSchema, required=True)
    against_her_wishes = StrictBoolean(required=True)
    by = StrictString(required=True)
    unit = StrictString(required=True)


class ReportMomentsSchema(WireSchema):
    """What a victim was told after her report, and of what nothing is on record."""

    moments = fields.List(fields.Nested(MomentSchema), required=True)
    missing = fields.List(StrictString(validate=_code(Moment)), required=True)


class MissingMomentsSchema(WireSchema):
    """Of what nothing is on record for somebody whom the order protects, by her reference in the order."""

    protected = StrictString(required=True)
    missing = fields.List(StrictString(validate=_code(Moment)), required=True)


class OrderMomentsSchema(WireSchema):
    """What those whom an order protects were told, and what each of them was not told yet."""

    moments = fields.List(fields.Nested(MomentSchema), required=True)
    protected = fields.List(fields.Nested(MissingMomentsSchema), required=True)
