"""Whether the law allows a step that somebody plans. A fact is never refused; a plan is, with the article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from registry.enforcement.procedure.clocks import Clock, ClockState, Course, clocks, course, instant
from registry.enforcement.procedure.details import happens_once, same_step
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.irregular import met_by_hearing
from registry.enforcement.procedure.rules import TELLING, ActorKind, Frame, Path, Step
from registry.law.table import LawTable
from registry.law.terms import Nature, end_of_day
from registry.law.terms.wording import instant_nl


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a planned step is not allowed, in Dutch, with the article."""

    code: str
    text_nl: str
    source: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that can be planned now, who takes it, on which article, and which outcomes it can have."""

    step: Step
    source: str
    options: tuple[str, ...]
    actors: tuple[ActorKind, ...]


def objections(frame: Frame, events: Iterable[Event], planned: Event, law: LawTable) -> list[Objection]:
    """Every reason for which the law does not allow a planned step; `planned` holds when it is to be taken."""
    run = course(frame, events)
    if run.procedure.open:
        return []
    step = run.table.step_of(planned, run.procedure)
    if step is None:
        return [_foreign(planned, run)]
    path = run.procedure.at(step.code)
    assert path is not None
    return [*_of_place(path, planned, run), *_of_time(step, planned, run, clocks(frame, run.events, law))]


def next_steps(frame: Frame, events: Iterable[Event]) -> tuple[NextStep, ...]:
    """The steps that can be planned, of a proceeding as it stands; nothing is known of an open procedure."""
    run = course(frame, events)
    return tuple(
        NextStep(step, path.source, path.options, step.actors)
        for path in run.procedure.path
        for step in (run.table.steps[path.step],)
        if _is_open_to(path, run) and not _is_done(step, run)
    )


def _foreign(planned: Event, run: Course) -> Objection:
    named = run.table.named(planned)
    for one in run.procedure.refuses:
        if named is not None and one.step == named.code:
            return Objection("not_allowed", one.text_nl, one.source)
    what = named.name_nl if named else "Deze stap"
    text = f"{what[0].upper()}{what[1:]} hoort niet bij deze modaliteit ({run.procedure.title_nl})."
    return Objection("not_allowed", text, run.procedure.source)


def _of_place(path: Path, planned: Event, run: Course) -> Iterator[Objection]:
    if run.end is not None and not path.late:
        yield Objection("ended", "De procedure is geëindigd; deze stap kan niet meer volgen.", path.source)
    if path.after and not run.first(path.after):
        names = " of ".join(run.table.steps[code].name_nl for code in path.after)
        yield Objection("not_yet", f"Eerst moet volgen: {names}.", path.source)
    if path.only_if and not any(
        event.details.get(path.only_if) == "true" for event in run.events if run.is_any(event, path.after)
    ):
        text = "Hiertegen staat geen rechtsmiddel open, behalve als deel van het vonnis over een nieuw feit."
        yield Objection("no_remedy", text, path.source)
    outcome = planned.details.get(TELLING.get(planned.kind, ""), "")
    if path.options and outcome and outcome not in path.options:
        yield Objection("outcome_unknown", f"Deze uitkomst kent de wet hier niet: {outcome}.", path.source)
    for event in run.events:
        if not happens_once(planned.kind, run.procedure.several) or event.kind is not planned.kind:
            continue
        if same_step(planned.kind, event.details, planned.details):
            yield Objection("taken", "Deze stap is al genomen.", path.source)


def _of_time(step: Step, planned: Event, run: Course, running: Iterable[Clock]) -> Iterator[Objection]:
    """A step that would come after a hard term that it must meet: beyond the last day that can be argued for."""
    for clock in running:
        if clock.state is not ClockState.OPEN or clock.term.nature is not Nature.HARD or clock.computed.due_at is None:
            continue
        at = _taken_at(step, planned, clock, run)
        if at is not None and not clock.computed.in_time(at) and not _arguable(clock, at):
            text = f"Dat is na het einde van de termijn ({clock.term.title_nl}: {instant_nl(clock.computed.due_at)})."
            yield Objection("too_late", text, clock.term.source)


def _taken_at(step: Step, planned: Event, clock: Clock, run: Course) -> datetime | None:
    """When the plan would meet this term; None when it has nothing to do with it."""
    if planned.kind is EventKind.HEARING_SET and met_by_hearing(clock, run):
        return instant(planned.details.get("hearing_at"))
    return planned.occurred_at if step.code in clock.rule.stop else None


def _arguable(clock: Clock, at: datetime) -> bool:
    other = clock.computed.alternative_due_on
    return other is not None and at < end_of_day(other)


def _is_open_to(path: Path, run: Course) -> bool:
    has_place = not path.after or run.first(path.after) is not None
    allowed = not path.only_if or any(
        event.details.get(path.only_if) == "true" for event in run.events if run.is_any(event, path.after)
    )
    return has_place and allowed and (run.end is None or path.late)


def _is_done(step: Step, run: Course) -> bool:
    once = happens_once(step.kind, run.procedure.several)
    taken = [event for event in run.events if run.table.means(step.code, event)]
    same_kind = [event for event in run.events if event.kind is step.kind]
    single = step.kind in (EventKind.ARREST, EventKind.EXAMINING_JUDGE_DECISION)
    return bool(once and (taken or (same_kind and single)))
