"""The published catalogue of what can be wrong with a row of a delivery, in Dutch, with what is asked of the sender.

The texts are data (`findings.toml`). A row is rejected only when nothing can be done with it; everything else warns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Severity = Literal["rejected", "warning", "conflict"]

FILE = Path(__file__).with_name("findings.toml")


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the catalogue with its Dutch text and what is asked of the sender."""

    code: str
    severity: Severity
    message_nl: str
    action_nl: str


class CatalogueError(ValueError):
    """The catalogue of findings is not sound; the service must not start on it."""


def read(text: str) -> dict[str, Code]:
    """The catalogue that a text holds; raises CatalogueError naming every entry that is wrong."""
    sections = tomllib.loads(text)
    faults = [f"{section}: no such severity" for section in sections if section not in get_args(Severity)]
    codes: dict[str, Code] = {}
    for severity in get_args(Severity):
        for code, texts in sections.get(severity, {}).items():
            if set(texts) != {"message_nl", "action_nl"} or not all(one.endswith(".") for one in texts.values()):
                faults.append(f"{code}: needs message_nl and action_nl, each a sentence")
            elif code in codes:
                faults.append(f"{code}: stands twice")
            else:
                codes[code] = Code(code, severity, **texts)
    if faults:
        raise CatalogueError("\n".join(faults))
    return codes


CATALOGUE: Mapping[str, Code] = read(FILE.read_text(encoding="utf-8"))
CODES: Mapping[str, Code] = {code: one for code, one in CATALOGUE.items() if one.severity != "conflict"}
CONFLICTS: Mapping[str, Code] = {code: one for code, one in CATALOGUE.items() if one.severity == "conflict"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a row: its code and a JSON pointer to the field; never a value from the row."""

    code: str
    field: str
    severity: Severity
    message_nl: str
    action_nl: str
    cause: str | None = None


def finding(code: str, pointer: str, cause: str | None = None) -> Finding:
    """The finding of the catalogue at that place; `cause` is the finer code of what refused the value."""
    entry = CATALOGUE[code]
    return Finding(code, pointer, entry.severity, entry.message_nl, entry.action_nl, cause)
