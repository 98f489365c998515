"""An order entered ahead of the CJIB's message: by whom, until when, and which order took its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Provisional:
    """What is known of a provisional entry (voorlopige invoer), by the names of organisations only.

    `replaced_version` is the version that ended it when the CJIB's order took its place; both are None before.
    """

    entered_by: str
    instructed_by: str
    entered_at: datetime
    expires_at: datetime
    replaced_by_number: str | None = None
    replaced_version: int | None = None

    def has_expired(self, at: datetime) -> bool:
        """Whether the CJIB should have confirmed it by then."""
        return at >= self.expires_at
