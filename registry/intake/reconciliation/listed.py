"""A condition that takes a list of any length as one value, so that there is one statement whatever the length."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Text, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _TextList(TypeDecorator[list[str]]):
    """Texts as a value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(Text))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else orjson.dumps(value).decode()


class _Among(FunctionElement[Any]):
    """It has no boolean type: SQLite would be asked whether it equals 1, and not use the index."""

    inherit_cache = True


def among(column: Any, name: str) -> _Among:
    """The condition that a text column holds one of the texts given under a name."""
    return _Among(column, bindparam(name, type_=_TextList()))


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, given = [compiler.process(each, **options) for each in element.clauses]
    return f"{column} IN (SELECT value FROM json_each({given}))"


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, given = [compiler.process(each, **options) for each in element.clauses]
    return f"{column} = ANY({given})"


def prefer_indexes(session: Session) -> None:
    """Have PostgreSQL look orders up in this transaction: it takes a few thousand of a million for most of them.

    Before its first ANALYZE, or with an old one, it would read the whole table for every page.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_hashjoin = off")
        connection.exec_driver_sql("SET LOCAL enable_mergejoin = off")
