"""A legal term (termijn) as a lawyer wrote it down: which event starts it, how long it lasts, how its days count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.law.periods import Unit
from registry.law.rules import Confidence, RegimeCode

# Longer ones are never extended (art. 4 onder a ATW).
LONGEST_EXTENDED = {Unit.DAY: 90, Unit.WEEK: 12, Unit.SV_MONTH: 3, Unit.CAL_MONTH: 3}


class Extension(StrEnum):
    """Whether the Algemene termijnenwet extends a term; `ask` is arguable: both dates are kept."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


class Nature(StrEnum):
    """Hard, soft (onverwijld, zo spoedig mogelijk), policy, or a maximum duration that is never extended."""

    HARD = "H"
    SOFT = "S"
    POLICY = "P"
    MAXIMUM = "M"


class Serves(StrEnum):
    """What hangs on the end of a term; where two dates are arguable, it decides which of them drives the clock."""

    STATE_DUTY = "state_duty"
    """een plicht van de overheid"""
    RESTRICTION_END = "restriction_end"
    """het einde van een beperking of vrijheidsbeneming"""
    RESTRICTION_START = "restriction_start"
    """het begin van een beperking"""
    FINALITY = "finality"
    """de onherroepelijkheid"""
    REMEDY = "remedy"
    """een rechtsmiddel van de veroordeelde of verdachte"""
    VICTIM = "victim"
    """een recht van het slachtoffer: wie op de laatste dag vertrouwt, kan te laat zijn"""

    @property
    def by_the_later(self) -> bool:
        """Whether the later date drives the clock: nobody is bound, or too late, before it is beyond doubt."""
        return self in (Serves.RESTRICTION_START, Serves.FINALITY, Serves.REMEDY)


class Exemption(StrEnum):
    """Why the Algemene termijnenwet leaves a term as it is."""

    HOURS = "hours"
    """een termijn in minuten of uren, art. 4 onder a"""
    LONG = "long"
    """langer dan 90 dagen, 12 weken of 3 maanden, of een jaar of meer, art. 4 onder a"""
    ENTRY_INTO_FORCE = "entry_into_force"
    """de inwerkingtreding van voorschriften, art. 4 onder b"""
    LIBERTY = "liberty"
    """een termijn van vrijheidsbeneming, art. 4 onder c"""
    BACKWARD = "backward"
    """terugrekening vanaf een tijdstip of gebeurtenis, art. 1 lid 2"""
    NOT_STATUTORY = "not_statutory"
    """niet in een wet of algemene maatregel van bestuur gesteld, art. 1 en 5"""
    MAXIMUM = "maximum"
    """een maximum: verlengen zou een beperking langer maken"""
    SV_135A = "sv_135a"
    """uitgezonderd in art. 135a Sv"""
    WTH_13 = "wth_13"
    """uitgezonderd in art. 13 Wth"""
    SOFT = "soft"
    """zonder vaste duur"""


class JudgedBy(StrEnum):
    """Which date picks the row that holds: that of the arrest or breach, or that of the judgment."""

    EVENT = "event"
    JUDGMENT = "judgment"


class Bound(StrEnum):
    """Whether a length is the most or the least that the law allows."""

    MOST = "most"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Term:
    """One dated row of the catalogue.

    `opens`: the end of the term is the moment from which something may happen. `pauses`: the term stands still while
    the subject is detained. `norm_percent`: the share that must be in time, for a norm that is one. `arrondissement`:
    a policy row for one district only; without it, for every district that has no row of its own.
    """

    id: str
    title_nl: str
    regimes: tuple[RegimeCode, ...]
    start: str
    nature: Nature
    source: str
    confidence: Confidence
    amount: int = 0
    unit: Unit = Unit.NONE
    extension: Extension = Extension.NO
    exempt: Exemption | None = None
    serves: Serves = Serves.STATE_DUTY
    by: JudgedBy = JudgedBy.EVENT
    bound: Bound = Bound.MOST
    backward: bool = False
    opens: bool = False
    night_excluded: bool = False
    pauses: bool = False
    norm_percent: int | None = None
    arrondissement: str | None = None
    note: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def exemption(self) -> Exemption | None:
        """Why the Algemene termijnenwet leaves it as it is; None when it extends the term, or arguably does."""
        if self.unit is Unit.NONE:
            return Exemption.SOFT
        if self.nature is Nature.MAXIMUM:
            return self.exempt or Exemption.MAXIMUM
        if self.backward:
            return Exemption.BACKWARD
        if self.unit in (Unit.HOUR, Unit.MINUTE):
            return Exemption.HOURS
        if self.amount > LONGEST_EXTENDED.get(self.unit, 0) and self.unit is not Unit.DAY24:
            return Exemption.LONG
        return Exemption.NOT_STATUTORY if self.nature is Nature.POLICY else self.exempt


@dataclass(frozen=True, slots=True)
class Target:
    """Internal aims for a term that the law leaves at "onverwijld": configuration, not law.

    After `remind_hours` somebody is reminded, `hours` is the aim, and `hard_stop_hours` calls for an alarm.
    """

    term: str
    hours: int
    source: str
    confidence: Confidence
    remind_hours: int | None = None
    hard_stop_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Arrondissement:
    """A district of the courts, and the codes of the organisations whose proceedings are handled there."""

    code: str
    name_nl: str
    organisations: tuple[str, ...]
    source: str
    confidence: Confidence
