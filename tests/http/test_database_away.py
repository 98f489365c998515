"""A database that goes away is said to be away, and is used again once it is back."""

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from registry.access.rules import OrganisationKind, Scope
from registry.app import build_runtime, create_app
from registry.config import Settings
from tests.postgres import text_of
from tests.world import World, make_schema, secrets_environ

QUESTION = {"purpose": "acute_call", "bsn": "999990019"}


class Server:
    """Lets a database go away, as one that fails or is restarted does: whoever is connected is cut off."""

    def __init__(self, url):
        self._database = make_url(url)

    def _execute(self, statement):
        address = text_of(self._database.set(drivername="postgresql", database="postgres"))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def _allow(self, allowed):
        name = sql.Identifier(str(self._database.database))
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.Literal(allowed)))

    def goes_away(self):
        self._allow(False)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        self._execute(sql.SQL(cut).format(sql.Literal(self._database.database)))

    def comes_back(self):
        self._allow(True)


@pytest.fixture
def settings(empty_postgres, tmp_path):
    make_schema(empty_postgres)
    own = {"DATABASE_URL": empty_postgres, "STATE_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    return Settings.from_env(secrets_environ() | own)


def test_whoever_asks_is_told_to_try_again_and_is_answered_when_it_is_back(settings, clock):
    shared = build_runtime(settings, clock)
    app, server = create_app(settings, shared), Server(settings.database_url)
    world = World(app, shared, clock)
    room = world.caller("POL-MK", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    try:
        assert room.post("/v1/lookups", json=QUESTION).status_code == 200
        server.goes_away()
        for _ in range(3):
            told = room.post("/v1/lookups", json=QUESTION)
            assert (told.status_code, told.headers["Retry-After"]) == (503, "2")
            assert app.test_client().get("/healthz").status_code == 503
        server.comes_back()
        answered = [room.post("/v1/lookups", json=QUESTION).status_code for _ in range(4)]
        assert answered[-1] == 200 and set(answered) <= {200, 503}
        assert app.test_client().get("/healthz").status_code == 200
    finally:
        shared.close()
