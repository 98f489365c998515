"""The wire format of the catalogue of terms and of its calculator."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.law.periods import Unit
from registry.law.rules import Confidence, RegimeCode
from registry.law.terms.rules import Bound, Exemption, Extension, JudgedBy, Nature, Serves

_DISTRICT = {"description": "The arrondissement whose norms are meant; its rows go before those for all."}


def _one_of(names: Any) -> validate.OneOf:
    return validate.OneOf([one.value for one in names])


class TermQuerySchema(WireSchema):
    """Which terms to list."""

    on = Date(load_default=None, metadata={"description": "The day whose law is meant; today when left out."})
    regime = fields.Enum(RegimeCode, by_value=True, load_default=None)
    arrondissement = StrictString(load_default=None, metadata=_DISTRICT)


class TermSchema(WireSchema):
    """A row of the catalogue: its start, length, way of counting and source.

    `extension` says whether the Algemene termijnenwet extends it, `exemption` why not. `serves` decides which of two
    arguable dates drives the clock. A row of confidence `configuration` is a norm of the chain, not law.
    """

    id = StrictString(required=True)
    title = StrictString(required=True)
    regimes = fields.List(StrictString(validate=_one_of(RegimeCode)), required=True)
    start = StrictString(required=True)
    start_text = StrictString(required=True)
    amount = StrictInteger(required=True)
    unit = StrictString(required=True, validate=_one_of(Unit))
    nature = StrictString(required=True, validate=_one_of(Nature))
    bound = StrictString(required=True, validate=_one_of(Bound))
    extension = StrictString(required=True, validate=_one_of(Extension))
    exemption = StrictString(required=True, allow_none=True, validate=_one_of(Exemption))
    serves = StrictString(required=True, validate=_one_of(Serves))
    chosen_by = StrictString(required=True, validate=_one_of(JudgedBy))
    backward = StrictBoolean(required=True)
    opens = StrictBoolean(required=True)
    night_excluded = StrictBoolean(required=True)
    pauses = StrictBoolean(required=True)
    norm_percent = StrictInteger(required=True, allow_none=True)
    arrondissement = StrictString(required=True, allow_none=True)
    note = StrictString(required=True, allow_none=True)
    source = StrictString(required=True)
    confidence = StrictString(required=True, validate=_one_of(Confidence))
    valid_from = Date(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True)


class TermListSchema(WireSchema):
    """The terms that held that day, under the table of law with this hash."""

    terms = fields.List(fields.Nested(TermSchema), required=True)
    law_hash = StrictString(required=True)


class StandstillSchema(WireSchema):
    """A stretch in which the running time stood still; without an end it lasts."""

    from_at = Instant(required=True)
    until_at = Instant(load_default=None, allow_none=True)

    @validates_schema
    def check_order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an end before the beginning."""
        if data.get("until_at") and data["until_at"] <= data["from_at"]:
            raise ValidationError("Give an end after the beginning.", "untilAt")


class NewCalculationSchema(WireSchema):
    """What to compute: a term of the catalogue from an instant on, with nothing of a case.

    `judgedOn` decides which row holds where the law goes by the judgment.
    """

    term = StrictString(required=True, max_length=20)
    start_at = Instant(required=True)
    judged_on = Date(load_default=None, allow_none=True)
    arrondissement = StrictString(load_default=None, allow_none=True, metadata=_DISTRICT)
    stood_still = fields.List(fields.Nested(StandstillSchema), load_default=list, validate=validate.Length(max=100))


class CalculationStepSchema(WireSchema):
    """A step of a computation: its code and values, and the sentence with its source in Dutch."""

    code = StrictString(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    text = StrictString(required=True)


class CalculationSchema(WireSchema):
    """When a term ends, and how that was computed.

    `dueOn` is the last day of a term in days, and ends at `dueAt`. `alternativeDueOn` is the other day that can be
    argued for; `dueOn` is the one to work with. `targetAt` and `hardStopAt` are internal, not law.
    """

    term = fields.Nested(TermSchema, required=True)
    start_at = Instant(required=True)
    due_at = Instant(required=True, allow_none=True)
    due_on = Date(required=True, allow_none=True)
    alternative_due_on = Date(required=True, allow_none=True)
    target_at = Instant(required=True, allow_none=True)
    hard_stop_at = Instant(required=True, allow_none=True)
    steps = fields.List(fields.Nested(CalculationStepSchema), required=True)
    law_hash = StrictString(required=True)
