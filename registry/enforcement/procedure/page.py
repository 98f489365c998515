"""The procedures as a page for lawyers, with a diagram of each; generated from the table, never written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from registry.enforcement.procedure.rules import ActorKind, ClockRule, Path, Procedure
from registry.enforcement.procedure.table import Procedures
from registry.law.rules import Confidence
from registry.law.terms import Terms
from registry.law.terms.rules import JudgedBy

_ACTORS = {
    ActorKind.POLICE: "politie",
    ActorKind.ASSISTANT_PROSECUTOR: "HOvJ",
    ActorKind.PROSECUTION: "OM",
    ActorKind.EXAMINING_JUDGE: "rechter-commissaris",
    ActorKind.COURT: "rechtbank",
    ActorKind.APPEAL_COURT: "gerechtshof",
    ActorKind.PROBATION: "reclassering",
    ActorKind.MINISTER: "minister/CJIB",
    ActorKind.SUBJECT: "betrokkene",
    ActorKind.AUTHORITY: "bestuur",
}
_INTRODUCTION = """Wat op een overtreding kan volgen, per modaliteit: wie welke stap zet, na welke stap, op welk
artikel, welke termijnen beginnen en ophouden, en waarmee de procedure eindigt. Een voorgenomen stap die hier niet
staat, of te vroeg of te laat komt, wordt geweigerd met het artikel. Een feit dat gebeurd is, wordt altijd vastgelegd,
met het artikel waar het tegen ingaat. Dikke randen zijn stappen die de procedure beëindigen; een gestippelde pijl is
ook daarna nog mogelijk. Gemaakt uit `registry/enforcement/procedure/table.toml`; de termijnen staan in
[terms.md](terms.md)."""
_STEPS_HEAD = "| stap | wie | na | uitkomsten | bron |\n|---|---|---|---|---|"
_CLOCKS_HEAD = "| termijn | begint met | houdt op met | bewaakt door | bijzonderheden |\n|---|---|---|---|---|"


def page(table: Procedures, terms: Terms) -> str:
    """The page in Markdown, with the diagrams in Mermaid."""
    parts = ["# Procedures na een overtreding", _INTRODUCTION]
    for row in table.rows:
        parts += list(_procedure(row, table, terms))
    return "\n\n".join(parts) + "\n"


def _procedure(row: Procedure, table: Procedures, terms: Terms) -> Iterator[str]:
    yield f"## {row.title_nl}"
    about = f"{', '.join(row.regimes)}{_grounds(row)}{_validity(row)}"
    yield f"{about}. {row.summary_nl} Bron: {row.source}.{_standing(row)}"
    if row.open:
        ends = ", ".join(table.steps[code].name_nl for code in row.ends)
        yield f"Van deze procedure staat te weinig vast: geen stap wordt geweigerd. Zij eindigt met: {ends}."
    else:
        yield f"```mermaid\n{diagram(row, table)}\n```"
        yield "\n".join([_STEPS_HEAD, *(_step(path, table) for path in row.path)])
    if row.clock:
        yield "\n".join([_CLOCKS_HEAD, *(_clock(rule, table, terms) for rule in row.clock)])
    if row.custody:
        until = ", ".join(table.steps[code].name_nl for code in row.custody.until)
        yield (
            f"Wie is aangehouden, zit vast tot een van: {until}. "
            f"Lang voor het einde van de termijn ({' of '.join(row.custody.terms)}) volgt een alarm."
        )
    if row.refuses:
        lines = [f"- {table.steps[one.step].name_nl}: {one.text_nl} [{one.source}]" for one in row.refuses]
        yield "\n".join(["Geweigerd, met deze reden:", "", *lines])


def diagram(row: Procedure, table: Procedures) -> str:
    """A flowchart of a procedure: each step with who takes it, arrows from what comes before, terms on the steps."""
    lines = ["flowchart TD"]
    for path in row.path:
        step = table.steps[path.step]
        started = sorted({rule.term for rule in row.clock if rule.start == path.step})
        who = "/".join(_ACTORS[actor] for actor in step.actors)
        text = "<br/>".join([step.name_nl, f"({who})", *([f"begint {', '.join(started)}"] if started else [])])
        lines.append(f'  {path.step}["{text}"]')
    for path in row.path:
        arrow = "-.->" if path.late else "-->"
        lines += [f"  {before} {arrow} {path.step}" for before in path.after]
    lines.append("  classDef einde stroke-width:4px")
    ends = [path.step for path in row.path if path.step in row.ends]
    return "\n".join([*lines, f"  class {','.join(ends)} einde"])


def _step(path: Path, table: Procedures) -> str:
    step = table.steps[path.step]
    after = " of ".join(table.steps[code].name_nl for code in path.after) or "begin"
    late = "; ook na het einde" if path.late else ""
    only = "; alleen met een nieuw feit" if path.only_if else ""
    outcomes = ", ".join(path.options or tuple(value for value in step.values if value)) or "-"
    who = ", ".join(_ACTORS[actor] for actor in step.actors)
    mark = " (instelling)" if path.confidence is Confidence.CONFIGURATION else ""
    return f"| {step.name_nl} | {who} | {after}{late}{only} | {outcomes} | {path.source}{mark} |"


def _clock(rule: ClockRule, table: Procedures, terms: Terms) -> str:
    title = next(row.title_nl for row in terms if row.id == rule.term)
    names = {
        name: " of ".join(table.steps[code].name_nl for code in getattr(rule, name))
        for name in ("stop", "needs", "after", "unless")
    }
    notes = [f"alleen als ook: {names['needs']}"] if rule.needs else []
    notes += [f"pas na: {names['after']}"] if rule.after else []
    notes += [f"vervalt bij: {names['unless']}"] if rule.unless else []
    notes += ["alleen met een nieuw feit"] if rule.only_if else []
    notes += ["alleen met enkelband"] if rule.monitored else []
    notes += ["alleen waar het arrondissement een eigen norm heeft"] if rule.district else []
    notes += ["een recht: ongebruikt vervalt het"] if rule.right else []
    start, owner = table.steps[rule.start].name_nl, _ACTORS[rule.owner]
    return f"| {rule.term} {title} | {start} | {names['stop']} | {owner} | {'; '.join(notes) or '-'} |"


def _grounds(row: Procedure) -> str:
    if row.grounds is None:
        return ""
    told = [one for one in row.grounds if one]
    return f", grond {', '.join(told)}" if told else ", grond niet bekend"


def _validity(row: Procedure) -> str:
    by = "uitspraak" if row.by is JudgedBy.JUDGMENT else "aanhouding of overtreding"
    since = f" vanaf {row.valid_from:%d-%m-%Y}" if row.valid_from else ""
    until = f" tot en met {row.valid_until:%d-%m-%Y}" if row.valid_until else ""
    return f" ({by}{since}{until})" if since or until else ""


def _standing(row: Procedure) -> str:
    return " Instelling, geen recht." if row.confidence is Confidence.CONFIGURATION else ""
