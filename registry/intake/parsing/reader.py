"""Reading the fields of a JSON object leniently: a value that cannot be used is a finding, never an error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from registry.intake.findings import Finding, finding
from registry.law.standstill import midnight
from registry.orders.naming.identifiers import IdentifierError, parse_birth_date

MOST_WARNINGS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_WORD, LONGEST_TEXT = 250, 20_000

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_FLAGS = {"true": True, "ja": True, "j": True, "1": True, "false": False, "nee": False, "n": False, "0": False}

T = TypeVar("T")


@dataclass(slots=True)
class Findings:
    """What was found wrong with a row; warnings beyond a hundred are counted as cut, rejections never."""

    found: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, code: str, pointer: str, cause: str | None = None) -> None:
        self.take(finding(code, pointer, cause))

    def take(self, each: Finding) -> None:
        if each.severity == "warning" and len(self.found) >= MOST_WARNINGS:
            each = finding("findings_cut", "")
        self.found.setdefault((each.code, each.field), each)

    @property
    def rejected(self) -> bool:
        return any(each.severity == "rejected" for each in self.found.values())


class Reader:
    """One JSON object of a row. Fields nobody asked for are findings once `close` is called."""

    def __init__(self, value: Mapping[str, object], pointer: str, findings: Findings) -> None:
        self.value = value
        self.pointer = pointer
        self.findings = findings
        self._asked: set[str] = set()

    def at(self, name: str | int) -> str:
        return f"{self.pointer}/{name}"

    def warn(self, code: str, name: str, cause: str | None = None) -> None:
        self.findings.add(code, self.at(name), cause)

    def raw(self, name: str) -> object:
        self._asked.add(name)
        return self.value.get(name)

    def tells(self, name: str) -> bool:
        """Whether anything is said under that name; an empty text says nothing."""
        value = self.value.get(name)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def close(self) -> None:
        for name in self.value.keys() - self._asked:
            # A name nobody agreed on may itself hold personal data: then only its place is told.
            self.findings.add("unknown_field", self.at(name) if FIELD_NAME.fullmatch(name) else self.pointer)

    def text(self, name: str, longest: int = LONGEST_WORD) -> str | None:
        self._asked.add(name)
        value = self.value.get(name)
        if value is None:
            return None
        # As most are: nothing to mend, so nothing to look at twice.
        if type(value) is str and value.isascii() and value.isprintable() and len(value) <= longest:
            return value.strip() or None
        return self._text(value, name, longest)

    def texts(self, name: str) -> list[tuple[str, str]]:
        """The texts of a list, each with its place below this object."""
        items = self._list(name)
        read = [(self._text(item, f"{name}/{number}", LONGEST_WORD), f"{name}/{number}") for number, item in items]
        return [(text, place) for text, place in read if text is not None]

    def parsed(self, name: str, parse: Callable[[str], T], code: str) -> T | None:
        """The text brought to its normal form; what `parse` refuses is a finding with that code."""
        text = self.text(name)
        return None if text is None else self.tried(text, name, parse, code)

    def tried(self, text: str, place: str, parse: Callable[[str], T], code: str) -> T | None:
        try:
            return parse(text)
        except IdentifierError as error:
            self.warn(code, place, error.code)
            return None

    def flag(self, name: str) -> bool | None:
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return value
        self.warn("wrong_type", name)
        return _FLAGS.get(str(value).strip().casefold()) if isinstance(value, int | str) else None

    def number(self, name: str, least: float, most: float) -> float | None:
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self.warn("wrong_type", name)
        return None

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        found = _iso_day(text[:10]) if len(text) == 10 or text[10:11] in ("T", "t", " ") else None
        if found is None or len(text) != 10:
            found = found or _dutch_day(text)
            self.warn("date_reformatted" if found else "date_unreadable", name)
        return found

    def instant(self, name: str, zone: ZoneInfo) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        day = _iso_day(text)
        found = midnight(day, zone) if day else _iso_instant(text)
        if found is None:
            self.warn("instant_unreadable", name)
            return None
        if day or found.tzinfo is None:
            self.warn("instant_without_zone", name)
        # Of a local time that comes twice the earlier counts: it works in favour of an ending.
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)

    def child(self, name: str) -> Reader | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, dict):
            self.warn("wrong_type", name)
        return Reader(value, self.at(name), self.findings) if isinstance(value, dict) else None

    def children(self, name: str) -> Iterator[Reader]:
        for number, item in self._list(name):
            if isinstance(item, dict):
                yield Reader(item, self.at(f"{name}/{number}"), self.findings)
            else:
                self.warn("wrong_type", f"{name}/{number}")

    def _list(self, name: str) -> list[tuple[int, object]]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.warn("wrong_type", name)
        return list(enumerate(value)) if isinstance(value, list) else [(0, value)]

    def _text(self, value: object, place: str, longest: int) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.warn("wrong_type", place)
            return None
        if isinstance(value, int):
            self.warn("wrong_type", place)
        whole = str(value) if isinstance(value, str) or abs(value) < 10**40 else ""
        text = whole if whole.isprintable() and len(whole) <= longest else _cleaned(whole[:longest])
        if text != whole:
            self.warn("text_cleaned", place)
        return unicodedata.normalize("NFC", text).strip() or None


def _cleaned(text: str) -> str:
    """Without control characters and halves of surrogate pairs, which a database refuses."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))


def _iso_day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _dutch_day(text: str) -> date | None:
    try:
        found = parse_birth_date(text)
    except IdentifierError:
        return None
    if not FIRST_YEAR <= found.year <= LAST_YEAR or found.month is None or found.day is None:
        return None
    return date(found.year, found.month, found.day)


def _iso_instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
