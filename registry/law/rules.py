"""Legal values: regimes, conditions, powers and terms as a lawyer wrote them down, each row with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from registry.law.durations import Penalty, Renewals, longest_after
from registry.law.periods import Length


class RegimeCode(StrEnum):
    """The legal basis of an order (modaliteit, kader)."""

    SVH = "SVH"
    """schorsing voorlopige hechtenis"""
    GDA = "GDA"
    """gedragsaanwijzing officier van justitie"""
    VBM = "VBM"
    """vrijheidsbeperkende maatregel"""
    VV = "VV"
    """voorwaardelijke veroordeling"""
    VI = "VI"
    """voorwaardelijke invrijheidstelling"""
    SEP = "SEP"
    """voorwaardelijk sepot"""
    SBA = "SBA"
    """aanwijzing in strafbeschikking"""
    GVM = "GVM"
    """gedragsbeïnvloedende en vrijheidsbeperkende maatregel"""
    TBSV = "TBSV"
    """terbeschikkingstelling met voorwaarden"""
    TBSB = "TBSB"
    """voorwaardelijk beëindigde verpleging"""
    PROEF = "PROEF"
    """proefverlof terbeschikkinggestelde"""
    PIJV = "PIJV"
    """voorwaardelijk beëindigde PIJ-maatregel"""
    GBM = "GBM"
    """gedragsmaatregel jeugd"""
    ISDV = "ISDV"
    """voorwaardelijke ISD-maatregel"""
    PP = "PP"
    """penitentiair programma"""
    GRA = "GRA"
    """voorwaardelijke gratie"""
    HV = "HV"
    """tijdelijk huisverbod"""
    BGM = "BGM"
    """bevel van de burgemeester"""
    CIV = "CIV"
    """civiel contact- of straatverbod"""
    EPO_IN = "EPO_IN"
    """Europees beschermingsbevel, inkomend"""
    EPO_OUT = "EPO_OUT"
    """Europees beschermingsbevel, uitgaand"""
    ESO = "ESO"
    """Europees surveillancebevel"""
    PROB = "PROB"
    """overgedragen reclasseringsbeslissing"""
    REG606 = "REG606"
    """civielrechtelijk certificaat, Verordening 606/2013"""
    VJW = "VJW"
    """bestuurlijke maatregel van de minister"""


class Confidence(StrEnum):
    """How sure a row is; a row below `derived` is no rule but configuration."""

    FOUND = "found"
    HIGH = "high"
    DERIVED = "derived"
    CONFIGURATION = "configuration"


class Card(StrEnum):
    """A: own power of arrest; B: arrest only on order; C: no coercion from the order."""

    A = "A"
    B = "B"
    C = "C"


class ServiceNeed(StrEnum):
    """When an arrest needs the order to have been served first (betekening)."""

    NONE = "none"
    IMMEDIATE_IN_ABSENCE = "immediate_in_absence"


class ClockStop(StrEnum):
    """What makes the running time of an order stand still."""

    DETAINED = "detained"
    UNLAWFULLY_ABSENT = "unlawfully_absent"


class Listing(StrEnum):
    """Whether a condition is in the statute's list, possible as another condition, or neither."""

    LISTED = "Y"
    POSSIBLE = "C"
    NOT_LISTED = "-"


class Half(StrEnum):
    """The half of card A that a step belongs to."""

    CAUGHT_IN_ACT = "caught_in_act"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Regime:
    """A legal basis as it stood in a period; `max_total` counts the renewals too, and beyond `ordinary_duration` the
    law asks a ground of its own.

    A maximum warns, and tells how long an order without end date can have lasted; it never refuses one.
    `at_once_source` is the article that makes every decision of this regime enforceable at once, if one does.
    `by_judgment`: which row holds goes by the judgment that the decision rests on, which may be years older.
    """

    code: RegimeCode
    name_nl: str
    subject_nl: str
    legal_basis: str
    imposed_by_nl: str
    source: str
    confidence: Confidence
    service: ServiceNeed = ServiceNeed.NONE
    service_source: str | None = None
    clock_stops: tuple[ClockStop, ...] = ()
    clock_source: str | None = None
    min_duration: Length | None = None
    ordinary_duration: Length | None = None
    max_duration: Length | None = None
    max_total: Length | None = None
    renewable_without_limit: bool = False
    renewals: Renewals | None = None
    penalty: Penalty | None = None
    grounds: Mapping[str, str] = field(default_factory=dict)
    grounds_source: str | None = None
    adults_only_source: str | None = None
    criminal: bool = True
    at_once_source: str | None = None
    by_judgment: bool = False
    note: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def longest(self, times: int | None = 0) -> Length | None:
        """How long an order that was renewed so many times may last; None when the law sets no bound.

        `times` is None when it was renewed and nobody says how often.
        """
        if self.max_duration is None:
            return None
        bound = None if self.renewable_without_limit else self.max_total or self.max_duration
        return longest_after(self.max_duration, bound, self.renewals, times)

    def needs_service(self, *, immediately_enforceable: bool | None, imposed_in_presence: bool | None) -> bool:
        """Whether an arrest needs service first; what is unknown counts against the arrest."""
        if self.service is ServiceNeed.NONE:
            return False
        return immediately_enforceable is not False and imposed_in_presence is not True

    def exceeds_maximum(self, starts_on: date, ends_on: date, *, times: int | None = 0) -> Length | None:
        """The maximum that the period is longer than, if any; a reason to warn, never to refuse."""
        longest = self.longest(times)
        return longest if longest and ends_on > longest.last_day(starts_on) else None

    def is_too_short(self, starts_on: date, ends_on: date) -> bool:
        """Whether the period is shorter than the law lets a decision be."""
        return self.min_duration is not None and ends_on < self.min_duration.last_day(starts_on)

    def needs_own_ground(self, starts_on: date, ends_on: date) -> bool:
        """Whether the period is longer than a decision without a ground of its own may be."""
        return self.ordinary_duration is not None and ends_on > self.ordinary_duration.last_day(starts_on)

    def renewed_too_often(self, times: int, *, is_minor: bool = False) -> bool:
        """Whether the law knows a number of renewals, of who is under age perhaps a lower one, and this is more."""
        if self.renewals is None:
            return False
        bounds = (self.renewals.most, self.renewals.most_minor if is_minor else None)
        return any(bound is not None and times > bound for bound in bounds)


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """Which conditions a regime knows; a type that is not mentioned is not judged."""

    regimes: tuple[RegimeCode, ...]
    listings: Mapping[str, Listing]
    source: str
    confidence: Confidence
    monitoring: Listing | None = None
    instead: Mapping[str, str] | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class PowerStep:
    """One line of the powers card (bevoegdhedenkaart), in Dutch, with its source."""

    code: str
    text_nl: str
    source: str
    confidence: Confidence
    half: Half | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """Which card a regime, on a ground of the order, gives an officer; no grounds means any ground."""

    regimes: tuple[RegimeCode, ...]
    card: Card
    steps: tuple[str, ...]
    source: str
    confidence: Confidence
    grounds: tuple[str, ...] = ()
    offence: str | None = None
    pretrial_offence: bool | None = None
    call_nl: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class PowersCard:
    """What an officer may do because of this order, and what he may do in any case.

    `offence` is the crime that a breach is, if it is one; `pretrial_offence` whether that is a VH-feit (art. 67 Sv),
    None when the ground is unknown. `call_nl` says whom to ask, in order.
    """

    card: Card
    offence: str | None
    pretrial_offence: bool | None
    call_nl: tuple[str, ...]
    steps: tuple[PowerStep, ...]
    always: tuple[PowerStep, ...]
    source: str
    confidence: Confidence
