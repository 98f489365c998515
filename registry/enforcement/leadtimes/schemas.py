"""The wire format of lead times."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from registry.enforcement.event_schemas import codes
from registry.enforcement.leadtimes.rules import MOST_MONTHS, Milestone, Month
from registry.enforcement.rules import BreachOrigin
from registry.http.fields import StrictInteger, StrictString, WireSchema


class MonthField(fields.Field[Month]):
    """A month of the calendar, YYYY-MM."""

    def _serialize(self, value: Month | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Month:
        try:
            return Month.parse(str(value))
        except ValueError as error:
            raise ValidationError("Give a month as YYYY-MM, from 2000 to 2099.") from error


class LeadTimeQuerySchema(WireSchema):
    """Which months; without them the six up to the present one."""

    from_month = MonthField(data_key="from", load_default=None, metadata={"type": "string"})
    until_month = MonthField(data_key="until", load_default=None, metadata={"type": "string"})
    origin = fields.Enum(BreachOrigin, by_value=True, load_default=None)

    @validates_schema
    def check_order(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for months in order, and not for too many."""
        first, last = data.get("from_month"), data.get("until_month")
        if first and last and not first <= last <= first.plus(MOST_MONTHS - 1):
            raise ValidationError(f"Give a last month that is not before the first, at most {MOST_MONTHS}.", "until")


def period(query: dict[str, Any], present: Month) -> tuple[Month, Month]:
    """Return the months asked for: half a year where only one end, or none, was named."""
    last = query["until_month"] or (query["from_month"].plus(5) if query["from_month"] else present)
    return query["from_month"] or last.plus(-5), last


class LeadTimeSchema(WireSchema):
    """How many days it took from when a breach was known to a milestone, of one unit or (null) of all, in a month.

    `judged` had a term of law or policy that ended with it, or one "onverwijld" with an internal limit; `inTime` of
    these were in time.
    """

    milestone = StrictString(required=True, validate=codes(*Milestone))
    unit = StrictString(required=True, allow_none=True)
    month = StrictString(required=True)
    number = StrictInteger(required=True)
    median_days = fields.Float(required=True)
    ninety_percent_days = fields.Float(required=True)
    longest_days = fields.Float(required=True)
    judged = StrictInteger(required=True)
    in_time = StrictInteger(required=True)
    share_in_time = fields.Float(required=True, allow_none=True)


class LeadTimeListSchema(WireSchema):
    """Every lead time of a period, by milestone, month and unit."""

    from_month = StrictString(required=True, data_key="from")
    until_month = StrictString(required=True, data_key="until")
    lead_times = fields.List(fields.Nested(LeadTimeSchema), required=True)
