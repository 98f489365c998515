"""How a breach is judged, where it came from, and who may say what of it."""

from __future__ import annotations

from enum import StrEnum


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


class Provable(StrEnum):
    """How provable a human finds a breach (bewijsbaarheid)."""

    WELL = "well"
    """goed te bewijzen"""
    PARTLY = "partly"
    """deels te bewijzen"""
    POORLY = "poorly"
    """slecht te bewijzen"""


ASSESSMENTS = frozenset({BreachStatus.PLAUSIBLE, BreachStatus.PERMITTED, BreachStatus.UNFOUNDED})


def may_become(current: BreachStatus, to: BreachStatus, by: Judge) -> bool:
    """A human assesses and re-assesses; only a recorded court decision makes a breach proven, and it then stays so."""
    if current is BreachStatus.PROVEN or current is to:
        return False
    return to is BreachStatus.PROVEN if by is Judge.COURT else to in ASSESSMENTS
