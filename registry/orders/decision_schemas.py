"""The wire format of what a decision says beside its conditions."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.register.content import RiskKind, ServiceHow
from registry.orders.register.exceptions import ExceptionKind

_LONG = 100_000


def _text() -> StrictString:
    return StrictString(required=True, allow_none=True, min_length=0, max_length=_LONG)


class PenaltyAmountSchema(WireSchema):
    """So many days, weeks or months (of 30 days) of detention, or euros."""

    amount = fields.Float(required=True)
    unit = StrictString(required=True, validate=validate.OneOf(["day", "week", "month", "eur"]))


class BreachPenaltySchema(WireSchema):
    """What the judgment sets for each breach, and at most in all."""

    each = fields.Nested(PenaltyAmountSchema, required=True)
    maximum = fields.Nested(PenaltyAmountSchema, required=True, allow_none=True)


class AnkleMonitorSchema(WireSchema):
    """Whether an ankle monitor was considered and imposed; names and addresses in `reason` need `protected:read`."""

    considered = StrictBoolean(required=True, allow_none=True)
    imposed = StrictBoolean(required=True, allow_none=True)
    kind = StrictString(required=True, allow_none=True, validate=validate.OneOf(["gps", "rfid", "alcohol"]))
    reason = _text()


class SupervisionSchema(WireSchema):
    """Who supervises the subject, and how to reach them."""

    organisation = _text()
    contact_name = _text()
    phone = _text()


class RiskMarkerSchema(WireSchema):
    """What an officer must know before meeting the subject; names and addresses in `text` need `protected:read`."""

    kind = StrictString(required=True, validate=validate.OneOf([each.value for each in RiskKind]))
    text = _text()


class RiskSchema(WireSchema):
    """The level of risk that a human set, when, and by which instrument."""

    level = StrictString(required=True, validate=validate.OneOf(["low", "medium", "high"]))
    assessed_on = Date(required=True, allow_none=True)
    instrument = _text()


class DecisionSchema(WireSchema):
    """How the order was served and renewed, and what else the judgment set.

    Names and addresses in texts are for clients with the scope `protected:read`; others see them shielded.
    """

    served_in_person = StrictBoolean(required=True, allow_none=True)
    service_how = StrictString(
        required=True, allow_none=True, validate=validate.OneOf([each.value for each in ServiceHow])
    )
    known_on = Date(required=True, allow_none=True)
    judged_on = Date(required=True, allow_none=True)
    renewals = StrictInteger(required=True, allow_none=True)
    prosecution_started_on = Date(required=True, allow_none=True)
    penalty_per_breach = fields.Nested(BreachPenaltySchema, required=True, allow_none=True)
    ankle_monitor = fields.Nested(AnkleMonitorSchema, required=True, allow_none=True)
    youth_supervision = fields.Nested(SupervisionSchema, required=True, allow_none=True)
    case_director = fields.Nested(SupervisionSchema, required=True, allow_none=True)
    risk = fields.Nested(RiskSchema, required=True, allow_none=True)
    requested_police_action = _text()
    remark = _text()


class WeeklyWindowSchema(WireSchema):
    """Hours of the week, in the time zone of the order."""

    days = fields.List(StrictString(), required=True)
    from_time = StrictString(required=True, data_key="from")
    until_time = StrictString(required=True, data_key="until")


class BanExceptionSchema(WireSchema):
    """What a ban leaves open: `summary` in plain Dutch names nobody, `text` is the judgment's, shielded."""

    kind = StrictString(required=True, validate=validate.OneOf([each.value for each in ExceptionKind]))
    summary = StrictString(required=True, max_length=_LONG)
    text = _text()
    weekly = fields.List(fields.Nested(WeeklyWindowSchema), required=True)
    from_at = Instant(required=True, allow_none=True, data_key="from")
    until_at = Instant(required=True, allow_none=True, data_key="until")
    times_unreadable = StrictBoolean(required=True)
