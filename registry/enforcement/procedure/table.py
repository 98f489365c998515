"""The table of procedures: read from its file, checked against itself and the terms, frozen, and named by a hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from types import MappingProxyType

import msgspec

from registry.enforcement.procedure.details import CODES, FLAGS, INSTANTS
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.rules import OWNERS, Frame, Procedure, Step
from registry.law.checks import LawTableError, overlap_faults, require_no_faults
from registry.law.keys import unknown_keys
from registry.law.periods import holds
from registry.law.rules import RegimeCode
from registry.law.terms import Terms
from registry.law.terms.rules import JudgedBy

FILE = File(__file__).with_name("table.toml")


@dataclass(frozen=True, slots=True)
class Procedures:
    """Every procedure, with the steps they are made of; `hash` names this exact content."""

    steps: Mapping[str, Step]
    rows: tuple[Procedure, ...]
    hash: str

    def of(self, frame: Frame) -> Procedure:
        """How a breach of this regime and ground is followed up under the law of that day; raises LookupError.

        A day before every row, or after, takes the nearest: a breach must never be without a procedure.
        """
        known = [row for row in self.rows if frame.regime in row.regimes]
        # A ground that no row names is dealt with as one that is not known.
        rows = [row for row in known if _fits(row, frame.ground)] or [row for row in known if _fits(row, None)]
        if not rows:
            raise LookupError("no procedure for this regime")
        judged = rows[0].by is JudgedBy.JUDGMENT and frame.decided_on
        on = frame.decided_on if judged and frame.decided_on else frame.on
        return next((row for row in rows if holds(row, on)), rows[0])

    def means(self, code: str, event: Event) -> bool:
        """Whether an event is that step."""
        return self.steps[code].means(event)

    def step_of(self, event: Event, procedure: Procedure) -> Step | None:
        """Which step of the procedure an event is; None when it has no place there."""
        known = [self.steps[row.step] for row in procedure.path] or list(self.steps.values() if procedure.open else ())
        return next((step for step in known if step.means(event)), None)

    def named(self, event: Event) -> Step | None:
        """Which step an event is, of any procedure."""
        return next((step for step in self.steps.values() if step.means(event)), None)

    @property
    def rights(self) -> frozenset[str]:
        """Terms within which somebody may appeal or object: unused they lapse, and nobody missed anything."""
        return frozenset(rule.term for row in self.rows for rule in row.clock if rule.right)


def _grounds(row: Procedure) -> tuple[str, ...]:
    return ("",) if row.grounds is None else row.grounds


def _fits(row: Procedure, ground: str | None) -> bool:
    return row.grounds is None or (ground or "") in row.grounds


@cache
def load(file: File = FILE) -> Procedures:
    """The table from its file; raises LawTableError naming every fault at once."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    text = json.dumps(raw, sort_keys=True, default=str)
    require_no_faults([*_unknown(raw, file.name)])
    try:
        steps = msgspec.convert(raw["step"], tuple[Step, ...])
        rows = msgspec.convert(raw["procedure"], tuple[Procedure, ...])
    except (msgspec.ValidationError, KeyError) as error:
        raise LawTableError(f"The table of procedures cannot be read: {error}") from error
    by_code = MappingProxyType({step.code: step for step in steps})
    return Procedures(by_code, rows, hashlib.sha256(text.encode()).hexdigest())


def _unknown(raw: Mapping[str, object], file: str) -> Iterator[str]:
    kinds = {"step": tuple[Step, ...], "procedure": tuple[Procedure, ...]}
    for section, rows in raw.items():
        if section in kinds:
            yield from unknown_keys(rows, kinds[section], f"{file}, {section}")
        else:
            yield f"{file}, {section}: no such section"


def require_fit(terms: Terms) -> None:
    """Refuse to start on a table that contradicts itself, or names a term that is not there; raises LawTableError."""
    require_no_faults(table_faults(load(), terms))


def table_faults(table: Procedures, terms: Terms) -> list[str]:
    """What must be true of the table: every regime has one procedure a day, and every name in it exists."""
    faults = [f"no procedure for {code}" for code in RegimeCode if not any(code in row.regimes for row in table.rows)]
    for code, ground in sorted({(code, one) for row in table.rows for code in row.regimes for one in _grounds(row)}):
        same = [row for row in table.rows if code in row.regimes and ground in _grounds(row)]
        faults += overlap_faults(f"procedure of {code} {ground}", same)
    known = {row.id for row in terms}
    for row in table.rows:
        faults += [f"procedure {row.code}: {fault}" for fault in _row_faults(row, table, known)]
    return faults + [f"step {step.code}: {fault}" for step in table.steps.values() for fault in _step_faults(step)]


def _row_faults(row: Procedure, table: Procedures, terms: Iterable[str]) -> Iterator[str]:
    names = [name for path in row.path for name in (path.step, *path.after)]
    names += [name for rule in row.clock for name in (rule.start, *rule.stop, *rule.needs, *rule.after, *rule.unless)]
    names += [*row.ends, *(one.step for one in row.refuses)]
    names += [row.custody.since, *row.custody.until] if row.custody else []
    yield from (f"no such step {name}" for name in sorted(set(names) - set(table.steps)))
    used = {rule.term for rule in row.clock} | set(row.custody.terms if row.custody else ())
    yield from (f"no such term {name}" for name in sorted(used - set(terms)))
    placed = [path.step for path in row.path]
    yield from (f"{name} stands in it twice" for name in sorted({one for one in placed if placed.count(one) > 1}))
    if row.open is bool(row.path):
        yield "an open procedure has no path, and any other has one"
    reached = OWNERS.keys()
    yield from (f"nobody here is {rule.owner}, who owns {rule.term}" for rule in row.clock if rule.owner not in reached)
    for path in row.path:
        missing = set(path.after) - set(placed)
        yield from (f"{path.step} comes after {name}, which is not in it" for name in sorted(missing))
        if not path.source:
            yield f"{path.step} has no source"
    yield from (f"{one.step} is in it and refused" for one in row.refuses if one.step in placed)
    yield from (f"{rule.term} asks for a detail and names none" for rule in row.clock if rule.told and not rule.detail)


def _step_faults(step: Step) -> Iterator[str]:
    codes = {code for values in CODES.get(step.kind, {}).values() for code in values}
    said = {*step.values, *step.decided_by, step.party} - {""}
    yield from (f"an event {step.kind} cannot say {name}" for name in sorted(said - codes))


def details_of(kind: EventKind) -> frozenset[str]:
    """The names of the details that an event of this kind can have."""
    return frozenset({*CODES.get(kind, {}), *INSTANTS.get(kind, ()), *FLAGS.get(kind, ())})
