"""What follows a breach, per regime, as a table a lawyer can read: who acts, which clocks run, what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.enforcement.events import EventKind, Pattern


class BreachStatus(StrEnum):
    """How a breach (overtreding) is judged so far."""

    SUSPECTED = "suspected"
    """vermoedelijk"""
    PLAUSIBLE = "plausible"
    """aannemelijk"""
    PERMITTED = "permitted"
    """toegestaan (ontheffing, toestemming)"""
    UNFOUNDED = "unfounded"
    """niet aannemelijk"""
    PROVEN = "proven"
    """bewezen"""


class BreachOrigin(StrEnum):
    """Where the suspicion came from."""

    MONITOR = "monitor"
    """enkelband"""
    REPORT = "report"
    """melding"""
    POLICE = "police"
    """politie"""
    SUPERVISION = "supervision"
    """toezicht"""


class Judge(StrEnum):
    """Who changes the status of a breach; the system itself never does."""

    HUMAN = "human"
    """mens"""
    COURT = "court"
    """rechter"""


ASSESSMENTS = frozenset({BreachStatus.PLAUSIBLE, BreachStatus.PERMITTED, BreachStatus.UNFOUNDED})


def may_become(current: BreachStatus, to: BreachStatus, by: Judge) -> bool:
    """A human assesses and re-assesses; only a recorded court decision makes a breach proven, and it then stays so."""
    if current is BreachStatus.PROVEN or current is to:
        return False
    return to is BreachStatus.PROVEN if by is Judge.COURT else to in ASSESSMENTS


@dataclass(frozen=True, slots=True)
class ClockRule:
    """Which event starts a term, and which stops it.

    `needs`: the clock exists only once this happened too, before or after. `after`: a start counts only from then on.
    `unless`: the clock yields to another rule once this happened. `grounds`: of the order; None is an unknown ground.
    """

    term: str
    start: Pattern
    stop: tuple[Pattern, ...]
    needs: Pattern | None = None
    after: tuple[Pattern, ...] = ()
    unless: Pattern | None = None
    grounds: tuple[str | None, ...] | None = None
    monitored_only: bool = False
    survives_end: bool = False
    start_detail: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """How a breach is followed up in one or more regimes, and what ends that."""

    regimes: tuple[str, ...]
    summary_nl: str
    source: str
    expected: tuple[EventKind, ...]
    clocks: tuple[ClockRule, ...]
    ends: tuple[Pattern, ...]
    by_judgment_date: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


E = EventKind

ARREST = Pattern(E.ARREST)
FILING = Pattern(E.FILING, "demand", unless=("execution", "appeal", "objection"))
APPEAL_OM = Pattern(E.FILING, "demand", only=("appeal",), party="prosecution")
APPEAL_SUBJECT = Pattern(E.FILING, "demand", only=("appeal",), party="subject")
OBJECTION = Pattern(E.FILING, "demand", only=("objection",))
RECEIPT = Pattern(E.RECEIPT)
JUDGE = Pattern(E.EXAMINING_JUDGE_DECISION)
JUDGE_GRANTS = Pattern(E.EXAMINING_JUDGE_DECISION, "decision", unless=("refused",))
HELD = Pattern(E.HEARING_HELD, "outcome", unless=("adjourned",))
DECIDED_AT_HEARING = Pattern(E.HEARING_HELD, "outcome", unless=("adjourned",), present=True)
OUTCOME = Pattern(E.OUTCOME)
SERVICE = Pattern(E.SERVICE, "of", unless=("summons", "order"))
OM_DECIDES = Pattern(E.PROSECUTOR_DECISION)
OM_DEMANDS = Pattern(E.PROSECUTOR_DECISION, "decision", unless=("arrest", "custody", "change", "warning", "no_action"))
OM_CUSTODY = Pattern(E.PROSECUTOR_DECISION, "decision", only=("custody",))
OM_REVOKES = Pattern(E.PROSECUTOR_DECISION, "decision", only=("revoke", "partial_revoke"))
OM_LEAVES_IT = Pattern(E.PROSECUTOR_DECISION, "decision", only=("warning", "no_action"))
OM_CHANGES = Pattern(E.PROSECUTOR_DECISION, "decision", only=("change",))

HEARING = (E.HEARING_SET, E.HEARING_ADJOURNED, E.HEARING_HELD, E.OUTCOME)
TO_THE_JUDGE = (E.ARREST, E.PROSECUTOR_DECISION, E.FILING, E.EXAMINING_JUDGE_DECISION, E.SERVICE, E.OUTCOME)
TO_THE_COURT = (*TO_THE_JUDGE, E.RECEIPT, E.HEARING_SET, E.HEARING_ADJOURNED, E.HEARING_HELD)
NOTIFY = ClockRule("T41", ARREST, (OM_DECIDES, FILING))
FILE = ClockRule("T04", ARREST, (FILING,))
RELEASED = (OM_DECIDES, JUDGE, OUTCOME)
BROUGHT = "brought_before_at"

PROCEDURES: tuple[Procedure, ...] = (
    Procedure(
        ("VV",),
        "Vordering bij de rechter-commissaris, daarna de TUL-zitting.",
        "art. 6:3:15, 6:6:20, 6:6:21 Sv",
        TO_THE_COURT,
        (
            NOTIFY,
            FILE,
            ClockRule("T01", FILING, (JUDGE,)),
            ClockRule("T05", RECEIPT, (HELD, OUTCOME), needs=JUDGE),
            ClockRule("T06", OM_DEMANDS, (HELD, OUTCOME), unless=JUDGE),
            ClockRule("T07", FILING, (HELD, OUTCOME), monitored_only=True),
        ),
        (DECIDED_AT_HEARING, OUTCOME, OM_LEAVES_IT),
        valid_from=date(2020, 1, 1),
    ),
    Procedure(
        ("VV",),
        "Oude regeling: de termijnen lopen vanaf de aanhouding en vanaf het bevel van de rechter-commissaris.",
        "art. 14fa, 14h Sr (oud)",
        TO_THE_COURT,
        (
            ClockRule("T01-old", ARREST, (JUDGE,)),
            ClockRule("T05-old", JUDGE_GRANTS, (HELD, OUTCOME)),
            ClockRule("T06", OM_DEMANDS, (HELD, OUTCOME), unless=JUDGE),
        ),
        (DECIDED_AT_HEARING, OUTCOME, OM_LEAVES_IT),
        valid_until=date(2019, 12, 31),
    ),
    Procedure(
        ("VBM", "GVM", "GBM"),
        "De rechter-commissaris beslist over de vervangende hechtenis; er is geen afzonderlijke zitting.",
        "art. 6:3:15, 6:6:20, 6:6:22 Sv",
        TO_THE_JUDGE,
        (
            NOTIFY,
            FILE,
            ClockRule("T01", FILING, (JUDGE,)),
            ClockRule("T10-OM", JUDGE, (APPEAL_OM,), survives_end=True),
            ClockRule("T10-V", SERVICE, (APPEAL_SUBJECT,), after=(JUDGE,), survives_end=True),
        ),
        (JUDGE, OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("SVH",),
        "De rechter beslist over het opheffen van de schorsing.",
        "art. 82, 84, 87 Sv",
        TO_THE_JUDGE,
        (
            ClockRule("T04-SVH", ARREST, (FILING,)),
            ClockRule("T03", FILING, (JUDGE, OUTCOME)),
            ClockRule("T13", JUDGE, (APPEAL_OM,), survives_end=True),
            ClockRule("T13", OUTCOME, (APPEAL_OM,), unless=JUDGE, survives_end=True),
            ClockRule("T14", SERVICE, (APPEAL_SUBJECT,), after=(JUDGE, OUTCOME), survives_end=True),
        ),
        (JUDGE, OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("GDA",),
        "Overtreding is een strafbaar feit: een nieuwe strafzaak, die met de uitkomst daarvan eindigt.",
        "art. 184, 184a Sr; art. 56a, 58, 59a Sv",
        TO_THE_COURT,
        (
            ClockRule("T42", ARREST, RELEASED, grounds=("b",), start_detail=BROUGHT),
            ClockRule("T42-6", ARREST, RELEASED, grounds=("a", "c", "d", None), start_detail=BROUGHT),
            ClockRule("T43", OM_CUSTODY, (JUDGE, OUTCOME), grounds=("b", None)),
            ClockRule("T44", ARREST, (JUDGE, OUTCOME), grounds=("b", None)),
        ),
        (OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("HV",),
        "Overtreding is een misdrijf: een nieuwe strafzaak, die met de uitkomst daarvan eindigt.",
        "art. 11 Wth; art. 56a, 58, 59a Sv",
        TO_THE_COURT,
        (
            ClockRule("T42", ARREST, RELEASED, start_detail=BROUGHT),
            ClockRule("T43", OM_CUSTODY, (JUDGE, OUTCOME)),
            ClockRule("T44", ARREST, (JUDGE, OUTCOME)),
        ),
        (OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("BGM",),
        "Overtreding is een strafbaar feit: een nieuwe strafzaak, zonder voorlopige hechtenis.",
        "art. 184 Sr; art. 56a Sv",
        TO_THE_COURT,
        (ClockRule("T42-6", ARREST, RELEASED, start_detail=BROUGHT),),
        (OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("VI",),
        "Oude regeling v.i.: schorsing door de rechter-commissaris, herroeping door de rechtbank. Termijnen onbekend.",
        "overgangsrecht v.i.: uitspraken van vóór 1 juli 2021",
        TO_THE_COURT,
        (NOTIFY,),
        (DECIDED_AT_HEARING, OUTCOME, OM_LEAVES_IT),
        by_judgment_date=True,
        valid_until=date(2021, 6, 30),
    ),
    Procedure(
        ("VI",),
        "Het openbaar ministerie herroept zelf; daartegen staat een bezwaarschrift open.",
        "art. 6:2:13a, 6:6:8, 6:6:9 Sv",
        (E.ARREST, E.PROSECUTOR_DECISION, E.SERVICE, E.FILING, E.RECEIPT, *HEARING),
        (NOTIFY, ClockRule("T25", SERVICE, (OBJECTION,), after=(OM_REVOKES,), survives_end=True)),
        (OM_REVOKES, OM_CHANGES, OUTCOME, OM_LEAVES_IT),
        by_judgment_date=True,
        valid_from=date(2021, 7, 1),
    ),
    Procedure(
        ("TBSV", "TBSB"),
        "De rechter-commissaris beslist voorlopig, de rechtbank onderzoekt en beslist.",
        "art. 6:6:10a, 6:6:11, 6:6:13, 6:6:15 Sv",
        TO_THE_COURT,
        (
            NOTIFY,
            ClockRule("T02", FILING, (JUDGE,)),
            ClockRule("T29-RC", RECEIPT, (HELD, OUTCOME), needs=JUDGE_GRANTS),
            ClockRule("T29", RECEIPT, (HELD, OUTCOME), unless=JUDGE_GRANTS),
            ClockRule("T11-OM", OUTCOME, (APPEAL_OM,), survives_end=True),
            ClockRule("T11-V", SERVICE, (APPEAL_SUBJECT,), after=(OUTCOME, DECIDED_AT_HEARING), survives_end=True),
            ClockRule("T11-OM", DECIDED_AT_HEARING, (APPEAL_OM,), unless=OUTCOME, survives_end=True),
        ),
        (DECIDED_AT_HEARING, OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("SEP", "SBA"),
        "De officier van justitie kan voor het oorspronkelijke feit vervolgen; de uitkomst daarvan eindigt dit.",
        "art. 6:3:14, 6:3:15 Sv",
        (E.ARREST, E.PROSECUTOR_DECISION, E.SERVICE, *HEARING),
        (NOTIFY,),
        (OUTCOME, OM_LEAVES_IT),
    ),
    Procedure(
        ("GRA", "PROEF", "PIJV", "ISDV", "PP", "EPO_IN", "EPO_OUT", "ESO", "PROB", "CIV", "REG606", "VJW"),
        "Geen termijnen bekend voor deze modaliteit; de uitkomst eindigt dit.",
        "",
        tuple(EventKind),
        (NOTIFY,),
        (OUTCOME, OM_LEAVES_IT),
    ),
)

# Terms within which somebody may appeal or object: unused they lapse, and nobody missed anything.
RIGHTS = frozenset(rule.term for row in PROCEDURES for rule in row.clocks if rule.survives_end)
