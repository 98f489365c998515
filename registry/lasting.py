"""What a process holds for as long as it runs: law, tracks, names.

Python's collector would look through it again and again for garbage that is not there: a tenth of the time that reading
orders takes, and pauses that a caller feels.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS, _YOUNG, _OLD = 50_000, 20, 50


def keep() -> None:
    """Leave what was made so far to itself, and look for garbage less often; called once a process has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)


@contextmanager
def making() -> Iterator[None]:
    """For what makes very much that lasts: meanwhile nobody looks for garbage in it, and then it is left alone."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
