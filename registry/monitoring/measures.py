"""What a receiver says of a position beside where it is: taken as told, as unknown, or as bad as can be."""

_LEAST_TOLD = 1e-9  # trackers send 0 for an accuracy or HDOP they do not know


def known(value: float | None, least: float, most: float) -> float | None:
    """Return the value, or None where it is the sender's way of saying unknown, or no possible value."""
    return value if value is not None and least <= value <= most else None


def as_bad_as(value: float | None, most: float) -> float | None:
    """Return an error or a dilution, at most `most`; None where none was told.

    A receiver that says 999 has no fix worth the name: taken for unknown, its position would be believed to 10 m.
    """
    return min(value, most) if value is not None and value >= _LEAST_TOLD else None
