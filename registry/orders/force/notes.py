"""What a reader must know beside the status of an order: doubts, gaps, what was announced and what was ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from registry.orders.force.case import Case, Reason, Value
from registry.orders.force.rulings import ENTRY, start_reason
from registry.orders.rules import Block, OrderStatus

_UNSURE_NOTES = frozenset({"longer_than_law", "finality_unknown", "provisional", "provisional_on_instruction"})
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
    if found is OrderStatus.PAUSED:
        notes.append(binds_while_paused(case))
    if found not in _STARTLESS:
        notes += unsure_start(case)
    if found is not OrderStatus.ENDED:
        notes += longer_than_law(case)
        notes += finality_unknown(case)
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
    """An end date that no renewal can explain."""
    facts, held, longest = case.facts, case.period, case.flags.longest
    if facts and held and longest and facts.ends_on and facts.ends_on > longest.last_day(held.start_on):
        yield Reason("longer_than_law", {"last_on": longest.last_day(held.start_on)}, longest.source)


def finality_unknown(case: Case) -> Iterator[Reason]:
    """A decision that waits for its finality, of which no date is known."""
    if case.facts and case.facts.immediately_enforceable is False and case.facts.final_on is None:
        yield Reason("finality_unknown", {}, case.source)


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
