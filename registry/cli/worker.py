"""`flask worker`: run the jobs."""

import os
import signal
import sys
import threading

import click
from flask.cli import with_appcontext

from registry import lasting
from registry.http import runtime
from registry.jobs import run_worker

_SWITCH_S = 0.0005
# Where the cores do not suffice, a dispatcher who waits and a position that comes in go before work in the background,
# which keeps a quarter of a contended core.
_NICER = 5


@click.command()
@with_appcontext
def worker() -> None:
    """Run the jobs until stopped; a second worker waits for the first to end."""
    # A thread that computes keeps the others waiting this long each time they come back from the database, and the
    # drivers come back from it at every row.
    sys.setswitchinterval(_SWITCH_S)
    os.nice(_NICER)
    lasting.share_pools()
    lasting.keep()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_worker(runtime(), stop)
