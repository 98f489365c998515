"""How long something has been going on: work in turns, and pauses between them."""

from __future__ import annotations

import time
from collections.abc import Callable

Enough = Callable[[], bool]


def after(seconds: float) -> Enough:
    """Return what says whether so many seconds have passed from now on."""
    end_s = time.monotonic() + seconds
    return lambda: time.monotonic() >= end_s
