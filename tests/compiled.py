"""Compiled statements for all tests of a process: each test has engines of its own, and compiled everything anew."""

from typing import Any

from sqlalchemy import Dialect, Engine

from registry.db import Database

_dialects: dict[tuple[str, bool], Dialect] = {}
_compiled: dict[Any, Any] = {}


def share_compiled(database: Database) -> None:
    """Have the engines of a database find the statements that those of former tests compiled, of the same dialect."""
    for engine in (database.read_engine, database.write_engine):
        engine.dialect = _dialect_of(engine, is_writer=engine is database.write_engine)
        engine.update_execution_options(compiled_cache=_compiled)


def _dialect_of(engine: Engine, *, is_writer: bool) -> Dialect:
    """The dialect that the first engine of its kind brought, which has seen a connection and knows what it can do."""
    kind = engine.dialect.name, is_writer
    if kind not in _dialects:
        engine.connect().close()
        _dialects[kind] = engine.dialect
    return _dialects[kind]
