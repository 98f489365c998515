"""A file on its way in: read in pieces, looked at, sealed, and set aside on disk until it is known to be taken.

In memory are a piece and the two ends of the file, however large it is. On disk it is never in clear, and the set-aside
file has no name: it is gone with the process.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import delete, select

from registry.clock import Clock
from registry.db import Database
from registry.db.sealing import seal, unseal
from registry.errors import Fault, Invalid, RegistryError
from registry.reports.evidence.models import ReportEvidenceArrival, ReportEvidencePiece
from registry.reports.evidence.rules import EMPTY, Inspector, Refusal

PIECE_BYTES = 256 * 1024
_LEFT_OVER_AFTER = timedelta(hours=1)
_DROPPED_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Received:
    """A file that may be kept: what is known of it, and its sealed pieces, set aside."""

    id: uuid.UUID
    media_type: str
    size_bytes: int
    sha256: str
    piece_sizes: tuple[int, ...]
    set_aside: IO[bytes]

    def sealed_pieces(self) -> Iterator[tuple[int, bytes]]:
        """The pieces with their numbers, in order."""
        self.set_aside.seek(0)
        for number, size in enumerate(self.piece_sizes):
            yield number, self.set_aside.read(size)


def place_of(evidence_id: uuid.UUID, number: int) -> str:
    """What a piece is sealed for: moved to another file or another place in it, it cannot be opened."""
    return f"report_evidence_piece.content_sealed.{evidence_id}/{number}"


def take_in(evidence_id: uuid.UUID, read: Callable[[int], bytes], limit_bytes: int, folder: Path) -> Received:
    """Read a file to its end; raises 413 over the limit, and Invalid with the reason when it is not taken."""
    set_aside = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  it lives on in what is returned
    try:
        return _taken_in(evidence_id, _pieces(read, limit_bytes), set_aside)
    except BaseException:
        set_aside.close()
        raise


def _taken_in(evidence_id: uuid.UUID, pieces: Iterator[bytes], set_aside: IO[bytes]) -> Received:
    inspector, digest, sizes, total = Inspector(), hashlib.sha256(), [], 0
    for number, piece in enumerate(pieces):
        inspector.take(piece)
        digest.update(piece)
        sealed = seal(piece, place_of(evidence_id, number))
        set_aside.write(sealed)
        sizes.append(len(sealed))
        total += len(piece)
    verdict = inspector.verdict()
    if isinstance(verdict, Refusal):
        raise Invalid([Fault("#", verdict.detail, verdict.code)])
    return Received(evidence_id, verdict, total, digest.hexdigest(), tuple(sizes), set_aside)


def _pieces(read: Callable[[int], bytes], limit_bytes: int) -> Iterator[bytes]:
    """Whole pieces of what comes in smaller ones, and never more than the limit."""
    piece, total = bytearray(), 0
    while came := read(PIECE_BYTES - len(piece)):
        total += len(came)
        if total > limit_bytes:
            raise too_large(limit_bytes)
        piece += came
        if len(piece) == PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def too_large(limit_bytes: int) -> RegistryError:
    """The answer to a file over the limit."""
    detail = f"The file is over {limit_bytes // (1024 * 1024)} MiB; send a shorter or smaller one."
    return RegistryError("content_too_large", 413, detail)


def refuse_unread(length_bytes: int | None, limit_bytes: int) -> None:
    """Refuse by what the sender says of its length, before a byte of it is read."""
    if length_bytes == 0:
        raise Invalid([Fault("#", EMPTY.detail, EMPTY.code)])
    if length_bytes is not None and length_bytes > limit_bytes:
        raise too_large(limit_bytes)


def store(database: Database, clock: Clock, received: Received) -> None:
    """Put the pieces into the database, each in a transaction of its own: nobody else waits for a large file."""
    with database.transaction() as session:
        session.add(ReportEvidenceArrival(evidence_id=received.id, began_at=clock.now()))
    for number, sealed in received.sealed_pieces():
        with database.transaction() as session:
            session.add(ReportEvidencePiece(evidence_id=received.id, number=number, content_sealed=sealed))


def discard(database: Database, evidence_id: uuid.UUID) -> None:
    """Take back the pieces of a file that is not kept after all, a few at a time."""
    own = ReportEvidencePiece.evidence_id == evidence_id
    gone = True
    while gone:
        with database.transaction() as session:
            few = session.scalars(select(ReportEvidencePiece.number).where(own).limit(_DROPPED_AT_ONCE)).all()
            session.execute(delete(ReportEvidencePiece).where(own, ReportEvidencePiece.number.in_(few)))
            gone = bool(few)
    with database.transaction() as session:
        session.execute(delete(ReportEvidenceArrival).where(ReportEvidenceArrival.evidence_id == evidence_id))


def opened(database: Database, evidence_id: uuid.UUID, pieces: int) -> Iterator[bytes]:
    """The content of a kept file, piece by piece; raises InvalidTag when a piece was changed or moved."""
    for number in range(pieces):
        with database.reading() as session:
            own = select(ReportEvidencePiece.content_sealed).where(
                ReportEvidencePiece.evidence_id == evidence_id, ReportEvidencePiece.number == number
            )
            sealed = session.scalars(own).one()
        yield unseal(sealed, place_of(evidence_id, number))


def sweep(database: Database, clock: Clock) -> None:
    """Remove what a process that died left behind."""
    before = clock.now() - _LEFT_OVER_AFTER
    with database.reading() as session:
        left = session.scalars(
            select(ReportEvidenceArrival.evidence_id).where(ReportEvidenceArrival.began_at < before)
        ).all()
    for evidence_id in left:
        discard(database, evidence_id)
