"""The database: typed columns, sealed columns, keyed hashes, transactions and locks, on SQLite and PostgreSQL alike."""

from registry.db.database import Database
from registry.db.engine import is_unreachable
from registry.db.locks import ProcessLock
from registry.db.model import Base, new_id, table_of
from registry.db.prepared import Driver, Prepared, PreparedChange, driver_of
from registry.db.sealing import Sealed, install_keys, search_hash
from registry.db.types import Id, Json, UtcDateTime

__all__ = [
    "Base",
    "Database",
    "Driver",
    "Id",
    "Json",
    "Prepared",
    "PreparedChange",
    "ProcessLock",
    "Sealed",
    "UtcDateTime",
    "driver_of",
    "install_keys",
    "is_unreachable",
    "new_id",
    "search_hash",
    "table_of",
]
