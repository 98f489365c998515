"""The wire format of what happens in a proceeding; each kind of step knows its own details."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from registry.enforcement.procedure.details import CODES, FLAGS, INSTANTS, REQUIRED, REQUIRED_WITH, WHOLE, NewEvent
from registry.enforcement.procedure.events import EventKind
from registry.http.fields import Instant, StrictBoolean, StrictInteger, StrictString, WireSchema, camel, format_instant

EVENT_KEY = validate.Regexp(r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]*\Z", error="Use letters, digits and _ . : / - only.")


def codes(*names: str) -> validate.OneOf:
    """Take one of these codes only."""
    return validate.OneOf(names, error="Give one of: {choices}.")


def _every(table: Any, name: str) -> list[str]:
    return sorted({code for details in table.values() for code in details.get(name, ())})


class EventDetailsSchema(WireSchema):
    """What a step says beside its kind, in codes and instants only: no text in which a person could be named."""

    decision = StrictString(validate=codes(*_every(CODES, "decision")))
    demand = StrictString(validate=codes(*_every(CODES, "demand")))
    party = StrictString(validate=codes(*_every(CODES, "party")))
    outcome = StrictString(validate=codes(*_every(CODES, "outcome")))
    decided_by = StrictString(validate=codes(*_every(CODES, "decided_by")))
    because = StrictString(validate=codes(*_every(CODES, "because")))
    of = StrictString(validate=codes(*_every(CODES, "of")))
    to = StrictString(validate=codes(*_every(CODES, "to")))
    brought_before_at = Instant()
    hearing_at = Instant()
    from_at = Instant()
    aware_at = Instant()
    breach_established = StrictBoolean()
    with_new_offence = StrictBoolean()
    safety_at_stake = StrictBoolean()
    days = StrictInteger(validate=validate.Range(1, 3650))


class NewEventSchema(WireSchema):
    """A fact of a proceeding. `key` makes it safe to send again; without one, equal content is the same event.

    A step that was recorded before with other content is refused, so that of two who tell it at once one hears of the
    other: `corrects` then names what was wrong, or `another` says that it is one more.
    """

    kind = fields.Enum(EventKind, by_value=True, required=True)
    occurred_at = Instant(required=True)
    details = fields.Nested(EventDetailsSchema, load_default=dict)
    key = StrictString(load_default=None, allow_none=True, max_length=100, validate=EVENT_KEY)
    corrects = fields.UUID(load_default=None, allow_none=True)
    another = StrictBoolean(load_default=False)

    @validates_schema
    def check_said(self, data: dict[str, Any], **_: Any) -> None:
        """Hold the details against what this kind of step can say."""
        check_details(data["kind"], data["details"])

    @post_load
    def as_event(self, data: dict[str, Any], **_: Any) -> NewEvent:
        """Return the event as the service takes it, its details as codes."""
        return NewEvent(**data | {"details": details_as_codes(data["details"])})


def details_as_codes(details: dict[str, Any]) -> dict[str, str]:
    """Return details as they are kept: codes, instants and numbers as text."""
    return {name: _code(value) for name, value in details.items()}


def check_details(kind: EventKind, details: dict[str, Any], *, is_plan: bool = False) -> None:
    """Raise for every detail that this kind of step cannot have, or lacks; a plan may leave out what is not known."""
    required = () if is_plan else REQUIRED.get(kind, ())
    faults = _detail_faults(kind, details, required)
    if faults:
        raise ValidationError({"details": faults})


def _detail_faults(kind: EventKind, details: dict[str, Any], required: tuple[str, ...]) -> dict[str, list[str]]:
    codes = CODES.get(kind, {})
    known = {*codes, *INSTANTS.get(kind, ()), *FLAGS.get(kind, ()), *WHOLE.get(kind, ())}
    faults = {camel(name): [f"A step {kind} does not say this."] for name in details if name not in known}
    faults |= {camel(name): ["This step needs it."] for name in required if name not in details}
    for (name, value), also in REQUIRED_WITH.get(kind, {}).items() if required else ():
        if details.get(name) == value and also not in details:
            faults[camel(also)] = ["This decision needs it: say why."]
    for name, allowed in codes.items():
        if details.get(name, allowed[0]) not in allowed:
            faults[camel(name)] = [f"Give one of: {', '.join(allowed)}."]
    if details.get("breach_established") and details.get("decided_by", "court") not in ("court", "appeal_court"):
        faults["breachEstablished"] = ["Only a court establishes a breach: decidedBy must be court."]
    return faults


def _code(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else format_instant(value)


class EventSummarySchema(WireSchema):
    """The event that started or stopped a term."""

    id = fields.UUID(required=True)
    kind = StrictString(required=True, validate=codes(*EventKind))
    occurred_at = Instant(required=True)


class ProceedingEventSchema(EventSummarySchema):
    """A fact as it was recorded; one that was corrected is kept, and no longer counts."""

    details = fields.Nested(EventDetailsSchema, required=True)
    recorded_at = Instant(required=True)
    by = StrictString(required=True)
    unit = StrictString(required=True)
    corrects = fields.UUID(required=True, allow_none=True)
    corrected_by = fields.UUID(required=True, allow_none=True)
