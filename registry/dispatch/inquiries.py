"""A question on its way to a process that answers, and the answer on its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.access.audit import Entry, Row
from registry.access.rules import Actor


@dataclass(frozen=True, slots=True, repr=False)
class Inquiry:
    """A question as it was parsed, with who asks it and when."""

    actor: Actor
    now: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """An answer as JSON, and what must be on disk before it may leave: audit, sealed question, items to review."""

    content: bytes
    audit: Sequence[Entry]
    questions: Sequence[Row]
    items: Sequence[Row]
    is_from_copy: bool = False
