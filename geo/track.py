"""The positions of one wearer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fix:
    """A position of a device; finite degrees (WGS84), time in epoch ms, accuracy in metres if the device told it.

    >>> Fix(1_700_000_000_000, 52.09, 5.12).order
    (1700000000000, 0, 52.09, 5.12)
    """

    at_ms: int
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None = None
    sequence: int = 0

    @property
    def order(self) -> tuple[int, int, float, float]:
        """The order of a track: time, then sequence; the position only makes ties come out alike every time."""
        return (self.at_ms, self.sequence, self.lat_deg, self.lon_deg)
