"""One PostgreSQL database for all tests of a process, as new for each of them: making one takes a third of a second.

What a test wrote is removed, what the migrations wrote is put back, and sequences begin where they did. A database
that a test left in another shape, or locked, is given up for a new one.
"""

from collections.abc import Callable

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from tests.postgres import Server, text_of

_LARGE_BYTES = 256 * 1024
_TABLES = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_SHAPE = """
    SELECT relname::text, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass || '.' || tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
"""
_SEQUENCES = "SELECT sequencename, COALESCE(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
_OTHERS = """
    SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

Shape = frozenset[tuple[str, str]]


class Emptied:
    """A database that is brought back to its beginning whenever it is asked for."""

    def __init__(self, server: Server, make_schema: Callable[[str], None]) -> None:
        self._server = server
        self._template = server.template(make_schema)
        self._url: URL | None = None
        self._shape: Shape = frozenset()
        self._rows: dict[str, bytes] = {}
        self._sequences: list[tuple[str, int, bool]] = []

    def address(self) -> str:
        """Return the address of the database, with nothing in it but what the migrations wrote."""
        if self._url is None or not self._restored(self._url):
            self.close()
            self._url = self._server.fresh(self._template)
            self._remember(self._url)
        return text_of(self._url)

    def close(self) -> None:
        """Remove the database."""
        if self._url is not None:
            self._server.drop(self._url)
            self._url = None

    def _remember(self, url: URL) -> None:
        with _connected(url) as connection:
            self._shape = _shape_of(connection)
            for name, _ in connection.execute(_TABLES).fetchall():
                with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
                    self._rows[name] = b"".join(bytes(piece) for piece in copy)
            self._sequences = connection.execute(_SEQUENCES).fetchall()

    def _restored(self, url: URL) -> bool:
        try:
            with _connected(url) as connection:
                connection.execute(_OTHERS)
                self._drop_new_tables(connection)
                if _shape_of(connection) != self._shape:
                    return False
                self._empty(connection)
                return True
        except psycopg.Error:
            return False

    def _drop_new_tables(self, connection: psycopg.Connection) -> None:
        known = {name for name, _ in self._shape}
        for name, _ in connection.execute(_TABLES).fetchall():
            if name not in known:
                connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))

    def _empty(self, connection: psycopg.Connection) -> None:
        # Neither the order of references nor the guards of what is only added count while nobody else is there.
        connection.execute("SET LOCAL session_replication_role = replica")
        for name, size_bytes in connection.execute(_TABLES).fetchall():
            table = sql.Identifier(name)
            if size_bytes > _LARGE_BYTES:
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(table))
            elif size_bytes:
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
        for name, rows in self._rows.items():
            if rows:
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(rows)
        for name, value, is_called in self._sequences:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (name, value, is_called))


def _connected(url: URL) -> psycopg.Connection:
    options = "-c lock_timeout=5s -c synchronous_commit=off"
    return psycopg.connect(text_of(url.set(drivername="postgresql")), options=options)


def _shape_of(connection: psycopg.Connection) -> Shape:
    return frozenset(connection.execute(_SHAPE).fetchall())
