"""What a human should look at in a proceeding: late, foreign, early or missing steps, each with the article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.enforcement.procedure.clocks import Clock, ClockState, Course, clocks, course, instant, rules_of, starts
from registry.enforcement.procedure.details import happens_once, same_step
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.rules import TELLING, Frame, Path
from registry.law.table import LawTable
from registry.law.terms import Nature
from registry.law.terms.rules import JudgedBy


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Something recorded that is unusual, late or not yet complete; never a reason to refuse a fact."""

    code: str
    event_id: str
    text_nl: str
    source: str


def irregularities(frame: Frame, events: Iterable[Event], law: LawTable) -> tuple[Irregularity, ...]:
    """What a human should look at, of a proceeding as it stands."""
    run = course(frame, events)
    running = clocks(frame, run.events, law)
    found = [*_late(running), *_planned_late(running, run), *_without_start(frame, run, law), *_unjudged(frame, run)]
    return (*found, *(one for event in run.events for one in _misplaced(event, run)))


def _late(running: Iterable[Clock]) -> Iterator[Irregularity]:
    for clock in running:
        if clock.offends:
            code, words = ("late", "niet binnen de termijn.")
            if clock.arguably_in_time:
                code, words = "late_arguable", "na de vroegste, binnen de verdedigbare laatste dag."
            elif clock.computed.due_at is None:
                code, words = "after_limit", "niet onverwijld: na het interne uiterste moment."
            where = clock.stop.id if clock.stop else clock.start.id
            yield Irregularity(code, where, f"{clock.term.title_nl}: {words}", clock.offends)


def _planned_late(running: Iterable[Clock], run: Course) -> Iterator[Irregularity]:
    """A hearing set for after the end of a term that a hearing must meet."""
    dated = [(one, instant(one.details.get("hearing_at"))) for one in run.events if one.kind is EventKind.HEARING_SET]
    for clock in running:
        if not met_by_hearing(clock, run):
            continue
        for event, hearing_at in dated:
            if hearing_at and not clock.computed.in_time(hearing_at):
                text = f"De zitting is bepaald na het einde van de termijn: {clock.term.title_nl}."
                yield Irregularity("planned_late", event.id, text, clock.term.source)


def met_by_hearing(clock: Clock, run: Course) -> bool:
    """Whether a hearing must be held before this term ends, and was not held in time."""
    waits = clock.state in (ClockState.OPEN, ClockState.MET_LATE, ClockState.MISSED) and not run.first(
        clock.rule.unless
    )
    hearings = (run.table.steps[code].kind is EventKind.HEARING_HELD for code in clock.rule.stop)
    return waits and clock.term.nature is not Nature.SOFT and any(hearings)


def _without_start(frame: Frame, run: Course, law: LawTable) -> Iterator[Irregularity]:
    """A term that should run by now, and whose starting event nobody has recorded."""
    for rule, term in rules_of(frame, run.procedure, law):
        opener = run.first(rule.needs) if rule.needs else None
        if opener and not starts(rule, run) and not run.first(rule.stop):
            text = f"{term.title_nl}: het begin van de termijn is niet vastgelegd."
            yield Irregularity("start_missing", opener.id, text, term.source)


def _unjudged(frame: Frame, run: Course) -> Iterator[Irregularity]:
    """Which rules hold goes by the judgment, and its day is not known: a human must find out."""
    followed = run.procedure
    if followed.by is not JudgedBy.JUDGMENT or frame.decided_on is not None or not run.events:
        return
    for other in run.table.rows:
        if frame.regime in other.regimes and other is not followed:
            text = f"De datum van de uitspraak is niet bekend. Gevolgd: {followed.title_nl}. Anders: {other.title_nl}."
            yield Irregularity("judgment_unknown", run.events[0].id, text, other.source)


def _misplaced(event: Event, run: Course) -> Iterator[Irregularity]:
    """A step that this procedure does not know, that another should have come before, or with a foreign outcome."""
    procedure = run.procedure
    if procedure.open:
        return
    step = run.table.step_of(event, procedure)
    if step is None:
        named = run.table.named(event)
        refusal = next((one for one in procedure.refuses if named and one.step == named.code), None)
        text = refusal.text_nl if refusal else "Deze stap hoort niet bij deze modaliteit."
        yield Irregularity("unexpected", event.id, text, refusal.source if refusal else procedure.source)
        return
    path = procedure.at(step.code)
    if path is not None:
        yield from _too_early(event, path, run)
        yield from _again(event, path, run)
        outcome = event.details.get(TELLING.get(event.kind, ""), "")
        if path.options and outcome and outcome not in path.options:
            text = f"Deze uitkomst hoort niet bij deze modaliteit: {step.name_nl}."
            yield Irregularity("unexpected_outcome", event.id, text, path.source)


def _again(event: Event, path: Path, run: Course) -> Iterator[Irregularity]:
    """A step that the procedure knows once, and that somebody said was taken once more."""
    if not happens_once(event.kind, run.procedure.several):
        return
    earlier = run.events[: run.events.index(event)]
    if any(one.kind is event.kind and same_step(event.kind, one.details, event.details) for one in earlier):
        text = "Deze stap kent de procedure eenmaal, en hij is eerder genomen."
        yield Irregularity("repeated", event.id, text, path.source)


def _too_early(event: Event, path: Path, run: Course) -> Iterator[Irregularity]:
    if not path.after:
        return
    before = [one for one in run.events if run.is_any(one, path.after)]
    if not before:
        names = " of ".join(run.table.steps[code].name_nl for code in path.after)
        text = f"Hieraan gaat vooraf, en is niet vastgelegd: {names}."
        yield Irregularity("not_preceded", event.id, text, path.source)
    elif all(one.occurred_at > event.occurred_at for one in before):
        text = "Deze stap is eerder genomen dan de stap waarop hij volgt."
        yield Irregularity("too_early", event.id, text, path.source)
