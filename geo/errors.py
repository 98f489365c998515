"""What can be wrong with geometry, schedules and tracks. No message ever holds a coordinate."""


class GeoError(ValueError):
    """One fault: a stable code for programs, a message for people, a JSON pointer to the place in the input.

    >>> str(GeometryError("not_closed", "the ring is not closed", "/coordinates/0"))
    'the ring is not closed (not_closed at /coordinates/0)'
    """

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(code, message, path)
        self.code = code
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return f"{self.message} ({self.code} at {self.path or '/'})"


class GeometryError(GeoError):
    """The geometry cannot be judged."""


class ScheduleError(GeoError):
    """The weekly windows or the exceptions cannot be read."""


class TrackError(GeoError):
    """The caller broke the contract of the track: wrong order, or a zone with an open episode left out."""
