"""What has become of the pieces of a file that is loaded."""

import uuid

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class LoadedPiece(Base):
    """A piece of a file, and the delivery it becomes; written before that delivery is begun."""

    __tablename__ = "intake_load_piece"

    sending_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    piece: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_row: Mapped[int]
    delivery_id: Mapped[uuid.UUID]
