"""The real application on a real database, with a clock that a test sets, and callers with keys of their own."""

import base64
import json
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from werkzeug.test import TestResponse

from registry import logs
from registry.access import service
from registry.access.models import Organisation
from registry.access.rules import OrganisationKind, Scope
from registry.app import assembled, build_runtime, install
from registry.clock import Clock
from registry.config import Settings
from registry.db import Database
from registry.http import Runtime
from registry.schema import migrate
from tests import postgres
from tests.compiled import share_compiled
from tests.description import validator_of
from tests.emptied import Emptied

OFFICERS_KEY = X25519PrivateKey.from_private_bytes(bytes([9]) * 32)
OFFICERS_PUBLIC = OFFICERS_KEY.public_key().public_bytes_raw()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class HandClock(Clock):
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> datetime:
        self.at += timedelta(**parts)
        return self.at


def secrets_environ() -> dict[str, str]:
    """Return fixed secrets: tests must come out the same each time."""
    keys = {
        name: base64.b64encode(bytes([number]) * 32).decode()
        for number, name in enumerate(("DATA_KEYS", "INDEX_KEY", "API_KEY_PEPPER", "CHECKPOINT_SEED"), start=1)
    }
    return keys | {"DATA_KEYS": f"1:{keys['DATA_KEYS']}", "PRIVACY_KEY": base64.b64encode(OFFICERS_PUBLIC).decode()}


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "registry.db"
    make_schema(f"sqlite:///{file}")
    return file


def make_schema(url: str) -> None:
    """Bring an empty database to the newest schema, through the migrations that a deployment runs."""
    database = Database(url)
    migrate(database)
    database.dispose()


@pytest.fixture(scope="session")
def emptied_postgres(postgres_server: postgres.Server) -> Iterator[Emptied]:
    """A migrated database on PostgreSQL that each test of this process finds empty."""
    database = Emptied(postgres_server, make_schema)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database of each kind, with nothing in it but what the migrations wrote."""
    if request.param == "sqlite":
        file = tmp_path / "registry.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite:///{file}"
    emptied: Emptied = request.getfixturevalue("emptied_postgres")
    return emptied.address()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    environ = secrets_environ() | {
        "DATABASE_URL": database_url,
        "STATE_DIR": str(tmp_path),
        "WEBHOOK_PRIVATE_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }
    return Settings.from_env(environ)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def shared(settings: Settings, clock: HandClock) -> Iterator[Runtime]:
    built = build_runtime(settings, clock)
    share_compiled(built.database)
    yield built
    built.close()


@pytest.fixture(scope="session")
def application() -> Flask:
    """The application, assembled once: to compile its routes took a third of the time of the suite."""
    return assembled()


@pytest.fixture
def app(application: Flask, settings: Settings, shared: Runtime) -> Flask:
    logs.configure(settings.log_level)
    install(shared, application)
    return application


class Caller:
    """A client of an organisation that holds certain scopes; every answer is held against the API description."""

    def __init__(self, app: Flask, organisation: Organisation, key: str) -> None:
        self.app = app
        self.organisation_id = organisation.id
        self.headers = {
            "Authorization": f"Bearer {key}",
            "End-User": "tester-1",
            "End-User-Unit": "unit-1",
            "End-User-Role": "role-1",
        }

    def call(self, method: str, path: str, **arguments: Any) -> TestResponse:
        headers = self.headers | arguments.pop("headers", {})
        response = self.app.test_client().open(path, method=method, headers=headers, **arguments)
        assert response.headers["API-Version"]
        check_described(self.app, method, path, response)
        return response

    def get(self, path: str, **arguments: Any) -> TestResponse:
        return self.call("GET", path, **arguments)

    def post(self, path: str, document: Any = None, **arguments: Any) -> TestResponse:
        return self.call("POST", path, **({"json": document} if document is not None else {}), **arguments)

    def put(self, path: str, document: Any, **arguments: Any) -> TestResponse:
        return self.call("PUT", path, json=document, **arguments)

    def delete(self, path: str, **arguments: Any) -> TestResponse:
        return self.call("DELETE", path, **arguments)


class World:
    """Makes organisations and callers."""

    def __init__(self, app: Flask, shared: Runtime, clock: HandClock) -> None:
        self.app = app
        self.shared = shared
        self.clock = clock

    def organisation(self, code: str, kind: OrganisationKind) -> Organisation:
        with self.shared.database.transaction() as session:
            return service.add_organisation(session, code, f"Organisatie {code}", kind)

    def caller(self, code: str, kind: OrganisationKind, *scopes: Scope) -> Caller:
        """Return a caller with these scopes, or with all of them when none is named."""
        key = service.new_key()
        with self.shared.database.transaction() as session:
            owner = service.add_organisation(session, code, f"Organisatie {code}", kind)
            secret = service.ClientSecret(key, self.shared.settings.keys.pepper, self.clock.now())
            service.add_client(session, owner, f"client of {code}", scopes or tuple(Scope), secret)
        return Caller(self.app, owner, key)

    def caller_of(self, caller: Caller, *scopes: Scope) -> Caller:
        """Return another caller of the same organisation, with only these scopes."""
        key = service.new_key()
        with self.shared.database.transaction() as session:
            owner = session.get_one(Organisation, caller.organisation_id)
            secret = service.ClientSecret(key, self.shared.settings.keys.pepper, self.clock.now())
            service.add_client(session, owner, "another client", scopes, secret)
        return Caller(self.app, owner, key)


@pytest.fixture
def world(app: Flask, shared: Runtime, clock: HandClock) -> World:
    return World(app, shared, clock)


def check_described(app: Flask, method: str, path: str, response: TestResponse) -> None:
    """Hold an answer's status and body against what the API description says of its operation."""
    if not path.startswith("/v1/"):
        return
    validator = validator_of(app, method, path, response.status_code)
    is_document = (response.content_type or "").partition(";")[0].endswith("json")
    if validator is not None and response.data and is_document:
        validator.validate(json.loads(response.data))


def some_id() -> uuid.UUID:
    """Return an id that nothing has."""
    return uuid.UUID("01900000-0000-7000-8000-000000000000")
