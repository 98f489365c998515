"""The wire format of explanations."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from registry.http.fields import StrictString, WireSchema
from registry.orders.rules import ConditionType
from registry.reports.informing.rules import Moment


class Conditions(StrictString):
    """Kinds of conditions with commas between them, each once."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:  # type: ignore[override]
        named = str(super()._deserialize(value, attr, data, **kwargs)).split(",")
        known = [one.value for one in ConditionType]
        if set(named) - set(known) or len(set(named)) < len(named):
            raise ValidationError(f"Name each condition once, with commas between: {', '.join(known)}.")
        return named


class ExplanationQuerySchema(WireSchema):
    """The kinds of conditions of an order."""

    conditions = Conditions(required=True, max_length=300)


class ExplanationSectionSchema(WireSchema):
    """A part of the explanation, and which of the four moments it serves."""

    title = StrictString(required=True)
    lines = fields.List(StrictString(), required=True)
    moment = StrictString(required=True, allow_none=True, validate=validate.OneOf([one.value for one in Moment]))


class ExplanationSchema(WireSchema):
    """What an order means for whom it protects, in plain Dutch."""

    title = StrictString(required=True)
    sections = fields.List(fields.Nested(ExplanationSectionSchema), required=True)
