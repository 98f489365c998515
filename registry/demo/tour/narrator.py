"""Telling the tour: who asks what, what is answered, and whether that is what the journey expects."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule

from registry.demo.caller import Caller, Reply
from registry.http.fields import parse_instant

_LONGEST = 400
_DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


class Unexpected(Exception):
    """An answer is not what the journey expects; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and the status that the journey expects."""

    method: str
    path: str
    document: Any = None
    expect: int = 200
    content_type: str = "application/json"


def get(path: str, expect: int = 200) -> Question:
    """Ask."""
    return Question("GET", path, expect=expect)


def post(path: str, document: Any, expect: int = 201) -> Question:
    """Tell."""
    return Question("POST", path, document, expect)


@dataclass
class Narrator:
    """Prints the tour and remembers what was not as expected."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    failures: list[str] = field(default_factory=list)
    last_shown: str = ""

    def chapter(self, title_nl: str) -> None:
        """Begin the journey of a role."""
        self.console.print()
        self.console.print(Rule(f"[bold]{escape(title_nl)}[/bold]", align="left"))

    def ask(self, caller: Caller, text_nl: str, question: Question) -> Reply:
        """Put a question, print it with its answer; raises Unexpected on another status."""
        self.console.print(f"\n[bold cyan]{caller.name}[/bold cyan] {escape(text_nl)}")
        self._line(2, f"→ {question.method} {escape(question.path)} {escape(self._shown(question.document))}", "dim")
        headers = {"content_type": question.content_type}
        reply = caller.call(question.method, question.path, question.document, **headers)
        colour = "green" if reply.status == question.expect else "red"
        self._line(2, f"[{colour}]← {reply.status}[/{colour}] {escape(_said(reply))}", "dim")
        if reply.status != question.expect:
            raise Unexpected(f"{question.method} {question.path} gaf {reply.status}, verwacht was {question.expect}")
        return reply

    def read(self, *lines_nl: str | None) -> None:
        """Print what a person would read."""
        for line in lines_nl:
            if line:
                self._line(4 + len(line) - len(line.lstrip()), escape(line.lstrip()))

    def check(self, holds: bool, text_nl: str) -> None:
        """Say whether something is as it should be; raises Unexpected when it is not."""
        self._line(2, f"[{'green' if holds else 'red'}]{'✓' if holds else '✗'} {escape(text_nl)}[/]")
        if not holds:
            raise Unexpected(text_nl)

    def fail(self, text: str) -> None:
        """Remember what was not as expected, and go on with the next journey."""
        self.failures.append(text)
        self._line(2, f"[bold red]NIET ZOALS VERWACHT:[/bold red] {escape(text)}")

    def _line(self, indent: int, text: str, style: str = "") -> None:
        self.console.print(Padding(text, (0, 0, 0, indent), expand=False), style=style)

    def _shown(self, document: Any) -> str:
        """The message, cut where it is long, and not a second time."""
        if document is None:
            return ""
        if isinstance(document, bytes):
            return f"({len(document)} bytes)"
        text = json.dumps(document, ensure_ascii=False)
        if text == self.last_shown:
            return "(hetzelfde bericht)"
        self.last_shown = text
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text)} tekens)"


def when_nl(instant: str | None, otherwise: str = "nu") -> str:
    """Return an instant as somebody in the Netherlands writes it.

    >>> when_nl("2026-07-01T22:30:00Z")
    '2-7-2026 0:30 uur'
    """
    if instant is None:
        return otherwise
    at = parse_instant(instant).astimezone(_DUTCH_TIME)
    return f"{at.day}-{at.month}-{at.year} {at.hour}:{at.minute:02} uur"


def _said(reply: Reply) -> str:
    """A problem in full; of anything else only that it came, for the journey prints what matters of it."""
    if reply.status < 400 or not isinstance(reply.body, dict):
        return ""
    faults = "".join(f" [{fault['pointer']}: {fault['detail']}]" for fault in reply.body.get("errors", []))
    return f"{reply.body.get('detail', '')}{faults}"
