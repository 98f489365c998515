"""The wire format of proceedings: what starts one, how it stands, what is planned, and the ledger of a measure."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from registry.enforcement.event_schemas import (
    EventDetailsSchema,
    NewEventSchema,
    ProceedingEventSchema,
    check_details,
    codes,
    details_as_codes,
)
from registry.enforcement.plans import NewPlan
from registry.enforcement.procedure.events import EventKind
from registry.enforcement.procedure.rules import ActorKind
from registry.enforcement.schemas import DeadlineSchema
from registry.http.fields import Instant, StrictInteger, StrictString, WireSchema


class NewProceedingSchema(WireSchema):
    """What a proceeding begins with: an arrest or a decision of the prosecutor, about a breach or else an order."""

    breach_id = fields.UUID(load_default=None)
    order_id = fields.UUID(load_default=None)
    event = fields.Nested(NewEventSchema, required=True)

    @validates_schema
    def check_subject(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for exactly one of breach and order."""
        if (data.get("breach_id") is None) == (data.get("order_id") is None):
            raise ValidationError("Name either the breachId or the orderId.")


class IrregularitySchema(WireSchema):
    """What a human should look at: a late, foreign or missing step, in Dutch, with the article."""

    code = StrictString(required=True)
    event_id = fields.UUID(required=True)
    text = StrictString(required=True)
    source = StrictString(required=True, min_length=0)


class NewPlanSchema(WireSchema):
    """A step that somebody means to take, and when; what the law does not allow is refused with the article."""

    kind = fields.Enum(EventKind, by_value=True, required=True)
    planned_at = Instant(required=True)
    details = fields.Nested(EventDetailsSchema, load_default=dict)

    @validates_schema
    def check_said(self, data: dict[str, Any], **_: Any) -> None:
        """Hold the details against what this kind of step can say."""
        check_details(data["kind"], data["details"], is_plan=True)

    @post_load
    def as_plan(self, data: dict[str, Any], **_: Any) -> NewPlan:
        """Return the plan as the service takes it."""
        return NewPlan(data["kind"], data["planned_at"], details_as_codes(data["details"]))


class PlanSchema(WireSchema):
    """A planned step; `doneBy` is the event with which it happened."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=codes(*EventKind))
    details = fields.Nested(EventDetailsSchema, required=True)
    planned_at = Instant(required=True)
    recorded_at = Instant(required=True)
    by = StrictString(required=True)
    unit = StrictString(required=True)
    withdrawn_at = Instant(required=True, allow_none=True)
    done_by = fields.UUID(required=True, allow_none=True)


class NextStepSchema(WireSchema):
    """A step that the law allows now: who takes it, on which article, with which outcomes (none listed: any)."""

    step = StrictString(required=True)
    kind = StrictString(required=True, validate=codes(*EventKind))
    name = StrictString(required=True)
    actors = fields.List(StrictString(validate=codes(*ActorKind)), required=True)
    values = fields.List(StrictString(), required=True)
    outcomes = fields.List(StrictString(), required=True)
    source = StrictString(required=True)


class CustodySchema(WireSchema):
    """Since which event somebody is held without a decision, and until when that can last.

    `source` is null while no term of the law runs yet, and the limit is an internal one.
    """

    since_event_id = fields.UUID(required=True)
    since_at = Instant(required=True)
    limit_at = Instant(required=True)
    alarm_at = Instant(required=True)
    source = StrictString(required=True, allow_none=True)


class ProceedingSchema(WireSchema):
    """A proceeding as it stands: what happened, in order of occurrence, which terms follow, and what can follow."""

    id = fields.UUID(required=True)
    breach_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    regime = StrictString(required=True)
    arrondissement = StrictString(required=True, allow_none=True)
    procedure = StrictString(required=True)
    title = StrictString(required=True)
    summary = StrictString(required=True)
    source = StrictString(required=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by = fields.UUID(required=True, allow_none=True)
    events = fields.List(fields.Nested(ProceedingEventSchema), required=True)
    plans = fields.List(fields.Nested(PlanSchema), required=True)
    deadlines = fields.List(fields.Nested(DeadlineSchema), required=True)
    next_steps = fields.List(fields.Nested(NextStepSchema), required=True)
    custody = fields.Nested(CustodySchema, required=True, allow_none=True)
    irregularities = fields.List(fields.Nested(IrregularitySchema), required=True)


class LedgerEntrySchema(WireSchema):
    """Days of substitute detention, as ordered or as executed."""

    kind = StrictString(required=True, validate=codes("ordered", "executed"))
    days = StrictInteger(required=True, validate=validate.Range(1))
    at = Instant(required=True)
    event_id = fields.UUID(required=True)
    beyond = fields.Boolean(required=True)


class LedgerSchema(WireSchema):
    """The substitute detention of one measure in days: what the judgment set, was ordered, executed, and is left."""

    order_id = fields.UUID(required=True)
    least_days = StrictInteger(required=True)
    most_days = StrictInteger(required=True)
    source = StrictString(required=True)
    each_breach_days = StrictInteger(required=True, allow_none=True)
    judgment_maximum_days = StrictInteger(required=True, allow_none=True)
    ordered_days = StrictInteger(required=True)
    executed_days = StrictInteger(required=True)
    waiting_days = StrictInteger(required=True)
    left_days = StrictInteger(required=True)
    entries = fields.List(fields.Nested(LedgerEntrySchema), required=True)
