"""How long an order may last and how often it may be renewed, and what each breach of it may cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from registry.law.periods import Length

_SOME_DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Renewals:
    """How often the law lets an order be renewed (verlenging), and for how long each time.

    `most` 0: never; None: the law names no number; `most_minor` counts where the subject is under age, if that differs.
    `needs_prosecution`: only once a prosecution was started.
    """

    source: str
    most: int | None = None
    most_minor: int | None = None
    each: Length | None = None
    needs_prosecution: bool = False


@dataclass(frozen=True, slots=True)
class Penalty:
    """What the judgment sets for each breach (vervangende hechtenis): at least this, in total never more than that."""

    least: Length
    most_total: Length
    source: str

    def allows(self, each: Length, total: Length | None) -> bool:
        """Whether a penalty for each breach, and its maximum if the judgment names one, are within the law."""
        bounds = [one for one in (each, total) if one is not None]
        return not is_longer(self.least, each) and not any(is_longer(one, self.most_total) for one in bounds)


def is_longer(one: Length, other: Length) -> bool:
    """Whether a length is longer than another, of whatever units.

    >>> from registry.law.periods import Unit
    >>> is_longer(Length(2, Unit.WEEK, ""), Length(13, Unit.DAY, ""))
    True
    """
    return one.last_day(_SOME_DAY) > other.last_day(_SOME_DAY)


def longest_after(first: Length, total: Length | None, renewals: Renewals | None, times: int | None) -> Length | None:
    """How long an order that was renewed so many times may last; `times` None: renewed, nobody says how often.

    None where the law sets no bound.
    """
    if times == 0:
        return first
    each = renewals.each if renewals else None
    if times is None or each is None or each.unit is not first.unit:
        return total
    renewed = replace(first, amount=first.amount + times * each.amount)
    return total if total is not None and is_longer(renewed, total) else renewed
