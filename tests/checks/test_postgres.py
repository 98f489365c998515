import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import postgres


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_the_servers_durable_settings_are_those_of_a_deployment(empty_postgres: str, setting: str) -> None:
    with connect(empty_postgres) as connection:
        assert connection.execute(f"SHOW {setting}".encode()).fetchone() == ("on",)


def test_a_template_is_made_once_and_each_fresh_database_is_a_copy_of_its_own(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    migrated = []

    def migrate(url: str) -> None:
        migrated.append(url)
        with connect(url) as connection:
            connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")

    separate = postgres.Server(postgres_server.url, tmp_path)
    try:
        databases = [separate.fresh(separate.template(migrate)) for _ in range(2)]
        with connect(postgres.text_of(databases[0])) as first, connect(postgres.text_of(databases[1])) as second:
            first.execute("DELETE FROM kept")
            assert second.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        assert len(migrated) == 1
    finally:
        separate.drop_all()
    with connect(postgres.text_of(postgres_server.url)) as connection:
        left = connection.execute("SELECT count(*) FROM pg_database WHERE starts_with(datname, %s)", (tmp_path.name,))
        assert left.fetchone() == (0,)


def test_without_binaries_the_suite_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(postgres.Path, "glob", lambda self, pattern: iter(()))
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    with pytest.raises(postgres.PostgresUnavailable, match="DATABASE_URL_TEST"):
        postgres._binaries()


def test_a_server_whose_test_run_was_killed_is_stopped_by_the_next_run() -> None:
    program = "from tests import postgres; postgres.open_folder(); print(postgres.server().folder, flush=True); "
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("BB_TEST_", "DATABASE_URL_TEST"))}
    killed = subprocess.run(
        [sys.executable, "-c", program + "import os; os.kill(os.getpid(), 9)"],
        capture_output=True, text=True, env=environ, cwd=Path(postgres.__file__).parents[1], timeout=120,
    )  # fmt: skip
    folder = Path(killed.stdout.strip())
    pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    postgres.remove_leftovers()
    assert not folder.exists()
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(") ")[2][0] != "Z"
