"""What an answer from the copy says of itself."""

from __future__ import annotations

from datetime import timedelta

CONFIRM_FIRST_NL = "Bevestig eerst bij de bron: dit komt uit een kopie, en het register is nu niet bereikbaar."
_UNITS = ((86400, "dag", "dagen"), (3600, "uur", "uur"), (60, "minuut", "minuten"), (1, "seconde", "seconden"))


def copy_nl(age: timedelta) -> str:
    """That the register is away, and how old the copy is.

    >>> copy_nl(timedelta(seconds=90))[-25:]
    'De kopie is 1 minuut oud.'
    """
    source = "Het register is nu niet bereikbaar; dit antwoord komt uit een kopie op de server."
    return f"{source} De kopie is {age_nl(age)} oud."


def age_nl(age: timedelta) -> str:
    """How long that is, in its largest unit.

    >>> age_nl(timedelta(hours=3, minutes=59))
    '3 uur'
    """
    seconds = max(int(age.total_seconds()), 0)
    length, one, many = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    return f"{seconds // length} {one if seconds // length == 1 else many}"
