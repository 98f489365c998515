"""The wire format of a list of the day."""

from marshmallow import fields

from registry.enforcement.event_schemas import codes
from registry.enforcement.procedure.clocks import ClockState
from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema


class DaylistEntrySchema(WireSchema):
    """A deadline as it stood in the morning: references only. `isAim`: `dueAt` is an internal aim, not law.

    One outside a proceeding names none.
    """

    deadline_id = fields.UUID(required=True)
    proceeding_id = fields.UUID()
    order_id = fields.UUID()
    rule = StrictString(required=True)
    status = StrictString(required=True, validate=codes(*ClockState))
    due_at = Instant()
    due_on = Date()
    is_aim = StrictBoolean(required=True)


class QuietProceedingSchema(WireSchema):
    """An open proceeding without a clock, and since when nothing has happened in it."""

    proceeding_id = fields.UUID(required=True)
    order_id = fields.UUID(required=True)
    since_at = Instant(required=True)


class DaylistSchema(WireSchema):
    """What was missed and what ends within seven days, soonest first; `whole` is false where there was more than fits.

    `running`, `overdue` and `dueToday` count all of the owner's deadlines. `quiet` are open proceedings of his in which
    no term runs, and nothing has happened for as long as is configured.
    """

    id = fields.UUID(required=True)
    listed_on = Date(required=True)
    listed_at = Instant(required=True)
    running = StrictInteger(required=True)
    overdue = StrictInteger(required=True)
    due_today = StrictInteger(required=True)
    whole = StrictBoolean(required=True)
    entries = fields.List(fields.Nested(DaylistEntrySchema), required=True)
    quiet = fields.List(fields.Nested(QuietProceedingSchema), required=True)
