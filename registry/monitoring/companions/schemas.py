"""The wire format of protected persons' devices, and of the stretches in which a wearer was near one."""

from enum import StrEnum

from marshmallow import fields, validate

from geo.episode import Verdict
from geo.nearness import Mover, NearCause, NearEnd, Way
from registry.http.fields import Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.monitoring.companions.rules import (
    LEAST_NEAR_M,
    MOST_NEAR_M,
    NEAR_M,
    ConsentForm,
    ConsentGiver,
    Standing,
)
from registry.monitoring.pings import MAX_DEVICE_LENGTH
from registry.monitoring.rules import EpisodeStatus
from registry.monitoring.schemas import PageQuerySchema

_PRINTABLE = validate.Predicate("isprintable", error="Give printable characters.")


def _one_of(kind: type[StrEnum]) -> validate.OneOf:
    return validate.OneOf([one.value for one in kind])


class NewConsentSchema(WireSchema):
    """When consent was given, by whom and how."""

    given_at = Instant(required=True)
    by = fields.Enum(ConsentGiver, by_value=True, required=True)
    form = fields.Enum(ConsentForm, by_value=True, required=True)


class NewCompanionSchema(WireSchema):
    """A device that a protected person carries with her consent: whom of which order it protects.

    `partner` is who stands by her and is told that he is near, and nothing more. `nearM` is how near that is.
    """

    order_number = StrictString(required=True, max_length=64)
    protected = StrictString(required=True, max_length=64)
    provider = StrictString(required=True, max_length=64)
    device = StrictString(required=True, max_length=MAX_DEVICE_LENGTH, validate=_PRINTABLE)
    partner = StrictString(load_default=None, allow_none=True, max_length=64)
    near_m = StrictInteger(load_default=NEAR_M, validate=validate.Range(LEAST_NEAR_M, MOST_NEAR_M))
    consent = fields.Nested(NewConsentSchema, required=True)


class WithdrawalSchema(WireSchema):
    """Who withdrew consent."""

    by = fields.Enum(ConsentGiver, by_value=True, required=True)


class ConsentSchema(WireSchema):
    """When consent was given, by whom and how, and when it was withdrawn and by whom."""

    given_at = Instant(required=True)
    by = StrictString(required=True, validate=_one_of(ConsentGiver))
    form = StrictString(required=True, validate=_one_of(ConsentForm))
    withdrawn_at = Instant(required=True, allow_none=True)
    withdrawn_by = StrictString(required=True, allow_none=True, validate=_one_of(ConsentGiver))


class CompanionSchema(WireSchema):
    """A protected person's own device (slachtofferapparaat); no answer ever tells where it is."""

    id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    protected = StrictString(required=True)
    provider = StrictString(required=True)
    device = StrictString(required=True)
    partner = StrictString(required=True, allow_none=True)
    near_m = StrictInteger(required=True)
    consent = fields.Nested(ConsentSchema, required=True)
    recorded_at = Instant(required=True)
    heard_at = Instant(required=True, allow_none=True)


class CompanionListSchema(WireSchema):
    """A piece of the list of protected persons' devices, newest first."""

    companions = fields.List(fields.Nested(CompanionSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class NearnessStepSchema(WireSchema):
    """A step of a stretch and the numbers it rests on: null for who may not see protected persons.

    Distances come in steps of 50 metres. `closingMps` is positive when they come nearer, and `contactS` how long it
    would take them to meet if both went on so.
    """

    at = Instant(required=True)
    step = StrictString(required=True)
    distance_m = StrictInteger(required=True, allow_none=True)
    uncertainty_m = StrictInteger(required=True, allow_none=True)
    chance = fields.Float(required=True, allow_none=True)
    closing_mps = fields.Float(required=True, allow_none=True)
    contact_s = StrictInteger(required=True, allow_none=True)


class NearnessSchema(WireSchema):
    """A stretch of time in which a wearer was near the protected person (nabijheid); it decides nothing.

    `verdict` is `suspected` while it is undecided, `confirmed` once they were shown to be near, `passed` when it was
    over before that. `mover` is who came to whom; `way` how they may have met by chance. `explanation` says so in
    Dutch. It never opens a breach.
    """

    id = fields.UUID(required=True)
    companion_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    cause = StrictString(required=True, validate=_one_of(NearCause))
    end_cause = StrictString(required=True, allow_none=True, validate=_one_of(NearEnd))
    verdict = StrictString(required=True, validate=_one_of(Verdict))
    confirmed_at = Instant(required=True, allow_none=True)
    mover = StrictString(required=True, allow_none=True, validate=_one_of(Mover))
    way = StrictString(required=True, allow_none=True, validate=_one_of(Way))
    explanation = StrictString(required=True)
    closest = fields.Nested(NearnessStepSchema, required=True, allow_none=True)
    reasons = fields.List(fields.Nested(NearnessStepSchema), required=True)
    status = StrictString(required=True, validate=_one_of(EpisodeStatus))
    found_late = StrictBoolean(required=True)
    superseded_by_id = fields.UUID(required=True, allow_none=True)
    recorded_at = Instant(required=True)


class NearnessListSchema(WireSchema):
    """A piece of the list of stretches of nearness, newest first."""

    nearnesses = fields.List(fields.Nested(NearnessSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class NearnessQuerySchema(PageQuerySchema):
    """Which stretches to list."""

    companion_id = fields.UUID(load_default=None)
    status = fields.Enum(EpisodeStatus, by_value=True, load_default=None)


class StandingSchema(WireSchema):
    """How two stand to one another now: near, apart, or unknown, which is never told as apart.

    The numbers are null for who may not see protected persons, and where nothing is known; distances come in steps of
    50 metres.
    """

    companion_id = fields.UUID(required=True)
    at = Instant(required=True)
    standing = StrictString(required=True, validate=_one_of(Standing))
    wearer_placed_at = Instant(required=True, allow_none=True)
    protected_placed_at = Instant(required=True, allow_none=True)
    distance_m = StrictInteger(required=True, allow_none=True)
    uncertainty_m = StrictInteger(required=True, allow_none=True)
    closing_mps = fields.Float(required=True, allow_none=True)
    contact_s = StrictInteger(required=True, allow_none=True)
