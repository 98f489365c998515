"""Starting the service with its worker, and with the demo's data and simulator, as one command."""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sqlalchemy import inspect

from registry import logs
from registry.app import build_runtime
from registry.config import SECRETS_FILE_NAME, SettingError, Settings, random_secrets, require_privacy_key
from registry.db import Database
from registry.demo.caller import callers
from registry.demo.loading import NotLoaded, load
from registry.demo.parties import BY_CODE, Credentials, NotTheDemo, ensure_parties
from registry.demo.receiver import receiving
from registry.demo.replay import Found, Replay, ReplayFailed, own_environ, set_clock, show
from registry.demo.tracks import TrackFix, UnusableInput, read_area, read_tracks
from registry.demo.welcome import welcome_nl, without_demo_nl
from registry.enforcement.procedure.table import require_fit
from registry.http import Runtime
from registry.law import LawTableError
from registry.law import load as load_law
from registry.monitoring.dry_run.lines import transit_lines
from registry.privacy.commands import OFFICERS_FILE_NAME, write_private_key
from registry.privacy.sealing import key_setting
from registry.programs import WEB, WORKER, NotStarted, Programs
from registry.schema import migrate

_log = logs.get(__name__)

_NOT_THE_DEMO = (
    "This database holds organisations that are not the demo's; fictional data has no place among them. "
    "Say DEMO=0, or give the demo a database and STATE_DIR of its own."
)


@click.command("run")
def run() -> None:
    """Migrate the database and run the web process and the worker until told to stop; one that ends is started again.

    DEMO=0 leaves out the fictional data; PORT and DATABASE_URL say where to listen and where to store.
    """
    environ = dict(os.environ)
    environ.setdefault("DEMO", "1")
    state_dir = Path(environ.get("STATE_DIR", "var")).absolute()
    _keep_secrets(environ, state_dir)
    try:
        settings = Settings.from_env(environ)
        if settings.privacy_key is None and "SECRETS_FILE" not in environ and (state_dir / SECRETS_FILE_NAME).exists():
            _keep_privacy_key(state_dir)
            settings = Settings.from_env(environ)
        require_privacy_key(settings)
        require_fit(load_law(settings.policy_file).terms)
        if settings.transit_lines_file is not None:
            transit_lines(settings.transit_lines_file)
    except (SettingError, LawTableError) as error:
        raise click.ClickException(str(error)) from error
    if settings.is_demo:
        # The tour receives webhooks on this machine, which a service without a demo is not to send to.
        environ.setdefault("WEBHOOK_PRIVATE_HOSTS", "127.0.0.1")
    logs.configure(settings.log_level)
    _require_free(settings)
    first_on = _prepare(settings)
    raise SystemExit(_run(settings, environ, first_on))


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


def _keep_privacy_key(state_dir: Path) -> None:
    """Make a key pair for the privacy officer beside random secrets, so that the first command works."""
    file = state_dir / OFFICERS_FILE_NAME
    public = write_private_key(file, None)
    with (state_dir / SECRETS_FILE_NAME).open("a", encoding="ascii") as secrets_file:
        secrets_file.write(f"\n{key_setting(public)}")
    click.echo(f"Made the privacy officer's key in {file}: it is that role's alone, take it away from this machine.")


def _require_free(settings: Settings) -> None:
    """Say in time that the port is taken; the web server would only say so after the demo was prepared."""
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            reason = f"Port {settings.port} on {settings.bind} cannot be used ({error.strerror})."
            raise click.ClickException(f"{reason} Stop what uses it, or say PORT=8001 make run.") from error


def _prepare(settings: Settings) -> date | None:
    """Bring the database to the newest schema; return the first day of the fictional parties, where there are any."""
    shared = build_runtime(settings)
    try:
        migrate(shared.database)
        return None if settings.mode == "production" else _first_day(shared)
    except NotTheDemo as error:
        raise click.ClickException(_NOT_THE_DEMO) from error
    finally:
        shared.close()


def _first_day(shared: Runtime) -> date:
    credentials = Credentials(shared.settings.state_dir)
    with shared.database.transaction() as session:
        return ensure_parties(session, credentials, shared.settings.keys.pepper, shared.clock.now())


def _run(settings: Settings, environ: dict[str, str], first_on: date | None) -> int:
    """Run until told to stop, which is 0; 1 when the service never came to answer."""
    received: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signalled, _: received.append(signalled))
    programs = Programs(environ)
    try:
        programs.start(WEB)
        programs.start(WORKER)
        _welcome(settings, first_on, programs, lambda: bool(received))
        programs.supervise(lambda: bool(received), _tell_of_end)
    except (NotStarted, NotLoaded) as error:
        click.echo(f"The service did not start. {error}", err=True)
        return 1
    finally:
        programs.stop()
    return 0


def _tell_of_end(program: str, status: int) -> None:
    _log.error("program_ended", program=program, status=status)


def _welcome(settings: Settings, first_on: date | None, programs: Programs, stopping: Callable[[], bool]) -> None:
    url = local_url(settings)
    if not programs.wait_until_healthy(url, stopping=stopping):
        return
    if first_on is None:
        click.echo(without_demo_nl(url))
        return
    credentials = Credentials(settings.state_dir)
    load(url, credentials, first_on)
    programs.start((sys.executable, "-m", "registry", "simulate", "--url", url))
    click.echo(welcome_nl(url, credentials))


def local_url(settings: Settings) -> str:
    """Return where this machine itself reaches the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.bind, settings.bind)
    return f"http://{host}:{settings.port}"


@click.command("replay")
@click.option("--tracks", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--zones", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--area", required=True)
def replay(tracks: Path, zones: Path, area: str) -> None:
    """Walk real tracks through a service of its own, with a named area as the ban, and print what it found.

    It uses a fresh SQLite database that is thrown away, or the empty database of DATABASE_URL, left empty again.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        shape, fixes = read_area(zones, area), read_tracks(tracks)
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            found = _replay(Path(folder), fixes, shape)
    except (UnusableInput, ReplayFailed, NotStarted, NotLoaded) as error:
        raise click.ClickException(str(error)) from error
    show(found, area, Console())


def _replay(folder: Path, fixes: Sequence[TrackFix], shape: Mapping[str, Any]) -> Found:
    environ = own_environ(folder)
    set_clock(folder, fixes[0].at - timedelta(seconds=1))
    settings = Settings.from_env(environ)
    logs.configure(settings.log_level)
    _require_empty(settings)
    _prepare(settings)
    programs = Programs(environ)
    try:
        programs.start(WEB)
        programs.start(WORKER)
        programs.wait_until_healthy(local_url(settings))
        with receiving() as receiver:
            walked = Replay(callers(local_url(settings), Credentials(folder), BY_CODE), folder, receiver)
            walked.prepare(fixes, shape)
            walked.walk(fixes, Console(stderr=True))
            return walked.found()
    finally:
        programs.stop()
        _leave_empty(settings)


def _require_empty(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        if inspect(database.write_engine).get_table_names():
            raise UnusableInput("The database of DATABASE_URL is not empty; a replay needs one of its own.")
    finally:
        database.dispose()


def _leave_empty(settings: Settings) -> None:
    """Take away what the replay made in a database that it was lent; its own file goes with its folder."""
    if not settings.is_sqlite:
        database = Database(settings.database_url)
        migrate(database, "base")
        database.dispose()
