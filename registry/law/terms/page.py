"""The catalogue of terms as a page for lawyers; generated, never written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from registry.law.periods import Unit
from registry.law.rules import Confidence
from registry.law.terms.catalogue import Terms
from registry.law.terms.rules import Bound, Extension, JudgedBy, Nature, Term
from registry.law.terms.wording import STARTS, exemption_nl, serves_nl, unit_nl

_NATURES = {
    Nature.HARD: "hard",
    Nature.SOFT: "onverwijld of zo spoedig mogelijk",
    Nature.POLICY: "norm van de keten",
    Nature.MAXIMUM: "maximum",
}
_HEAD = (
    "| term | | regimes | begint met | duur | aard | Algemene termijnenwet | bron |\n|---|---|---|---|---|---|---|---|"
)
_INTRODUCTION = """Elke termijn waarmee dit register rekent, als rij met zijn bron. Wetsregels zijn alleen wat in de
wettekst is gelezen of met grote zekerheid bekend is; wat daaronder staat, is instelling en geen recht. Een rij met een
geldigheid geldt alleen voor die dagen: de dag van de aanhouding of overtreding beslist, of waar dat erbij staat de dag
van de uitspraak. Waar twee dagen verdedigbaar zijn, toont het register beide. Voor een plicht van de overheid, het
einde van een beperking en een recht van het slachtoffer telt de vroegste; voor het begin van een beperking, de
onherroepelijkheid en een rechtsmiddel van de betrokkene de laatste. Gemaakt uit `registry/law/data`; ook te lezen op
`GET /v1/terms`."""

_INTERNAL = """Van deze termijnen noemt de wet geen duur ("onverwijld", "zo spoedig mogelijk"): geen wettelijke grens is
bekend. Wat hier staat, is ingesteld, en zegt niet dat iets volgens de wet op tijd of te laat is."""


def page(terms: Terms) -> str:
    """The catalogue in Markdown."""
    law = [row for row in terms if row.confidence is not Confidence.CONFIGURATION]
    norms = [row for row in terms if row.confidence is Confidence.CONFIGURATION]
    parts = ["# Termijnen", _INTRODUCTION]
    for title, rows in (("Wet", law), ("Instelling: normen van de keten", norms)):
        parts += [f"## {title} ({len(rows)})", "\n".join([_HEAD, *map(_line, sorted(rows, key=lambda row: row.id))])]
    return "\n\n".join([*parts, "## Intern streven, geen recht", _INTERNAL, "\n".join(_targets(terms))]) + "\n"


def _line(row: Term) -> str:
    regimes = ", ".join(row.regimes) or "alle"
    title = row.title_nl + (f" ({row.arrondissement})" if row.arrondissement else "")
    validity = _validity(row)
    cells = (row.id, title, regimes, STARTS[row.start], _length(row), _NATURES[row.nature], _act(row))
    return f"| {' | '.join(cells)} | {row.source}{validity}{f'. {row.note}' if row.note else ''} |"


def _length(row: Term) -> str:
    if row.unit is Unit.NONE:
        return "op dat moment" if row.nature is Nature.HARD else "geen vaste duur"
    told = f"{'ten minste ' if row.bound is Bound.LEAST else ''}{row.amount} {unit_nl(row.amount, row.unit)}"
    parts = [told]
    if row.backward:
        parts = [f"niet eerder dan {told} ervoor" if row.opens else f"uiterlijk {told} ervoor"]
    elif row.opens:
        parts = [f"pas na {told}"]
    parts += ["nacht telt niet mee"] if row.night_excluded else []
    parts += ["staat stil tijdens detentie"] if row.pauses else []
    parts += [f"norm {row.norm_percent} %"] if row.norm_percent else []
    return "; ".join(parts)


def _act(row: Term) -> str:
    if row.extension is Extension.YES:
        return "verlengt"
    if row.extension is Extension.ASK:
        later = "laatste" if row.serves.by_the_later else "vroegste"
        return f"te betwisten; de {later} dag geldt ({serves_nl(row.serves)})"
    return f"niet: {exemption_nl(row.exemption)}" if row.exemption else ""


def _validity(row: Term) -> str:
    since = f" vanaf {row.valid_from:%d-%m-%Y}" if row.valid_from else ""
    until = f" tot en met {row.valid_until:%d-%m-%Y}" if row.valid_until else ""
    by = " van de uitspraak" if row.by is JudgedBy.JUDGMENT and (since or until) else ""
    return f";{since}{until}{by}" if since or until else ""


def _targets(terms: Terms) -> Iterator[str]:
    for one in terms.targets:
        remind = f"na {one.remind_hours} uur herinneren, " if one.remind_hours else ""
        stop = f", na {one.hard_stop_hours} uur alarm" if one.hard_stop_hours else ""
        yield f"- {one.term}: {remind}binnen {one.hours} uur{stop}"
    limited = {one.term for one in terms.targets if one.hard_stop_hours}
    for term_id in sorted({row.id for row in terms if row.nature is Nature.SOFT} - limited):
        yield f"- {term_id}: geen grens ingesteld; niets is hier te laat, en niets heet op tijd"
