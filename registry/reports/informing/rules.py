"""The four moments of informing a victim, and how she can be told.

Source: letter of the Minister of Justice and Security, 9 October 2019 (Kamerstuk 29 279, nr. 540): what the
order means, where to report, how and with what evidence, and afterwards what was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from registry.reports.wishes.rules import Channel

__all__ = ["MOMENTS_NL", "Channel", "Moment", "missing"]


class Moment(StrEnum):
    """Something that a victim must have been told (moment)."""

    ORDER_EXPLAINED = "order_explained"
    """wat het bevel betekent"""
    REPORTING_EXPLAINED = "reporting_explained"
    """waar zij een overtreding meldt"""
    EVIDENCE_EXPLAINED = "evidence_explained"
    """hoe zij meldt en met welk bewijs"""
    OUTCOME_TOLD = "outcome_told"
    """wat er is gedaan"""


MOMENTS_NL: Mapping[Moment, str] = {
    Moment.ORDER_EXPLAINED: "Verteld wat het bevel betekent.",
    Moment.REPORTING_EXPLAINED: "Verteld waar zij een overtreding kan melden.",
    Moment.EVIDENCE_EXPLAINED: "Verteld hoe zij meldt, en met welk bewijs.",
    Moment.OUTCOME_TOLD: "Verteld wat er met haar melding is gedaan.",
}


def missing(told: Iterable[str]) -> tuple[Moment, ...]:
    """The moments of which nothing is on record.

    >>> [one.value for one in missing(["order_explained", "outcome_told"])]
    ['reporting_explained', 'evidence_explained']
    """
    known = set(told)
    return tuple(one for one in Moment if one.value not in known)
