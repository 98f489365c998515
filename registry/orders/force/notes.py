"""What a reader must know beside the status of an order: doubts, gaps, what was announced and what was ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from registry.law.periods import Unit
from registry.law.starts import WaitsFor
from registry.orders.force.case import Case, Reason, Value
from registry.orders.force.rulings import ENTRY, start_reason
from registry.orders.rules import Block, OrderStatus

_UNSURE_NOTES = frozenset(
    {
        *("longer_than_law", "finality_unknown", "enforceability_unknown", "service_day_unknown", "end_unreadable"),
        *("decided_in_future", "provisional", "provisional_on_instruction", "ending_not_processed"),
        *("message_not_processed", "hour_unknown"),
    }
)
_UNSURE_STARTS = frozenset({"start_from_decision", "start_from_receipt", "start_arguable"})
_STARTLESS = frozenset({OrderStatus.NOT_YET, OrderStatus.ENDED})


def is_doubt(note: Reason) -> bool:
    """Whether a note makes the status one to be verified."""
    return note.code in _UNSURE_NOTES


def notes_of(case: Case, found: OrderStatus, at: datetime) -> list[Reason]:
    """What else the reader must know, whatever the status."""
    notes = [*announced(case, "will_end", at), *announced(case, "will_be_suspended", at)]
    if found is not OrderStatus.ENDED:
        notes += entered(case)
        notes += not_processed(case)
    if found is OrderStatus.PAUSED:
        notes.append(binds_while_paused(case))
    if found not in _STARTLESS:
        notes += unsure_start(case)
    if found is not OrderStatus.ENDED:
        notes += longer_than_law(case)
        notes += end_unreadable(case)
        notes += hour_unknown(case, at)
        notes += start_unknown(case, at)
        notes += decided_in_future(case, at)
    return [*notes, *missing(case), *after_ending(case), *end_unknown(case)]


def announced(case: Case, code: str, at: datetime) -> Iterator[Reason]:
    """The endings (`will_end`) or suspensions (`will_be_suspended`) that do not work yet."""
    blocks: Iterable[Block] = case.current.endings if code == "will_end" else case.current.suspensions
    for block in blocks:
        if block.effective_at > at and block.until_at is None:
            values: dict[str, Value] = {"at": case.local(block.effective_at), "version": block.version}
            yield Reason(code, values, f"version {block.version}")


def entered(case: Case) -> Iterator[Reason]:
    """That the order was entered ahead of the CJIB's message, by whom, and on whose instruction."""
    if case.entry is not None:
        own = case.entry.entered_by == case.entry.instructed_by
        values: dict[str, Value] = {"by": case.entry.entered_by, "on": case.local(case.entry.entered_at).date()}
        values |= {} if own else {"instructed_by": case.entry.instructed_by}
        yield Reason("provisional" if own else "provisional_on_instruction", values, ENTRY)


def not_processed(case: Case) -> Iterator[Reason]:
    """That messages of the sender did not work: one that would have stopped the order before any other."""
    for stops, code in ((True, "ending_not_processed"), (False, "message_not_processed")):
        first_at = min((each.at for each in case.unprocessed if each.stops is stops), default=None)
        if first_at is not None:
            yield Reason(code, {"at": case.local(first_at)}, "messages")


def binds_while_paused(case: Case) -> Reason:
    """Whether the ban binds while the clock stands, as configured for the regime."""
    pause = case.flags.pause
    if pause is None:
        return Reason("paused_binding_unknown", {}, case.clock_source)
    return Reason("paused_binds" if pause.binds else "paused_lifts", {}, pause.source)


def unsure_start(case: Case) -> Iterator[Reason]:
    """A start that rests on something else than a start date."""
    if case.period and case.period.start_code in _UNSURE_STARTS:
        yield start_reason(case, case.period)


def longer_than_law(case: Case) -> Iterator[Reason]:
    """An end date that the renewals told do not explain."""
    facts, law, longest = case.facts, case.flags.longest, case.longest
    if facts is None or law is None or longest is None or longest.last_on is None or longest.end_at is None:
        return
    is_longer = facts.ends_on is not None and facts.ends_on > longest.last_on
    if is_longer or (facts.ends_at is not None and facts.ends_at > longest.end_at):
        yield Reason("longer_than_law", {"last_on": longest.last_on}, law.source)


def hour_unknown(case: Case, at: datetime) -> Iterator[Reason]:
    """The last day of an order that lasts days of 24 hours, of which nobody told the hour: it may be over already.

    One decision of which the last day is whole is not in doubt: it began somewhere in the first.
    """
    law, held, longest, limit = case.flags.longest, case.period, case.longest, case.limit
    if law is None or law.unit is not Unit.DAY24 or held is None or longest is None or case.facts is None:
        return
    last_on = held.last_on or (limit.last_on if limit else None)
    is_told = case.facts.ends_at is not None or (held.last_on is None and case.facts.starts_at is not None)
    is_part = case.current.renewed > 0 or last_on == longest.last_on
    if last_on == case.local(at).date() and is_part and not is_told:
        yield Reason("hour_unknown", {"on": last_on}, law.source)


def end_unreadable(case: Case) -> Iterator[Reason]:
    """An end that was told and could not be read is not the same as none."""
    if case.facts and case.facts.end_unreadable:
        yield Reason("end_unreadable", {}, case.source)


def start_unknown(case: Case, at: datetime) -> Iterator[Reason]:
    """A decision that waits for its finality or its service, of which no date is known.

    Before the earliest day on which that can be, nothing is in doubt about that.
    """
    facts, held = case.facts, case.period
    if facts is None or held is None or facts.immediately_enforceable or at < held.start_at:
        return
    wait = case.flags.wait
    if wait is not None and wait.waits_for is WaitsFor.SERVICE:
        if not wait.is_known:
            yield Reason("service_day_unknown", {}, wait.source)
    elif facts.final_on is None and facts.immediately_enforceable is False:
        yield Reason("finality_unknown", {}, case.source)
    elif facts.final_on is None and wait is not None and not case.flags.at_once_source:
        yield Reason("enforceability_unknown", {}, wait.source)


def decided_in_future(case: Case, at: datetime) -> Iterator[Reason]:
    """A decision that by its own date is not taken yet."""
    if case.facts and case.facts.decided_on and case.facts.decided_on > case.local(at).date():
        yield Reason("decided_in_future", {"on": case.facts.decided_on}, case.source)


def missing(case: Case) -> Iterator[Reason]:
    """The messages below the highest that never came, and since when that is known."""
    current, since = case.current, case.current.gap_since
    if since is not None:
        listed = ", ".join(map(str, current.gaps))
        values: dict[str, Value] = {"versions": listed, "count": current.missing, "since": case.local(since).date()}
        yield Reason("versions_missing", values, "messages")


def after_ending(case: Case) -> Iterator[Reason]:
    """What came after an ending: messages that change nothing, or the one that lifted it."""
    current = case.current
    if current.after_ending:
        listed = ", ".join(map(str, current.after_ending))
        yield Reason("later_messages_ignored", {"versions": listed}, "messages")
    if current.lifted_by is not None:
        yield Reason("ending_lifted", {"version": current.lifted_by}, f"version {current.lifted_by}")


def end_unknown(case: Case) -> Iterator[Reason]:
    """An end that nobody can know before the detention ends."""
    if case.period and case.period.end_open:
        yield Reason("end_unknown_while_detained", {}, case.clock_source)
