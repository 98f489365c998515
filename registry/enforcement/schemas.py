"""The wire format of breaches and deadlines."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from registry.enforcement.breaches import Finding
from registry.enforcement.deadlines import LimitBy
from registry.enforcement.event_schemas import EVENT_KEY, EventSummarySchema, codes
from registry.enforcement.evidence.checklist import BreachKind
from registry.enforcement.pattern.rules import Severity
from registry.enforcement.procedure.clocks import ClockState
from registry.enforcement.procedure.stages import Stage
from registry.enforcement.rules import ASSESSMENTS, BreachOrigin, BreachStatus, Provable
from registry.http.fields import (
    Date,
    Instant,
    QueryInteger,
    StrictBoolean,
    StrictInteger,
    StrictString,
    WireSchema,
)
from registry.law.rules import RegimeCode
from registry.law.terms import Nature

_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")


def _limit() -> QueryInteger:
    return QueryInteger(load_default=50, validate=validate.Range(1, 200))


class NewBreachSchema(WireSchema):
    """What police or supervision saw; `reference` is their own registration number, and makes it safe to send twice."""

    order_id = fields.UUID(required=True)
    condition_id = fields.UUID(load_default=None, allow_none=True)
    occurred_from = Instant(required=True)
    occurred_until = Instant(load_default=None, allow_none=True)
    reference = StrictString(load_default=None, allow_none=True, max_length=100, validate=EVENT_KEY)
    kind = fields.Enum(BreachKind, by_value=True, load_default=None, allow_none=True)
    aware_at = Instant(
        load_default=None, allow_none=True, metadata={"description": "Of probation: since when it knew of the breach."}
    )
    safety_at_stake = StrictBoolean(
        load_default=False, metadata={"description": "Of probation: the police is told at once as well."}
    )


class AccountSchema(WireSchema):
    """Who told of a breach, and when it was according to them."""

    kind = StrictString(required=True, validate=codes(*BreachOrigin))
    reference = StrictString(required=True)
    occurred_from = Instant(required=True)
    occurred_until = Instant(required=True, allow_none=True)


class BreachSourceSchema(AccountSchema):
    """One account of a breach, and when it was recorded; of probation and a partner also since when they knew.

    Of a report `awareAt` is when she told the partner, or else when it was received; it can be linked much later.
    `withdrawnAt` says that it fell away: the monitor's episode did not hold, or the order turned out to have ended.
    """

    recorded_at = Instant(required=True)
    breach_kind = StrictString(required=True, allow_none=True, validate=codes(*BreachKind))
    aware_at = Instant(required=True, allow_none=True)
    safety_at_stake = StrictBoolean(required=True)
    withdrawn_at = Instant(required=True, allow_none=True)


class ViewSchema(WireSchema):
    """What one side tells of a breach: from when until when, by how many accounts."""

    accounts = StrictInteger(required=True)
    occurred_from = Instant(required=True, allow_none=True)
    occurred_until = Instant(required=True, allow_none=True)


class ViewsSchema(WireSchema):
    """The victim's view, the monitor's, and that of police and probation, side by side."""

    victim = fields.Nested(ViewSchema, required=True)
    monitor = fields.Nested(ViewSchema, required=True)
    officials = fields.Nested(ViewSchema, required=True)


class RestsOnSchema(WireSchema):
    """What was known of a breach when it was assessed, frozen."""

    order_id = fields.UUID(required=True)
    condition_id = fields.UUID(required=True, allow_none=True)
    status = StrictString(required=True)
    occurred_from = Instant(required=True)
    occurred_until = Instant(required=True, allow_none=True)
    sources = fields.List(fields.Nested(AccountSchema), required=True)


class AssessmentSchema(WireSchema):
    """What a human found of a breach, and why."""

    id = fields.UUID(required=True)
    status = StrictString(required=True)
    reason = StrictString(required=True)
    provable = StrictString(required=True, allow_none=True, validate=codes(*Provable))
    severity = StrictString(required=True, allow_none=True, validate=codes(*Severity))
    exemption = StrictString(required=True, allow_none=True, max_length=2000)
    by = StrictString(required=True)
    unit = StrictString(required=True)
    at = Instant(required=True)
    rests_on = fields.Nested(RestsOnSchema, required=True)


class NewAssessmentSchema(WireSchema):
    """The finding of the person this call names: never `proven`, which takes the recorded decision of a court."""

    status = StrictString(
        required=True,
        validate=validate.OneOf(
            sorted(ASSESSMENTS),
            error="Give plausible, permitted or unfounded; only a court's decision makes it proven.",
        ),
    )
    reason = StrictString(required=True, max_length=4000, validate=_NOT_BLANK)
    provable = fields.Enum(Provable, by_value=True, load_default=None, allow_none=True)
    severity = fields.Enum(Severity, by_value=True, load_default=None, allow_none=True)
    exemption = StrictString(load_default=None, allow_none=True, max_length=2000, validate=_NOT_BLANK)

    @validates_schema
    def check_finding(self, data: dict[str, Any], **_: Any) -> None:
        """Ask how provable a plausible breach is, and what permitted one that was permitted."""
        status = data.get("status")
        if status == BreachStatus.PLAUSIBLE and data.get("provable") is None:
            raise ValidationError("Say how provable it is: well, partly or poorly.", "provable")
        if (status == BreachStatus.PERMITTED) is not bool(data.get("exemption")):
            raise ValidationError("Say what permitted it, when and only when it was permitted.", "exemption")

    @post_load
    def as_finding(self, data: dict[str, Any], **_: Any) -> Finding:
        """Return the finding as the service takes it."""
        return Finding(**data | {"status": BreachStatus(data["status"])})


class ProofSchema(WireSchema):
    """The recorded decision of a court that the breach is established."""

    proceeding_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    by = StrictString(required=True)


class BreachSummarySchema(WireSchema):
    """A breach; `number` says which breach of its order it is, leaving out what was unfounded or permitted."""

    id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    condition_id = fields.UUID(required=True, allow_none=True)
    origin = StrictString(required=True, validate=codes(*BreachOrigin))
    status = StrictString(required=True, validate=codes(*BreachStatus))
    occurred_from = Instant(required=True)
    occurred_until = Instant(required=True, allow_none=True)
    recorded_at = Instant(required=True)
    severity = StrictString(required=True, allow_none=True, validate=codes(*Severity))
    number = StrictInteger(required=True, allow_none=True)
    sources = fields.List(fields.Nested(BreachSourceSchema), required=True)


class BreachSchema(BreachSummarySchema):
    """A breach with its accounts side by side, what humans found, and what follows from it."""

    views = fields.Nested(ViewsSchema, required=True)
    assessments = fields.List(fields.Nested(AssessmentSchema), required=True)
    proceedings = fields.List(fields.UUID(), required=True)
    proof = fields.Nested(ProofSchema, required=True, allow_none=True)


class BreachListSchema(WireSchema):
    """A piece of the list of breaches, newest recorded first."""

    breaches = fields.List(fields.Nested(BreachSummarySchema), required=True)
    next = StrictString(required=True, allow_none=True)


class BreachQuerySchema(WireSchema):
    """Which breaches to list."""

    order_id = fields.UUID(load_default=None)
    status = fields.Enum(BreachStatus, by_value=True, load_default=None)
    limit = _limit()
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})


class WarningSchema(WireSchema):
    """A stage of a term at which whoever must act is warned."""

    stage = StrictString(required=True, validate=codes(*Stage))
    at = Instant(required=True)


class DeadlineSchema(WireSchema):
    """A term, with the event it started with, the rule, its source, and each step of the computation in Dutch.

    `dueAt` is null where the law names no length ("onverwijld"); `targetAt` is then an internal aim and `limitAt` the
    internal limit, past which what comes counts as late: neither is law. `limitBy` says whose the last moment is: of
    the `law`, of a `norm` of the chain, `configured` where no legal limit is known, or `none`: nobody can say then
    whether what is `met` was in time. A state `missed` can still become `met_late` while the proceeding runs.
    `warnedAt` is when the last warning went out. One outside a proceeding names in `subject` what it runs from, as
    `case_information:` with the id of the request; it has no start event, and no order or breach while nobody knows
    to which the report belongs. Until that is known it is every police organisation's to act on:
    `ownerOrganisationId` is null then, and `owner` finds it under each of them.
    """

    id = fields.UUID(required=True)
    proceeding_id = fields.UUID(required=True, allow_none=True)
    breach_id = fields.UUID(required=True, allow_none=True)
    order_id = fields.UUID(required=True, allow_none=True)
    subject = StrictString(required=True, allow_none=True)
    rule = StrictString(required=True)
    title = StrictString(required=True)
    source = StrictString(required=True)
    nature = StrictString(required=True, validate=codes("H", "S", "P", "M"))
    state = StrictString(required=True, validate=codes(*ClockState))
    due_at = Instant(required=True, allow_none=True)
    due_on = Date(required=True, allow_none=True)
    alternative_due_on = Date(required=True, allow_none=True)
    target_at = Instant(required=True, allow_none=True)
    limit_at = Instant(required=True, allow_none=True)
    limit_by = StrictString(required=True, validate=codes(*LimitBy))
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    warned_at = Instant(required=True, allow_none=True)
    start_event = fields.Nested(EventSummarySchema, required=True, allow_none=True)
    stop_event = fields.Nested(EventSummarySchema, required=True, allow_none=True)
    steps = fields.List(StrictString(), required=True)
    law_hash = StrictString(required=True)
    owner_organisation_id = fields.UUID(required=True, allow_none=True)


class DeadlineListSchema(WireSchema):
    """A piece of the list of deadlines, soonest first."""

    deadlines = fields.List(fields.Nested(DeadlineSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class CalendarQuerySchema(WireSchema):
    """Which running deadlines to put in the calendar."""

    owner = fields.UUID(load_default=None, metadata={"description": "The organisation that must act."})
    nature = fields.Enum(
        Nature,
        by_value=True,
        load_default=None,
        metadata={"description": "H: hard; S: without delay; P: a norm of policy; M: the longest something may last."},
    )
    regime = fields.Enum(RegimeCode, by_value=True, load_default=None)
    arrondissement = StrictString(
        load_default=None, max_length=64, metadata={"description": "The district that handles the proceeding."}
    )


class DeadlineQuerySchema(CalendarQuerySchema):
    """Which deadlines to list; without a state those that run, whether or not their end has passed."""

    state = fields.Enum(ClockState, by_value=True, load_default=None)
    limit = _limit()
    cursor = StrictString(load_default=None, metadata={"description": "The `next` of an earlier answer."})
