"""How far off a fix may be: what a receiver says of its own error, read as one standard deviation on each axis."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.projection import Floats


@dataclass(frozen=True)
class Accuracy:
    """How a stated accuracy, or an HDOP, becomes metres of standard deviation. Configuration, with stated defaults.

    An accuracy is a radius that holds the true position with `stated_confidence` (0.68 on Android and iOS); for a
    circular normal error the radius is sigma * sqrt(-2 ln(1 - confidence)). An HDOP is multiplied by `m_per_hdop`
    (a range error of 7 m, shared by two axes). Where both are given the larger counts, for receivers flatter
    themselves; where neither is, `unknown_m`. No receiver is believed below `least_m`.

    >>> round(Accuracy().sigma_m(15.0, None), 1), Accuracy().sigma_m(None, 4.0), Accuracy().sigma_m(None, None)
    (9.9, 20.0, 10.0)
    """

    stated_confidence: float = 0.68
    m_per_hdop: float = 5.0
    unknown_m: float = 10.0
    least_m: float = 3.0

    @cached_property
    def _per_stated_m(self) -> float:
        return 1.0 / math.sqrt(-2.0 * math.log(1.0 - self.stated_confidence))

    def sigma_m(self, accuracy_m: float | None, hdop: float | None) -> float:
        """One standard deviation on each axis, in metres, of one fix."""
        told = [
            part
            for part in (
                None if accuracy_m is None else accuracy_m * self._per_stated_m,
                None if hdop is None else hdop * self.m_per_hdop,
            )
            if part is not None
        ]
        return max([self.least_m, *told]) if told else self.unknown_m

    def sigmas_m(self, accuracies_m: Floats, hdops: Floats) -> Floats:
        """The same for columns, in which NaN stands for what was not told.

        >>> Accuracy().sigmas_m(np.array([15.0, np.nan]), np.array([1.0, np.nan])).round(1)
        array([ 9.9, 10. ])
        """
        told = np.fmax(accuracies_m * self._per_stated_m, hdops * self.m_per_hdop)
        return np.where(np.isnan(told), self.unknown_m, np.fmax(told, self.least_m))
