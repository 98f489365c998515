"""The service as the demo has it, answering on a free port: the real application, with the worker's pump beside it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from registry.app import build_runtime, create_app
from registry.config import Settings
from registry.demo.caller import Caller, callers
from registry.demo.parties import BY_CODE, Credentials, ensure_parties
from registry.http import Runtime
from registry.outbox.delivery import pump
from tests.world import secrets_environ


class Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        return


@dataclass
class Served:
    url: str
    shared: Runtime
    credentials: Credentials
    first_on: date

    @property
    def by(self) -> dict[str, Caller]:
        return callers(self.url, self.credentials, BY_CODE)


def demo_settings(database_url: str, state_dir: Path) -> Settings:
    environ = secrets_environ() | {"DATABASE_URL": database_url, "STATE_DIR": str(state_dir), "MODE": "demo"}
    return Settings.from_env(environ | {"WEBHOOK_PRIVATE_HOSTS": "127.0.0.1", "LOG_LEVEL": "CRITICAL"})


def parties_of(shared: Runtime) -> date:
    credentials = Credentials(shared.settings.state_dir)
    with shared.database.transaction() as session:
        return ensure_parties(session, credentials, shared.settings.keys.pepper, shared.clock.now())


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    shared = build_runtime(settings)
    first_on = parties_of(shared)
    server = make_server("127.0.0.1", 0, create_app(settings, shared), threaded=True, request_handler=Silent)
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=pumping, args=(shared, stop))]
    for thread in threads:
        thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", shared, Credentials(settings.state_dir), first_on)
    finally:
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        shared.close()


def pumping(shared: Runtime, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        pump(shared)


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[Served]:
    with serving(demo_settings(database_url, tmp_path)) as started:
        yield started
