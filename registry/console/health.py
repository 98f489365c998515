"""Whether the service can do its work."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry import logs
from registry.access.models import AuditHead
from registry.db import Database

_log = logs.get(__name__)


def is_reachable(database: Database) -> bool:
    """Say whether the database answers, with the tables that the service needs."""
    try:
        with database.reading() as session:
            session.execute(select(AuditHead.chain).limit(1)).first()
    except SQLAlchemyError as error:
        _log.error("database_unreachable", exc_info=error)
        return False
    return True
