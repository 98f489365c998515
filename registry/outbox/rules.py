"""What is told: the types of events, what each may hold, who wants which, and when a failed delivery is tried again."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class EventType(StrEnum):
    """Everything a receiver can be told of; within a version fields are only added."""

    ORDER_REGISTERED = "nl.beschermingsbevel.order.registered.v1"
    ORDER_CHANGED = "nl.beschermingsbevel.order.changed.v1"
    ORDER_ENDED = "nl.beschermingsbevel.order.ended.v1"
    ORDER_ENTERED = "nl.beschermingsbevel.order.entered.v1"
    ORDER_REPLACED = "nl.beschermingsbevel.order.replaced.v1"
    DELIVERY_PROCESSED = "nl.beschermingsbevel.delivery.processed.v1"
    ROW_ACCEPTED = "nl.beschermingsbevel.delivery.row_accepted.v1"
    ALERT_RAISED = "nl.beschermingsbevel.alert.raised.v1"
    ALERT_ACKNOWLEDGED = "nl.beschermingsbevel.alert.acknowledged.v1"
    ALERT_ESCALATED = "nl.beschermingsbevel.alert.escalated.v1"
    EPISODE_OPENED = "nl.beschermingsbevel.episode.opened.v1"
    EPISODE_CONFIRMED = "nl.beschermingsbevel.episode.confirmed.v1"
    EPISODE_CLOSED = "nl.beschermingsbevel.episode.closed.v1"
    EPISODE_REVISED = "nl.beschermingsbevel.episode.revised.v1"
    COMPANION_NEARBY = "nl.beschermingsbevel.companion.nearby.v1"
    BREACH_SUSPECTED = "nl.beschermingsbevel.breach.suspected.v1"
    BREACH_REPORTED = "nl.beschermingsbevel.breach.reported.v1"
    BREACH_ASSESSED = "nl.beschermingsbevel.breach.assessed.v1"
    REPORT_RECEIVED = "nl.beschermingsbevel.report.received.v1"
    REPORT_STATUS_CHANGED = "nl.beschermingsbevel.report.status_changed.v1"
    REPORT_RELEASED = "nl.beschermingsbevel.report.released.v1"
    REPORT_EVIDENCE_ADDED = "nl.beschermingsbevel.report.evidence_added.v1"
    PROCEEDING_STARTED = "nl.beschermingsbevel.proceeding.started.v1"
    PROCEEDING_EVENT_RECORDED = "nl.beschermingsbevel.proceeding.event_recorded.v1"
    PROCEEDING_ENDED = "nl.beschermingsbevel.proceeding.ended.v1"
    DEADLINE_NEAR = "nl.beschermingsbevel.deadline.near.v1"
    DEADLINE_MISSED = "nl.beschermingsbevel.deadline.missed.v1"
    DEADLINE_MOVED = "nl.beschermingsbevel.deadline.moved.v1"
    DAYLIST_MADE = "nl.beschermingsbevel.daylist.made.v1"
    EXPIRY_NEAR = "nl.beschermingsbevel.notice.expiry_near.v1"
    CONFLICT_FOUND = "nl.beschermingsbevel.notice.conflict_found.v1"
    GAP_FOUND = "nl.beschermingsbevel.notice.gap_found.v1"
    RELEASE_NEAR = "nl.beschermingsbevel.notice.release_near.v1"
    RELEASED = "nl.beschermingsbevel.notice.released.v1"
    LEAVE_NEAR = "nl.beschermingsbevel.notice.leave_near.v1"
    ON_LEAVE = "nl.beschermingsbevel.notice.on_leave.v1"
    ESCAPED = "nl.beschermingsbevel.notice.escaped.v1"
    NOTICE_RESOLVED = "nl.beschermingsbevel.notice.resolved.v1"
    STATEMENT_RECONCILED = "nl.beschermingsbevel.statement.reconciled.v1"

    @property
    def subject(self) -> str:
        """Return the kind of thing the event is about, such as `order`."""
        return self.split(".")[2]

    @property
    def is_urgent(self) -> bool:
        """Whether somebody waits for it who must act now: it goes out before all that is not."""
        return self.subject in ("alert", "companion")

    @property
    def short(self) -> str:
        """Return the name without the domain and the version, such as `order.registered`."""
        return ".".join(self.split(".")[2:4])


class Form(StrEnum):
    """What a field of an event may be: references, codes and instants; never a person's data, never a position."""

    REFERENCE = "reference"
    CODE = "code"
    INSTANT = "instant"
    DATE = "date"
    WHOLE = "whole"
    FLAG = "flag"
    ENTRIES = "entries"
    """A list of objects whose fields are of the other forms."""


# A field's name means the same in every event.
_NAMES_BY_FORM = {
    Form.REFERENCE: "order_id version_id condition_id zone_id person_id device_id coupling_id episode_id breach_id "
    "report_id release_id proceeding_id event_id deadline_id delivery_id alert_id duty_id duty_organisation_id "
    "subscription_id replaced_by_id split_from_id by_delivery_id notice_id other_order_id "
    "statement_id daylist_id companion_id nearness_id",
    Form.CODE: "order_number kind status former_status regime cause end_cause verdict revision origin outcome rule "
    "alert_class condition_type stage",
    Form.INSTANT: "effective_at occurred_at started_at ended_at occurred_from occurred_until raised_at due_at made_at "
    "former_due_at since_at",
    Form.DATE: "starts_on ends_on due_on former_due_on listed_on from_on until_on",
    Form.WHOLE: "version zone_version priority level rows accepted accepted_with_warnings rejected duplicate conflict "
    "pending row by_row days lines faulty confirmed unchecked unreadable missing_here missing_there version_lower "
    "version_higher content_differs opened resolved running overdue due_today",
    Form.FLAG: "to_verify found_late acute linked joined whole is_aim",
    Form.ENTRIES: "entries quiet",
}
FORMS: Mapping[str, Form] = {name: form for form, names in _NAMES_BY_FORM.items() for name in names.split()}

# What an object in a list may hold; these are never lists themselves.
ENTRY_NAMES: Mapping[str, frozenset[str]] = {
    "entries": frozenset(["deadline_id", "proceeding_id", "order_id", "rule", "status", "due_at", "due_on", "is_aim"]),
    "quiet": frozenset(["proceeding_id", "order_id", "since_at"]),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields an event must hold, and those it may."""

    required: frozenset[str]
    optional: frozenset[str]

    def forms(self) -> dict[str, Form]:
        """Return the form of each field."""
        return {name: FORMS[name] for name in sorted(self.required | self.optional)}


def _fields(optional: str, required: str = "") -> Fields:
    return Fields(frozenset(required.split()), frozenset(optional.split()) - frozenset(required.split()))


_ORDER = _fields(
    "order_id version_id order_number version kind status regime effective_at starts_on ends_on to_verify "
    "replaced_by_id"
)
_EPISODE = _fields(
    "episode_id order_id condition_id zone_id zone_version person_id device_id coupling_id breach_id started_at "
    "ended_at kind status cause end_cause verdict revision replaced_by_id split_from_id found_late origin"
)
_BREACH = _fields(
    "breach_id order_id condition_id episode_id report_id origin status former_status regime occurred_from "
    "occurred_until joined found_late acute"
)
_REPORT = _fields("report_id release_id order_id breach_id status acute linked occurred_at")
_PROCEEDING = _fields("proceeding_id event_id breach_id order_id regime kind status outcome occurred_at ended_at")
_DEADLINE = _fields(
    "deadline_id proceeding_id breach_id order_id regime kind status rule due_at due_on stage cause former_due_at "
    "former_due_on"
)
_ALERT = (
    "alert_class priority level raised_at order_id condition_id zone_id person_id device_id episode_id breach_id "
    "report_id proceeding_id deadline_id delivery_id subscription_id duty_id duty_organisation_id found_late acute "
    "nearness_id companion_id"
)

_BY_SUBJECT = {
    "order": _ORDER,
    "delivery": _fields(
        "delivery_id status rows accepted accepted_with_warnings duplicate conflict rejected pending ended_at "
        "row order_id version outcome by_delivery_id by_row"
    ),
    "alert": _fields(_ALERT, "alert_class priority level"),
    "episode": _EPISODE,
    "companion": _fields("companion_id status occurred_at", "companion_id status occurred_at"),
    "breach": _BREACH,
    "report": _REPORT,
    "proceeding": _PROCEEDING,
    "deadline": _DEADLINE,
    "daylist": _fields(
        "daylist_id listed_on running overdue due_today whole entries quiet",
        "daylist_id listed_on running overdue due_today whole entries",
    ),
    "statement": _fields(
        "statement_id status made_at ended_at whole lines faulty confirmed unchecked unreadable missing_here "
        "missing_there version_lower version_higher content_differs opened resolved"
    ),
    "notice": _fields(
        "notice_id order_id other_order_id kind rule condition_type occurred_at from_on until_on days found_late",
        "notice_id order_id kind",
    ),
}
FIELDS: Mapping[EventType, Fields] = {kind: _BY_SUBJECT[kind.subject] for kind in EventType}

CODE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,63}"
_CODE = re.compile(CODE_PATTERN)
_SUBJECT_REF = re.compile(r"([a-z]+):([A-Za-z0-9][A-Za-z0-9-]{0,63})")
_CLASSES: Mapping[Form, type | tuple[type, ...]] = {
    Form.REFERENCE: uuid.UUID,
    Form.CODE: str,
    Form.INSTANT: datetime,
    Form.DATE: date,
    Form.WHOLE: int,
    Form.FLAG: bool,
}


def check_event(event_type: str, subject_ref: str, data: Mapping[str, object]) -> dict[str, object]:
    """Return the event's data without absent fields; raise ValueError when the catalogue does not know it so.

    A code holds no space, so that no name, address or sentence passes for one.
    """
    kind = EventType(event_type)
    fields, subject = FIELDS[kind], _SUBJECT_REF.fullmatch(subject_ref)
    if subject is None or subject[1] != kind.subject:
        raise ValueError(f"{event_type}: its subject is {kind.subject}:ID")
    present = {name: value for name, value in data.items() if value is not None}
    unknown = present.keys() - fields.required - fields.optional
    if unknown or not fields.required <= present.keys():
        missing = fields.required - present.keys()
        raise ValueError(f"{event_type}: unknown fields {sorted(unknown)}, missing fields {sorted(missing)}")
    wrong = [name for name, value in present.items() if not _fits(name, value)]
    if wrong:
        raise ValueError(f"{event_type}: {', '.join(wrong)}: not of the form the catalogue gives")
    return present


def _fits(name: str, value: object) -> bool:
    if FORMS[name] is not Form.ENTRIES:
        return _has_form(value, FORMS[name])
    allowed = ENTRY_NAMES[name]
    return isinstance(value, list) and all(
        isinstance(one, Mapping) and one.keys() <= allowed and all(_fits(*each) for each in one.items())
        for one in value
    )


def _has_form(value: object, form: Form) -> bool:
    if form is Form.REFERENCE and isinstance(value, str):
        return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value))
    if not isinstance(value, _CLASSES[form]) or isinstance(value, bool) is not (form is Form.FLAG):
        return False
    if form is Form.CODE:
        return bool(_CODE.fullmatch(str(value)))
    if isinstance(value, datetime):
        return form is Form.INSTANT and value.tzinfo is not None
    return True


def wanted(types: Iterable[str], event_type: str) -> bool:
    """Say whether a filter takes an event: its type in full, or a prefix that ends in `.*`, or `*`.

    >>> wanted(["nl.beschermingsbevel.alert.*"], "nl.beschermingsbevel.alert.raised.v1")
    True
    """
    return any(_takes(pattern, event_type) for pattern in types)


def known_filter(pattern: str) -> bool:
    """Say whether a filter takes at least one of the types there are."""
    return any(_takes(pattern, kind) for kind in EventType)


def _takes(pattern: str, event_type: str) -> bool:
    if pattern == "*" or pattern == event_type:
        return True
    return pattern.endswith(".*") and event_type.startswith(pattern[:-1])


# A breach alert cannot wait minutes for its second try: close together first, then each minute for half an hour.
_FIRST_DELAYS_S = (2, 5, 10, 20, 40, 60)
_MINUTE_TRIES = 30
_LONGEST_DELAY_S = 4 * 3600
_LONGEST_RETRY_AFTER_S = 3600
_JITTER = 0.2


def retry_delay(attempts: int, chance: float, retry_after_s: float | None = None) -> timedelta:
    """Return how long to wait after the failed attempt with this number; `chance` in [0, 1) spreads it by a fifth.

    It is never given up while the receiver is subscribed. What it asks in Retry-After is honoured up to an hour.
    """
    if attempts <= len(_FIRST_DELAYS_S):
        delay_s = _FIRST_DELAYS_S[attempts - 1]
    else:
        doublings = max(0, attempts - len(_FIRST_DELAYS_S) - _MINUTE_TRIES)
        delay_s = min(60 * 2 ** min(doublings, 20), _LONGEST_DELAY_S)
    spread_s = delay_s * (1 + _JITTER * (2 * chance - 1))
    return timedelta(seconds=max(spread_s, min(retry_after_s or 0, _LONGEST_RETRY_AFTER_S)))
