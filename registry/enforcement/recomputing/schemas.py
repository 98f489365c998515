"""The wire format of moves of deadlines."""

from marshmallow import fields, validate

from registry.enforcement.event_schemas import codes
from registry.enforcement.moves import Cause
from registry.http.fields import Date, Instant, QueryInteger, StrictString, WireSchema


class DeadlineMoveSchema(WireSchema):
    """That the end of a deadline moved, and why; without an end before, or after, it did not run then.

    `targetAt` is an internal aim where the law names no length.
    """

    id = fields.UUID(required=True)
    deadline_id = fields.UUID(required=True)
    proceeding_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    rule = StrictString(required=True)
    title = StrictString(required=True)
    moved_at = Instant(required=True)
    cause = StrictString(required=True, validate=codes(*Cause))
    former_due_at = Instant(required=True, allow_none=True)
    former_due_on = Date(required=True, allow_none=True)
    former_target_at = Instant(required=True, allow_none=True)
    former_law_hash = StrictString(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True)
    due_on = Date(required=True, allow_none=True)
    target_at = Instant(required=True, allow_none=True)
    law_hash = StrictString(required=True)


class DeadlineMoveListSchema(WireSchema):
    """A piece of the list of moves, newest first."""

    moves = fields.List(fields.Nested(DeadlineMoveSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class DeadlineMoveQuerySchema(WireSchema):
    """Which moves to list."""

    cause = fields.Enum(Cause, by_value=True, load_default=None)
    deadline = fields.UUID(load_default=None, metadata={"description": "The deadline whose moves are meant."})
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata={"description": "The `next` of an earlier answer."})
