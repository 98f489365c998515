"""The demo's commands: the tour and the simulator."""

from __future__ import annotations

import os
import signal
import threading

import click

from registry import logs
from registry.clock import Clock
from registry.config import SettingError, Settings
from registry.demo.caller import Caller, Unreachable
from registry.demo.parties import BY_CODE, FILE_NAME, Credentials
from registry.demo.tour.narrator import Narrator
from registry.demo.tour.play import play_all
from registry.demo.walking import walk


def _settings() -> Settings:
    try:
        return Settings.from_env({"DEMO": "1"} | dict(os.environ))
    except SettingError as error:
        raise click.ClickException(f"{error} Start the demo first: make run") from error


@click.command()
@click.option("--url", help="Where the demo runs; by default where `make run` starts it.")
def tour(url: str | None) -> None:
    """Play the journeys against the running demo, one role each; exit with 1 when an answer is not as expected."""
    settings = _settings()
    credentials = Credentials(settings.state_dir)
    if credentials.get("CJIB") is None:
        raise click.ClickException(f"There is no {FILE_NAME} in {settings.state_dir}. Start the demo first: make run")
    url = url or f"http://127.0.0.1:{settings.port}"
    try:
        healthy = Caller(url, None, None).get("/healthz").status == 200
    except Unreachable:
        healthy = False
    if not healthy:
        raise click.ClickException(f"Nothing answers at {url}. Start the demo first, in another window: make run")
    narrator = Narrator()
    as_expected = play_all(url, credentials, narrator)
    narrator.chapter("Slot")
    if not as_expected:
        narrator.read(*(f"niet zoals verwacht: {failure}" for failure in narrator.failures))
        raise SystemExit(1)
    narrator.read("Elk antwoord was zoals verwacht.")


@click.command(hidden=True)
@click.option("--url", required=True)
def simulate(url: str) -> None:
    """Let the fictional wearers walk until stopped."""
    settings = _settings()
    logs.configure(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    walk(Caller(url, BY_CODE["DVO"], Credentials(settings.state_dir).get("DVO")), stop, Clock())
