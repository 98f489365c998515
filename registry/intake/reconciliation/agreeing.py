"""Which lines simply agree: decided by the database for a whole page, so that only the others are looked at one by one.

A line agrees when its version is here with the same digest, and no higher one was recorded before the statement was
made; `rules.compare` says the same of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from registry.db import Id, UtcDateTime
from registry.intake.reconciliation.listed import prefer_indexes
from registry.intake.reconciliation.models import Statement
from registry.intake.reconciliation.rules import Line

_OTHERS = """
SELECT s.number FROM {lines} WHERE NOT EXISTS (
  SELECT 1 FROM protection_order o CROSS JOIN order_version v
  WHERE o.number = s.number AND o.sending_org_id = :sender_id
  AND v.order_id = o.id AND v.version = s.version AND v.order_digest = {checksum}
  AND NOT EXISTS (
    SELECT 1 FROM order_version w
    WHERE w.order_id = o.id AND w.version > s.version AND w.recorded_at <= :made_at
  )
)
"""
_JSON = (
    "(SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS version, "
    "json_extract(value, '$[2]') AS checksum FROM json_each(:lines)) AS s"
)
_ARRAYS = (
    "unnest(CAST(:numbers AS text[]), CAST(:versions AS bigint[]), CAST(:checksums AS bytea[])) "
    "AS s (number, version, checksum)"
)


def _typed(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("sender_id", type_=Id()), bindparam("made_at", type_=UtcDateTime()))


_ON_SQLITE = _typed(_OTHERS.format(lines=_JSON, checksum="unhex(s.checksum)"))
_ON_POSTGRESQL = _typed(_OTHERS.format(lines=_ARRAYS, checksum="s.checksum"))


def others(session: Session, statement: Statement, lines: Sequence[Line]) -> frozenset[str]:
    """The numbers of the lines that do not simply agree with the register."""
    connection = session.connection()
    own = {"sender_id": statement.sending_org_id, "made_at": statement.made_at}
    if connection.dialect.name == "postgresql":
        prefer_indexes(session)
        found = connection.execute(_ON_POSTGRESQL, own | _arrays(lines))
    else:
        found = connection.execute(_ON_SQLITE, own | {"lines": _json(lines)})
    return frozenset(number for (number,) in found.all())


def _arrays(lines: Sequence[Line]) -> dict[str, Any]:
    names = ("numbers", "places", "versions", "checksums")
    return {
        name: list(values) for name, values in zip(names, zip(*lines, strict=True), strict=True) if name != "places"
    }


def _json(lines: Sequence[Line]) -> str:
    return orjson.dumps([(line.number, line.version, line.checksum.hex()) for line in lines]).decode()
