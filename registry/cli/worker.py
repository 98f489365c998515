"""`flask worker`: run the jobs."""

import signal
import threading

import click
from flask.cli import with_appcontext

from registry.http import runtime
from registry.jobs import run_worker


@click.command()
@with_appcontext
def worker() -> None:
    """Run the jobs until stopped; a second worker waits for the first to end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_worker(runtime(), stop)
