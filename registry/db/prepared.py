"""Statements of the paths where every tenth of a millisecond counts: compiled once, then run by the driver itself.

SQLAlchemy writes the SQL and converts the values, as everywhere; what is left out is its handling of each execution,
which costs more than the database does (see DECISIONS.md).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select

from registry.db.types import reader_of

Convert = Callable[[Any], Any]


class Prepared:
    """A SELECT whose parameters are given by name; those that are lists are `bindparam(name, expanding=True)`.

    A list is filled up to a power of two with its last value, so that few statements serve lists of any length; an
    empty one finds nothing.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        names = [str(column.key) for column in statement.selected_columns]
        self._row: Callable[[Iterable[Any]], Any] = namedtuple("Row", names)._make  # type: ignore[attr-defined]
        self._compiled: dict[tuple[Any, ...], _Compiled] = {}

    def all(self, session: Session | Driver, **values: Any) -> list[Any]:
        """Run it and return its rows, as named tuples."""
        lists = {name: _filled(value) for name, value in values.items() if isinstance(value, (list, tuple))}
        if not all(lists.values()):
            return []
        driver, given = driver_of(session), {**values, **lists}
        compiled = self._for(driver.dialect, given)
        rows = driver.fetch(compiled.sql, compiled.bound(given))
        return [self._row(row) for row in compiled.converted(rows)]

    def plain(self, session: Session | Driver, **values: Any) -> Sequence[Sequence[Any]]:
        """Run it with values that are no lists, and return its rows as the driver gives them: for very many."""
        driver = driver_of(session)
        compiled = self._for(driver.dialect, values)
        return driver.fetch(compiled.sql, compiled.bound(values))

    def _for(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        lists = ((name, len(each)) for name, each in values.items() if isinstance(each, list))
        shape = (dialect.name, *lists)
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = _Compiled(self._statement, dialect, values)
        return compiled


class PreparedChange:
    """An INSERT or UPDATE for many rows, each a mapping with the same names."""

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[tuple[Any, ...], _Compiled] = {}

    def run(self, session: Session | Driver, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for every row."""
        if not rows:
            return
        driver = driver_of(session)
        shape = (driver.dialect.name, *rows[0])
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = _Compiled(self._statement, driver.dialect, rows[0])
        driver.change(compiled.sql, [compiled.bound(row) for row in rows])


class Driver:
    """A transaction without the session around it, for what is asked or written all the time.

    What the driver raises is raised as SQLAlchemy raises it, so that a database that is away is known as such.
    """

    __slots__ = ("connection", "dialect")

    def __init__(self, engine: Engine) -> None:
        self.dialect = engine.dialect
        with translated(self.dialect):
            self.connection = engine.raw_connection()

    def execute(self, sql: str) -> None:
        """Run one statement that takes and gives nothing, such as BEGIN."""
        self.change(sql, [()])

    def fetch(self, sql: str, values: Any) -> Sequence[Any]:
        """Run one statement and return its rows as the driver gives them."""
        with translated(self.dialect):
            cursor = self.connection.cursor()
            try:
                cursor.execute(sql, values)
                return cursor.fetchall()
            finally:
                cursor.close()

    def change(self, sql: str, each: Sequence[Any]) -> None:
        """Run one statement with each of these values."""
        with translated(self.dialect):
            cursor = self.connection.cursor()
            try:
                if len(each) == 1:
                    cursor.execute(sql, each[0])
                else:
                    cursor.executemany(sql, each)
            finally:
                cursor.close()

    def commit(self) -> None:
        """Put on disk what was written."""
        with translated(self.dialect):
            self.connection.commit()


class translated:  # noqa: N801 -- it is used as contextlib's are
    """Raises an error of the driver as SQLAlchemy's own, without the statement and its values."""

    __slots__ = ("_dialect",)

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        known: Any = self._dialect.loaded_dbapi.Error
        if error is not None and isinstance(error, known):
            raise DBAPIError.instance(None, None, error, known, hide_parameters=True, dialect=self._dialect) from error


class ReadingSession(Session):
    """A session on one consistent state, whose connection is opened by the first who asks something of it."""

    def __init__(self, engine: Engine, begin: str | None) -> None:
        super().__init__(engine, expire_on_commit=False, autoflush=False)
        self._engine, self._begin = engine, begin
        self._own: Driver | None = None
        self._connection: Connection | None = None

    @property
    def driver(self) -> Driver:
        """Its connection, to be used without the session."""
        if self._own is None:
            self._own = Driver(self._engine)
            if self._begin:
                self._own.execute(self._begin)
        return self._own

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """The same connection, as the session uses it."""
        if self._connection is None:
            self._connection = Connection(self._engine, connection=self.driver.connection)
        return self._connection

    def end(self, *, went_well: bool) -> None:
        """Give the connection back.

        What went well is committed, though there is nothing to commit: at a rollback psycopg forgets every statement
        that it had prepared, and the server plans each of them anew for the next question.
        """
        if self._own is not None and went_well:
            self._own.commit()
        if self._connection is not None:
            self.close()
            self._connection.close()
        elif self._own is not None:
            self._own.connection.close()


def driver_of(session: Session | Driver) -> Driver:
    """What is below a session; asking the session for its connection each time would cost more than a statement."""
    if isinstance(session, Driver):
        return session
    if isinstance(session, ReadingSession):
        return session.driver
    transaction, known = session.get_transaction(), session.info.get("driver")
    if known is None or transaction is None or known[0] is not transaction:
        connection = session.connection()
        driver = Driver.__new__(Driver)
        driver.dialect, driver.connection = connection.dialect, connection.connection
        known = session.info["driver"] = session.get_transaction(), driver
    return known[1]


class _Compiled:
    """The statement for one database, with lists of certain lengths."""

    def __init__(self, statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> None:
        is_select = isinstance(statement, Select)
        shown = statement.params(dict(values)) if is_select else statement
        compiled: Any = shown.compile(dialect=dialect, column_keys=None if is_select else list(values))
        expanded = compiled.construct_expanded_state(dict(values), escape_names=False)
        self.sql: str = expanded.statement
        self._names: Sequence[str] | None = expanded.positiontup
        self._lists: Mapping[str, Sequence[str]] = expanded.parameter_expansion
        self._binders: dict[str, Convert] = {
            name: binder
            for bind, name in compiled.bind_names.items()
            if (binder := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._binders.update(expanded.processors)
        asked = {*values, *(name for names in self._lists.values() for name in names)}
        # What is asked has no value here, so that one that is not given is an error and never that of an earlier call.
        self._fixed = {name: self._bind(name, value) for name, value in compiled.params.items() if name not in asked}
        self._readers: list[tuple[int, Convert]] = [
            (place, reader)
            for place, column in enumerate(statement.selected_columns if is_select else ())
            if (reader := reader_of(column.type, dialect)) is not None
        ]

    def _bind(self, name: str, value: Any) -> Any:
        binder = self._binders.get(name)
        return value if binder is None else binder(value)

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = dict(self._fixed)
        for name, value in values.items():
            names = self._lists.get(name)
            if names is None:
                given[name] = self._bind(name, value)
            else:
                binder = self._binders.get(names[0])
                given.update(zip(names, value if binder is None else map(binder, value), strict=True))
        return given if self._names is None else [given[name] for name in self._names]

    def converted(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows with the values that the application knows."""
        for row in rows:
            told = list(row)
            for place, read in self._readers:
                told[place] = read(told[place])
            yield told


def _filled(values: Sequence[Any]) -> list[Any]:
    if not values:
        return []
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]
