"""How one setting is read from its text: what it takes, and what is said when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class SettingError(ValueError):
    """A setting is missing or wrong; the text names it and says what it takes."""


def required(environ: Mapping[str, str], name: str) -> str:
    """A setting that must be there; raises SettingError."""
    value = environ.get(name, "")
    if not value:
        raise SettingError(f"{name} is not set. `python -m registry new-secrets` prints a fresh set of secrets.")
    return value


def integer(environ: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    """A whole number within what is allowed; raises SettingError."""
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) not in allowed:
        raise SettingError(f"{name} takes a whole number from {allowed.start} to {allowed.stop - 1}.")
    return int(text)


def days(environ: Mapping[str, str], name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Numbers of days, the most first; raises SettingError."""
    told = [one.strip() for one in environ.get(name, "").split(",") if one.strip()]
    if not all(one.isdigit() and 0 < int(one) < 1000 for one in told):
        raise SettingError(f"{name} takes numbers of days from 1 to 999, separated by commas.")
    return tuple(sorted({int(one) for one in told}, reverse=True)) or default


def pattern(environ: Mapping[str, str], name: str) -> str | None:
    """A regular expression that compiles, or None; raises SettingError."""
    text = environ.get(name) or None
    try:
        re.compile(text or "")
    except re.error as error:
        raise SettingError(f"{name} takes a regular expression: {error}.") from error
    return text


def flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """Whether a setting is on; raises SettingError."""
    text = environ.get(name, "").lower()
    if not text:
        return default
    if text not in _TRUE | _FALSE:
        raise SettingError(f"{name} takes 1 or 0.")
    return text in _TRUE
