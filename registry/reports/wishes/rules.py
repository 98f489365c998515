"""What wishes may say: never by post unless she says so, and for a minor through a named adult."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

ADULT_AT_YEARS = 18


class Channel(StrEnum):
    """How she can be reached (wijze van contact)."""

    PARTNER = "partner"
    """via de organisatie die de melding doorgaf"""
    PHONE = "phone"
    """bellen"""
    TEXT_MESSAGE = "text_message"
    """een bericht sturen"""
    EMAIL = "email"
    """e-mail"""
    IN_PERSON = "in_person"
    """in een gesprek"""
    POST = "post"
    """een brief"""


class Topic(StrEnum):
    """What she may want to hear of (onderwerp)."""

    ARREST = "arrest"
    """aanhouding"""
    FREED = "freed"
    """invrijheidstelling"""
    HEARING = "hearing"
    """zitting"""
    OUTCOME = "outcome"
    """uitkomst"""


_NEEDING_A_WAY = frozenset({Channel.PHONE, Channel.TEXT_MESSAGE, Channel.EMAIL})


@dataclass(frozen=True, slots=True)
class WishFault:
    """What is wrong with wishes: the field, and what to do."""

    field: str
    detail: str


def faults_in(wishes: Mapping[str, Any]) -> Iterator[WishFault]:
    """Everything that contradicts itself in wishes as they were read."""
    channel = Channel(wishes["channel"])
    if channel is Channel.POST and not wishes["by_post"]:
        yield WishFault("channel", "Nothing is sent by post unless she says that it is safe; say so with byPost.")
    if channel in _NEEDING_A_WAY and not wishes.get("reach"):
        yield WishFault("reach", "Give the number or address that is safe for this way of contact.")
    if wishes["is_minor"] and wishes["wants_to_hear"] and wishes.get("contact_person") is None:
        yield WishFault("contactPerson", "She is a minor: name the adult who is told on her behalf.")


def is_adult(born_on: date, on: date) -> bool:
    """Whether somebody born then is eighteen that day.

    >>> is_adult(date(2008, 11, 23), date(2026, 11, 23)), is_adult(date(2008, 11, 24), date(2026, 11, 23))
    (True, False)
    """
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return years >= ADULT_AT_YEARS


def wants_to_hear_of(wishes: Mapping[str, Any] | None, topic: str) -> bool | None:
    """Whether she wants to hear of this; None when she was not asked. An answer to her report is of no topic."""
    if wishes is None:
        return None
    of_it = topic not in set(Topic) or topic in wishes["about"]
    return bool(wishes["wants_to_hear"]) and of_it
