"""What a process holds for as long as it runs: law, tracks, names.

Python's collector would look through it again and again for garbage that is not there: a tenth of the time that reading
orders takes, and pauses that a caller feels.
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NEW_OBJECTS, _YOUNG, _OLD = 50_000, 20, 50
_M_ARENA_MAX, _POOLS = -8, 2


def keep() -> None:
    """Leave what was made so far to itself, and look for garbage less often; called once a process has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)


def share_pools() -> None:
    """Let all threads take memory from two pools of the C library; called before there is a second thread.

    It gives a thread a pool of its own, up to eight a core, and keeps in each what the largest job that ever ran there
    took: a process whose jobs run on any of thirty threads holds the largest of them sixteen times.
    """
    # Another C library than glibc has no such setting, and no such pools.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _POOLS)


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
