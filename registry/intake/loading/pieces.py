"""A file, cut into pieces that each become a delivery: what was stored or judged before a kill is not done again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from uuid import UUID

from registry.access.rules import Actor
from registry.db import new_id
from registry.errors import Fault, Invalid
from registry.http import Runtime
from registry.intake.delivery import Body, drop, receive
from registry.intake.lines import CHUNK_BYTES, gunzipped, lines
from registry.intake.loading.models import LoadedPiece
from registry.intake.models import IntakeDelivery
from registry.intake.processing import Judge, after
from registry.intake.rules import DeliveryStatus

_MEDIA_TYPE = "application/x-ndjson"
_GZIP = b"\x1f\x8b"
# Each turn begins with reading rows ahead, so it is long; the bar moves as often.
_TURN_S = 3.0
_WAIT_S = 0.5

Told = Callable[[int], None]
"""Is told how far something is."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to load, known by its digest and size, whatever its name."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the file that is stored: its delivery, and the number of its first row in the file."""

    delivery_id: UUID
    first_row: int
    rows: int


def measure(path: Path, tell: Told) -> File:
    """Read a file once for its digest; `tell` hears how many bytes were read."""
    digest, read = hashlib.sha256(), 0
    for chunk in _chunks(path):
        digest.update(chunk)
        read += len(chunk)
        tell(read)
    return File(path, digest.hexdigest(), read)


def _chunks(path: Path, tell: Told = lambda _: None) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            tell(opened.tell())
            yield chunk


def _rows(path: Path, tell: Told) -> Iterator[bytes]:
    with path.open("rb") as opened:
        is_packed = opened.read(len(_GZIP)) == _GZIP
    chunks = _chunks(path, tell)
    return lines(gunzipped(chunks) if is_packed else chunks)


class Loading:
    """One file of one sender on its way into the register."""

    def __init__(self, shared: Runtime, actor: Actor, file: File) -> None:
        self._shared = shared
        self._actor = actor
        self._file = file

    def store(self, rows_a_piece: int, tell: Told) -> list[Piece]:
        """Store every raw row that is not stored yet; `tell` hears how many bytes of the file were read."""
        rows = _rows(self._file.path, tell)
        stored: list[Piece] = []
        while (first := next(rows, None)) is not None:
            number = len(stored)
            first_row = stored[-1].first_row + stored[-1].rows if stored else 1
            delivery_id = self._planned(number, first_row)
            count = self._stored_rows(delivery_id)
            if count is None:
                count = self._receive(delivery_id, chain([first], islice(rows, rows_a_piece - 1)))
            else:
                _skip(rows, count - 1)
            stored.append(Piece(delivery_id, first_row, count))
        if not stored:
            raise Invalid([Fault("#", "The file holds no message.", "body_empty")])
        return stored

    def _planned(self, number: int, first_row: int) -> UUID:
        """The delivery that a piece becomes, decided on disk before anything of it is stored."""
        key = (self._actor.organisation_id, self._file.sha256, self._file.size_bytes, number)
        with self._shared.database.transaction() as session:
            piece = session.get(LoadedPiece, key)
            if piece is None:
                names = ("sending_org_id", "sha256", "size_bytes", "piece")
                own = dict(zip(names, key, strict=True))
                piece = LoadedPiece(**own, first_row=first_row, delivery_id=new_id())
                session.add(piece)
            return piece.delivery_id

    def _stored_rows(self, delivery_id: UUID) -> int | None:
        """How many rows a piece has; None when it is not stored, or was broken off and is now gone."""
        with self._shared.database.reading() as session:
            delivery = session.get(IntakeDelivery, delivery_id)
            session.expunge_all()
        if delivery is None:
            return None
        if delivery.status == DeliveryStatus.RECEIVING:
            drop(self._shared.database, delivery_id)
            return None
        return delivery.rows

    def _receive(self, delivery_id: UUID, rows: Iterator[bytes]) -> int:
        digest = hashlib.sha256()
        body = Body(_MEDIA_TYPE, _counted(rows, digest.update), digest.hexdigest, delivery_id)
        return receive(self._shared.database, self._shared.clock, self._actor, body).rows

    def judge(self, stored: list[Piece], tell: Told) -> None:
        """Judge what was not judged yet, beside a worker that may do the same; `tell` hears how many rows were."""
        judge, done = Judge(self._shared, announce=True), 0
        for piece in stored:
            while (until := self._delivery(piece).judged_until) < piece.rows:
                tell(done + until)
                judge.go_on(piece.delivery_id, after(_TURN_S))
            done += piece.rows
            tell(done)
        for piece in stored:
            # A row that failed is tried again after a while; nothing else keeps a judged delivery open.
            while self._delivery(piece).finished_at is None:
                time.sleep(_WAIT_S)
                judge.retry_due()

    def _delivery(self, piece: Piece) -> IntakeDelivery:
        with self._shared.database.reading() as session:
            delivery = session.get_one(IntakeDelivery, piece.delivery_id)
            session.expunge_all()
        return delivery


def _counted(rows: Iterator[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for row in rows:
        update(row + b"\n")
        yield row


def _skip(rows: Iterator[bytes], count: int) -> None:
    for _ in islice(rows, count):
        pass
