"""By which tables of law and procedures the open deadlines were computed."""

import uuid
from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id

_GOING = text("settled_at IS NULL")


class LawRun(Base):
    """That all open deadlines came under other tables (herberekening), and how far that is; the newest row counts.

    Until it is settled it goes on, whoever died meanwhile. `settled_at` moves when a later look finds some left behind.
    """

    __tablename__ = "law_run"
    __table_args__ = (Index("ix_law_run_going", "noticed_at", sqlite_where=_GOING, postgresql_where=_GOING),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    law_hash: Mapped[str]
    procedures_hash: Mapped[str]
    noticed_at: Mapped[datetime]
    proceedings: Mapped[int]
    moved: Mapped[int]
    settled_at: Mapped[datetime | None]
