"""The whole reasoning behind a status, question by question, so that a lawyer can follow it and contest each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.orders.force import notes, rulings
from registry.orders.force.case import Case, Reason, Value
from registry.orders.force.period import Option, end_options, start_options
from registry.orders.force.rulings import Answer
from registry.orders.rules import OrderStatus


class Outcome(StrEnum):
    """What a step does to the status."""

    TOLD = "told"
    """gegeven"""
    PASSES = "passes"
    """staat er niet aan in de weg"""
    DECIDES = "decides"
    """bepaalt de status"""
    ALSO = "also"
    """zou de status ook hebben bepaald"""


@dataclass(frozen=True, slots=True)
class Step:
    """One question, its answer, and the days that can be argued for where there are more."""

    question: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    options: tuple[Option, ...] = ()


Rule = Callable[[Case, datetime], Answer | None]


def steps_of(case: Case, at: datetime) -> tuple[Step, ...]:
    """Every step, also those behind the one that decided: what else would stand in the way is told too."""
    told = [_messages(case), *_basis(case)]
    asked: list[tuple[str, Rule, list[Reason], tuple[Option, ...]]] = [
        ("ending", rulings.ended, _ending(case, at), ()),
        ("suspension", rulings.suspended, _suspension(case, at), ()),
    ]
    if case.entry:
        asked.append(("entry", rulings.lapsed, _entry(case), ()))
    if case.facts and case.period:
        starts = start_options(case.facts, case.period, case.flags.start_law)
        ends = end_options(case.facts, case.period, case.stops, at)
        asked += [
            ("start", rulings.not_yet, _start(case, at), starts if len(starts) > 1 else ()),
            ("end", rulings.expired, _end(case, at), ends if len(ends) > 1 else ()),
            ("service", rulings.not_served, _service(case), ()),
            ("clock", rulings.paused, _clock(case), ()),
        ]
    asked.append(("confirmation", rulings.unconfirmed, _confirmation(case), ()))
    return (*told, *_judged(case, at, asked), _conclusion(case, at))


def _judged(
    case: Case, at: datetime, asked: Iterable[tuple[str, Rule, list[Reason], tuple[Option, ...]]]
) -> Iterator[Step]:
    is_decided = False
    for question, rule, known, options in asked:
        answer = rule(case, at)
        if answer is None:
            yield Step(question, Outcome.PASSES, tuple(known), options)
            continue
        reasons = (answer[1], *(each for each in known if each.code not in _ONLY_WHEN_PASSED))
        yield Step(question, Outcome.ALSO if is_decided else Outcome.DECIDES, reasons, options)
        is_decided = True


def _messages(case: Case) -> Step:
    current = case.current
    values: dict[str, Value] = {"count": current.version - current.missing, "version": current.version}
    code = "messages_known" if case.facts else "messages_without_content"
    if current.facts_version is not None:
        values["facts_version"] = current.facts_version
    return Step("messages", Outcome.TOLD, (Reason(code, values, "messages"), *notes.missing(case)))


def _basis(case: Case) -> Iterator[Step]:
    if case.facts is None:
        return
    if case.flags.name_nl is None or case.flags.source is None:
        yield Step("basis", Outcome.TOLD, (Reason("basis_unknown", {}, case.source),))
    else:
        known = Reason("basis_known", {"name": case.flags.name_nl}, case.flags.source)
        yield Step("basis", Outcome.TOLD, (known,))


def _ending(case: Case, at: datetime) -> list[Reason]:
    nothing = Reason("no_ending", {}, "messages")
    return [nothing, *notes.announced(case, "will_end", at), *notes.after_ending(case)]


def _suspension(case: Case, at: datetime) -> list[Reason]:
    return [Reason("no_suspension", {}, "messages"), *notes.announced(case, "will_be_suspended", at)]


def _entry(case: Case) -> list[Reason]:
    if case.entry is None:
        return []
    stands = Reason("entry_stands", {"until": case.local(case.entry.expires_at)}, rulings.ENTRY)
    return [stands, *notes.entered(case)]


def _start(case: Case, at: datetime) -> list[Reason]:
    if case.period is None or at < case.period.start_at:
        return []
    begun = Reason("begun", {"on": case.period.start_on}, case.source)
    known = [] if case.period.start_code == "starts_on" else [rulings.start_reason(case, case.period)]
    at_once = case.flags.at_once_source
    if at_once and case.facts and case.facts.immediately_enforceable is None:
        known.append(Reason("enforceable_by_law", {}, at_once))
    return [begun, *known, *notes.start_unknown(case, at), *notes.decided_in_future(case, at)]


def _end(case: Case, at: datetime) -> list[Reason]:
    held, facts, longest = case.period, case.facts, case.flags.longest
    if held is None or facts is None:
        return []
    known = [*notes.end_unknown(case), *notes.longer_than_law(case), *notes.hour_unknown(case, at)]
    if held.last_on is not None:
        known.insert(0, Reason("ends_after", {"last_on": held.last_on}, case.source))
        if facts.ends_on != held.last_on:
            known.append(Reason("end_moved", {"told_on": facts.ends_on or held.last_on}, case.clock_source))
    elif facts.ends_on is None:
        known.insert(0, Reason("end_unreadable" if facts.end_unreadable else "no_end_date", {}, case.source))
    if case.limit and case.limit.last_on and longest:
        known.append(Reason("at_most_until", {"last_on": case.limit.last_on}, longest.source))
    return known


def _service(case: Case) -> list[Reason]:
    if case.facts is None:
        return []
    source = case.flags.service_source or case.flags.source or case.source
    if rulings.needs_service(case.facts, case.flags) and case.facts.served_on:
        return [Reason("served", {"on": case.facts.served_on}, source)]
    return [Reason("service_not_needed", {}, source)]


def _clock(case: Case) -> list[Reason]:
    if not case.flags.clock_stops:
        return [Reason("clock_never_stops", {}, case.flags.source or case.source)]
    return [Reason("clock_runs", {}, case.clock_source), notes.binds_while_paused(case)]


def _confirmation(case: Case) -> list[Reason]:
    values: dict[str, Value] = {"at": case.local(case.confirmed_at)}
    known = [Reason("confirmed", values, "messages and statements")]
    if case.facts and case.facts.ends_on is None:
        known.append(Reason("confirmed_until", {"at": case.local(case.unconfirmed_at)}, "configuration"))
    return known


def _conclusion(case: Case, at: datetime) -> Step:
    found, reason, _ = rulings.decide(case, at)
    therefore = Reason(f"therefore_{found.value}", {"at": case.local(at)}, reason.source)
    extra = (reason,) if found is OrderStatus.IN_FORCE else ()
    return Step("conclusion", Outcome.TOLD, (therefore, *extra))


_ONLY_WHEN_PASSED = frozenset(
    {"no_ending", "no_suspension", "entry_stands", "clock_runs", "service_not_needed", "served", "ends_after"}
)
