"""A real instance to measure: fresh state, random secrets, a migrated database, gunicorn and the worker.

PostgreSQL is the server that BENCH_DATABASE_URL names, else one started for this run as the tests start theirs.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from registry.access.rules import OrganisationKind, Scope
from registry.app import build_runtime
from registry.config import SECRETS_FILE_NAME, Settings, random_secrets
from registry.http import Runtime
from registry.privacy.sealing import key_of_nobody
from registry.schema import migrate
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")
HOST = "127.0.0.1"
_WEB = ("-m", "gunicorn", "--config", "python:registry.gunicorn_settings", "wsgi:app")
_FLASK = ("-m", "flask", "--app", "wsgi")
_START_WITHIN_S = 120
_STOP_WITHIN_S = 20
# What a delivery leaves to do in the background (the copy for an outage, the watch over ends) is done when the
# processes have used this little of a core for this long; the watch over 10,000 wearers alone takes a sixth of one.
_SETTLED_SHARE, _SETTLED_S, _SETTLES_WITHIN_S = 0.3, 5.0, 900.0
_MIB = 1 << 20


class InstanceError(RuntimeError):
    """The instance did not do what was asked; the text holds the end of its log."""


class Instance:
    """One installation of the service, with a process group of its own that can be killed as a whole."""

    def __init__(self, database: str, url: str, state_dir: Path) -> None:
        self.database = database
        self.url = url
        self.state_dir = state_dir
        self.port = _free_port()
        (state_dir / SECRETS_FILE_NAME).write_text(random_secrets() + key_of_nobody(), encoding="ascii")
        self.environ = _plain_environ() | {
            "MODE": "production",
            "DATABASE_URL": url,
            "STATE_DIR": str(state_dir),
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "MAX_BODY_MIB": "4096",
        }
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> tuple[str, int]:
        """Where the service listens."""
        return HOST, self.port

    @property
    def group(self) -> int:
        """The number of the process group of the web process and the worker."""
        return self._running[0].pid

    @contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """Open the instance's database from this process, with its keys, to look inside."""
        shared = build_runtime(Settings.from_env(self.environ))
        try:
            yield shared
        finally:
            shared.close()

    def start(self, tracer: Sequence[str] = ()) -> None:
        """Start the web process (under a tracer, if one is given) and the worker, and wait until it answers."""
        web = self._spawn([*tracer, sys.executable, *_WEB], "web", 0)
        self._running = [web]
        self._running.append(self._spawn([sys.executable, *_FLASK, "worker"], "worker", web.pid))
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop both as an operator would; kill what does not stop."""
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline_s = time.monotonic() + _STOP_WITHIN_S
        for process in self._running:
            try:
                process.wait(max(0.1, deadline_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                break
        self.kill()

    def kill(self) -> None:
        """Kill the whole process group at once, as a power cut would end it."""
        if self._running:
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
            for process in self._running:
                process.wait()
        self._running = []

    def command(self, *arguments: str) -> str:
        """Run a command of the operator, such as `audit verify`, and return what it printed."""
        done = subprocess.run(
            [sys.executable, *_FLASK, *arguments], env=self.environ, cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            raise InstanceError(f"flask {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def add_client(self, code: str, kind: OrganisationKind, *scopes: Scope) -> dict[str, str]:
        """Add an organisation with a client, and return the headers that its calls bear."""
        self.command("organisation", "add", code, f"Organisatie {code}", kind.value)
        named = [word for scope in scopes for word in ("--scope", scope.value)]
        key = self.command("client", "add", code, f"client van {code}", *named).split("key ")[1].strip()
        end_user = {"End-User": "bench-1", "End-User-Unit": "bench", "End-User-Role": "bench"}
        return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | end_user

    def rss_mib(self) -> dict[str, float]:
        """Return the highest resident memory so far of the serving process, of the worker and of its readers."""
        web, worker = (process.pid for process in self._running)
        readers = sum(map(_rss_mib, _with_children(worker)[1:]))
        return {"web": max(map(_rss_mib, _with_children(web))), "worker": _rss_mib(worker), "readers": readers}

    def cpu_s(self) -> dict[int, float]:
        """Return the processor time that each process of the instance has used since it started, by its id."""
        return {pid: _cpu_s(pid) for process in self._running for pid in _with_children(process.pid)}

    def cpu_since_s(self, before_s: dict[int, float]) -> float:
        """Return what the processes that live now have used since a reading; one that ended meanwhile is left out."""
        return sum(used_s - before_s.get(pid, 0.0) for pid, used_s in self.cpu_s().items())

    def settle(self) -> float:
        """Wait until the background work that was left is done, and return how long that took, in seconds."""
        began_s = time.monotonic()
        while time.monotonic() - began_s < _SETTLES_WITHIN_S:
            before_s = self.cpu_s()
            time.sleep(_SETTLED_S)
            if self.cpu_since_s(before_s) < _SETTLED_SHARE * _SETTLED_S:
                return time.monotonic() - began_s - _SETTLED_S
        raise InstanceError(f"the instance is still busy after {_SETTLES_WITHIN_S:.0f} s\n{self.log_tail()}")

    def log_tail(self) -> str:
        """Return the last lines that the processes wrote."""
        files = sorted(self.state_dir.glob("*.log"))
        return "\n".join(f"{file.name}:\n{file.read_text(errors='replace')[-2000:]}" for file in files)

    def _spawn(self, program: Sequence[str], name: str, group: int) -> "subprocess.Popen[bytes]":
        with (self.state_dir / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                list(program), env=self.environ, cwd=ROOT, stdout=log, stderr=log, process_group=group
            )

    def _wait_until_it_answers(self) -> None:
        deadline_s = time.monotonic() + _START_WITHIN_S
        while time.monotonic() < deadline_s:
            if any(process.poll() is not None for process in self._running):
                break
            try:
                connection = http.client.HTTPConnection(*self.address, timeout=5)
                connection.request("GET", "/v1/openapi.json")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        raise InstanceError(f"the service did not start:\n{self.log_tail()}")


@contextmanager
def fresh(database: str) -> Iterator[Instance]:
    """Make an instance on an empty, migrated database, not yet started; it is stopped and removed whatever happens."""
    with ExitStack() as undo:
        folder = Path(tempfile.mkdtemp(prefix="bbbench-", dir=os.environ.get("BENCH_DIR")))
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        instance = Instance(database, undo.enter_context(empty_database(database, folder)), folder)
        with instance.runtime() as shared:
            migrate(shared.database)
        undo.callback(instance.stop)
        try:
            yield instance
        except Exception as error:
            error.add_note(instance.log_tail())
            raise


@contextmanager
def empty_database(database: str, folder: Path) -> Iterator[str]:
    """Make a database without tables and give its address; it is removed afterwards."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'registry.db'}"
        return
    server = postgres.server()
    made = server.fresh()
    try:
        yield postgres.text_of(made)
    finally:
        server.drop(made)


@contextmanager
def servers() -> Iterator[None]:
    """Keep what the databases of a run share, and stop the server that was started for it."""
    if given := os.environ.get("BENCH_DATABASE_URL"):
        os.environ["DATABASE_URL_TEST"] = given
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    postgres.open_folder()
    try:
        yield
    finally:
        postgres.close_folder()


def _plain_environ() -> dict[str, str]:
    """Return this process's environment without a setting that was meant for another instance."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "WEB_THREADS")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _with_children(int(child))
    return found


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(kib) * 1024 / _MIB, 1)
