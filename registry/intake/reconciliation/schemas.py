"""The wire format of statements and differences."""

from marshmallow import fields, validate

from registry.http.fields import Instant, QueryInteger, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.intake.reconciliation.rules import DifferenceKind, LineFault, Owner, ResolvedBy, StatementStatus

_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write at least one word.")
_CURSOR = {"description": "The `next` of an earlier answer."}


class StatementCountsSchema(WireSchema):
    """How many orders came to what; `opened` and `resolved` are items, new by this statement and over by it."""

    confirmed = StrictInteger(required=True)
    unchecked = StrictInteger(required=True, metadata={"description": "Version confirmed; content not comparable."})
    unreadable = StrictInteger(required=True)
    missing_here = StrictInteger(required=True)
    missing_there = StrictInteger(required=True)
    version_lower = StrictInteger(required=True)
    version_higher = StrictInteger(required=True)
    content_differs = StrictInteger(required=True)
    opened = StrictInteger(required=True)
    resolved = StrictInteger(required=True)


class StatementSchema(WireSchema):
    """A full statement (volledige opgave) and how far it was compared.

    `whole` says that its lines are as many as it says, each with an order number. Only a whole statement says anything
    of the orders that it does not list.
    """

    id = fields.UUID(required=True)
    status = StrictString(required=True, validate=validate.OneOf([one.value for one in StatementStatus]))
    media_type = StrictString(required=True)
    made_at = Instant(required=True)
    received_at = Instant(required=True)
    finished_receiving_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)
    sha256 = StrictString(required=True, allow_none=True)
    count = StrictInteger(required=True, allow_none=True, metadata={"description": "How many orders it says it lists."})
    lines = StrictInteger(required=True)
    faulty = StrictInteger(required=True)
    whole = StrictBoolean(required=True)
    counts = fields.Nested(StatementCountsSchema, required=True)


class LineFaultSchema(WireSchema):
    """A line that could not be read whole, with what is asked, in Dutch. Lines count from 1, after the heading."""

    line = StrictInteger(required=True)
    code = StrictString(required=True, validate=validate.OneOf([one.value for one in LineFault]))
    message_nl = StrictString(required=True)
    action_nl = StrictString(required=True)


class StatementReportSchema(StatementSchema):
    """A statement with its faulty lines; of these the first ten thousand are kept."""

    faults = fields.List(fields.Nested(LineFaultSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class StatementListSchema(WireSchema):
    """A piece of the list of statements, newest first."""

    statements = fields.List(fields.Nested(StatementSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class StatementQuerySchema(WireSchema):
    """Which piece of the list."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata=_CURSOR)


class StatementReportQuerySchema(WireSchema):
    """Which faulty lines of a statement."""

    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = StrictString(
        max_length=15,
        load_default="0",
        validate=validate.Regexp(r"\A[0-9]{1,15}\Z", error="Give the `next` of an earlier answer."),
        metadata=_CURSOR,
    )


class DifferenceResolutionSchema(WireSchema):
    """What resolved a difference, and of a person who and why."""

    at = Instant(required=True)
    by = StrictString(required=True, validate=validate.OneOf([one.value for one in ResolvedBy]))
    user = StrictString(required=True, allow_none=True)
    reason = StrictString(required=True, allow_none=True, max_length=2000)


class DifferenceAssignmentSchema(WireSchema):
    """Who took a difference, or was given it."""

    assignee = StrictString(required=True, allow_none=True)
    at = Instant(required=True)
    by = StrictString(required=True)


class DifferenceSchema(WireSchema):
    """A difference (verschil) between the register and the statements of the caller's organisation."""

    id = fields.UUID(required=True)
    order_number = StrictString(required=True)
    kind = StrictString(required=True, validate=validate.OneOf([one.value for one in DifferenceKind]))
    stated_version = StrictInteger(required=True, allow_none=True)
    known_version = StrictInteger(required=True, allow_none=True)
    text_nl = StrictString(required=True)
    first_seen_at = Instant(required=True)
    first_statement_id = fields.UUID(required=True)
    last_seen_at = Instant(required=True)
    last_statement_id = fields.UUID(required=True)
    age_s = StrictInteger(required=True, metadata={"description": "Since first seen, until now or until resolved."})
    owner = StrictString(required=True, validate=validate.OneOf([one.value for one in Owner]))
    assignment = fields.Nested(DifferenceAssignmentSchema, required=True, allow_none=True)
    resolution = fields.Nested(DifferenceResolutionSchema, required=True, allow_none=True)


class DifferenceListSchema(WireSchema):
    """A piece of the list of differences, newest first."""

    differences = fields.List(fields.Nested(DifferenceSchema), required=True)
    next = StrictString(required=True, allow_none=True)


class DifferenceQuerySchema(WireSchema):
    """Which differences to list."""

    status = StrictString(load_default=None, validate=validate.OneOf(["open", "resolved"]))
    kind = fields.Enum(DifferenceKind, by_value=True, load_default=None)
    owner = fields.Enum(Owner, by_value=True, load_default=None)
    order_number = StrictString(max_length=250, load_default=None)
    limit = QueryInteger(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.UUID(load_default=None, metadata=_CURSOR)


class NewDifferenceAssignmentSchema(WireSchema):
    """Whose a difference is, and the name of whoever takes it, if anybody does."""

    owner = fields.Enum(Owner, by_value=True, required=True)
    assignee = StrictString(required=True, allow_none=True, max_length=200, validate=_NOT_BLANK)


class NewDifferenceResolutionSchema(WireSchema):
    """Why a difference is none, or no longer."""

    reason = StrictString(required=True, max_length=2000, validate=_NOT_BLANK)
