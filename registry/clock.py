"""Where `now` comes from: the system's clock, or, in a replay, a file that holds the track's instant."""

from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """The instant at the edge of the service; everything below receives it as `now`."""

    def __init__(self, follows: Path | None = None) -> None:
        self._follows = follows

    def now(self) -> datetime:
        """Return the current instant, aware and in UTC."""
        if self._follows is None:
            return datetime.now(UTC)
        return datetime.fromisoformat(self._follows.read_text(encoding="ascii").strip()).astimezone(UTC)

    @property
    def is_real(self) -> bool:
        """Say whether this is the system's own clock."""
        return self._follows is None
