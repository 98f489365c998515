"""Runs a program that ends when the one that started it does, also when that was killed and could not say so.

python -m registry.tied PID_OF_STARTER PROGRAM ARGUMENT ...
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def run(starter: int, program: list[str]) -> None:
    """Become the program, tied to its starter; only Linux knows such a tie, elsewhere it simply runs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != starter:
        sys.exit("The one that started this has ended already.")
    os.execv(program[0], program)


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
