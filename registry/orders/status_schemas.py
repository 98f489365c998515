"""The wire format of a status, its reasoning, and the two times that it is asked for."""

from __future__ import annotations

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.orders.force.reasoning import Outcome
from registry.orders.rules import OrderStatus

_STATUS = validate.OneOf([each.value for each in OrderStatus])
_STATUS_THEN = validate.OneOf([*(each.value for each in OrderStatus), "not_known"])
_LONG = 100_000


def _text() -> StrictString:
    return StrictString(required=True, allow_none=True, min_length=0)


class ReasonSchema(WireSchema):
    """A step of the reasoning, in Dutch, with what it rests on."""

    code = StrictString(required=True)
    text = StrictString(required=True)
    source = StrictString(required=True, max_length=_LONG)


class StatusSchema(WireSchema):
    """Whether an order holds now, since when, and until when as far as is known."""

    code = StrictString(required=True, validate=_STATUS)
    since = Instant(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True)
    to_be_verified = StrictBoolean(required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)


class OptionSchema(WireSchema):
    """A day that can be argued for; `taken` marks the one that is reckoned with."""

    date = Date(required=True)
    basis = StrictString(required=True)
    text = StrictString(required=True)
    taken = StrictBoolean(required=True)


class StepSchema(WireSchema):
    """A question of the reasoning with its answer, in Dutch, and what the answer does to the status."""

    number = StrictInteger(required=True)
    code = StrictString(required=True)
    question = StrictString(required=True)
    outcome = StrictString(required=True, validate=validate.OneOf([each.value for each in Outcome]))
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    dates = fields.List(fields.Nested(OptionSchema), required=True)


class FullStatusSchema(StatusSchema):
    """A status with the whole reasoning; `not_known` says that the register did not know the order yet.

    `bindsWhilePaused` is configuration, to be confirmed by a lawyer, and told of a paused order only.
    """

    code = StrictString(required=True, validate=_STATUS_THEN)
    binds_while_paused = StrictBoolean(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)


class GapSchema(WireSchema):
    """A version that never came, and since when a higher one says that it should have."""

    version = StrictInteger(required=True)
    missing_since = Instant(required=True)
    age_days = StrictInteger(required=True)


class KnowledgeSchema(WireSchema):
    """What an answer rests on: what held at `asOf`, as known at `knownAt`.

    Not `settled` means that a change of the last minute may still be on its way to the disk. `lawHash` names the table
    of law that was used, kept since `lawRecordedAt`; `lawHashOfVersion` the one that the version was recorded under.
    """

    as_of = Instant(required=True)
    known_at = Instant(required=True)
    settled = StrictBoolean(required=True)
    versions_known = StrictInteger(required=True)
    content_version = StrictInteger(required=True, allow_none=True)
    dates_version = StrictInteger(required=True, allow_none=True)
    law_hash = _text()
    law_recorded_at = Instant(required=True, allow_none=True)
    law_hash_of_version = _text()
    notes = fields.List(StrictString(max_length=_LONG), required=True)


class MomentQuerySchema(WireSchema):
    """What held at an instant (`asOf`, else `knownAt`, else now), as the register knew it at another (else now)."""

    as_of = Instant(load_default=None)
    known_at = Instant(load_default=None)
