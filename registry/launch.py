"""Starting the service with its worker (and the demo's simulator) as one command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from registry.app import build_runtime
from registry.config import SECRETS_FILE_NAME, SettingError, Settings, random_secrets
from registry.schema import migrate

_STOP_WITHIN_S = 15


@click.group()
def commands() -> None:
    """Registry and enforcement service for protection orders."""


@commands.command("new-secrets")
def new_secrets() -> None:
    """Print a fresh set of secrets as NAME=VALUE lines."""
    click.echo(random_secrets(), nl=False)


@commands.command("run")
def run() -> None:
    """Migrate the database and run the web process and the worker until one of them stops.

    DEMO=0 leaves out the fictional data; PORT and DATABASE_URL say where to listen and where to store.
    """
    environ = dict(os.environ)
    environ.setdefault("DEMO", "1")
    state_dir = Path(environ.get("STATE_DIR", "var")).absolute()
    _keep_secrets(environ, state_dir)
    try:
        settings = Settings.from_env(environ)
    except SettingError as error:
        raise click.ClickException(str(error)) from error
    shared = build_runtime(settings)
    migrate(shared.database)
    shared.database.dispose()
    raise SystemExit(_supervise(_programs(settings), environ))


def _keep_secrets(environ: dict[str, str], state_dir: Path) -> None:
    """Make random secrets on the first start, unless they are configured."""
    file = state_dir / SECRETS_FILE_NAME
    if "DATA_KEYS" in environ or "SECRETS_FILE" in environ or file.exists():
        return
    state_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as secrets_file:
        secrets_file.write(random_secrets())
    click.echo(f"Made random secrets in {file}: keep that file with the database, nothing can be read without it.")


def _programs(settings: Settings) -> list[list[str]]:
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    web = [sys.executable, "-m", "gunicorn", "--config", "python:registry.gunicorn_settings", "wsgi:app"]
    return [web, [*flask, "worker"]]


def _supervise(programs: list[list[str]], environ: dict[str, str]) -> int:
    """Run the programs together; when one ends, stop the others: half a service would look like a whole one."""
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: stopping.append(received))
    running = [subprocess.Popen(program, env=environ, start_new_session=True) for program in programs]
    while not stopping and all(process.poll() is None for process in running):
        time.sleep(0.2)
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline_s = time.monotonic() + _STOP_WITHIN_S
    for process in running:
        try:
            process.wait(max(0.1, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if stopping else 1
