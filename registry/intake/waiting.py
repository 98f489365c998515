"""Finding what waits: the keys of the rows of a large delivery, from when they are stored until they were judged.

A million rows have some fifteen million keys, written once, hardly ever asked, and removed again. They are written in
blocks, each in the order of its keys, and removed block by block, so that a commit touches few pages.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select

from registry.db import Database, bulk
from registry.intake.models import IntakeDelivery, WaitingBlock, WaitingKey

PAUSE_S = 0.002
WAITING_KEY_BYTES = 8
_KEYS_A_BLOCK, _KEYS_AT_ONCE = 200_000, 2_000
_ROW = bulk.layout(WaitingKey, "block_id key row_number")


class Spool:
    """The keys of a delivery on their way to the database; they are written once there are enough for a block.

    A key is kept with the number of its row as twelve bytes, which sort as the table does.
    """

    def __init__(self, database: Database, delivery_id: UUID) -> None:
        self._database = database
        self._delivery_id = delivery_id
        self._keys: list[bytes] = []
        self._last_row = 0

    def add(self, keys: Iterable[bytes], row_number: int) -> None:
        """Take the keys of a row."""
        number = row_number.to_bytes(4, "big")
        self._keys += [key[:WAITING_KEY_BYTES] + number for key in keys]
        self._last_row = row_number

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self._keys) >= _KEYS_A_BLOCK

    def write(self) -> None:
        """Write a block in short commits; what is found before the last of them is found early, and never too late."""
        if not self._keys:
            return
        keys, self._keys = sorted(set(self._keys)), []
        with self._database.transaction() as session:
            block = WaitingBlock(delivery_id=self._delivery_id, last_row=self._last_row)
            session.add(block)
            session.flush()
            block_id = block.id
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            piece = keys[start : start + _KEYS_AT_ONCE]
            rows = [
                (block_id, key[:WAITING_KEY_BYTES], int.from_bytes(key[WAITING_KEY_BYTES:], "big")) for key in piece
            ]
            with self._database.transaction() as session:
                bulk.insert(session, [(_ROW, rows)])
            time.sleep(PAUSE_S)


_HERE = (
    select(WaitingKey.row_number)
    .where(WaitingKey.block_id == WaitingBlock.id, WaitingKey.key.in_(bindparam("starts", expanding=True)))
    .where(WaitingKey.row_number > IntakeDelivery.judged_until)
    .correlate(WaitingBlock, IntakeDelivery)
)
# That a row was stored, still waits to be judged, and bears a key that begins with one of `starts`.
WAITING_ROW = exists(
    select(WaitingBlock.id)
    .join(IntakeDelivery, IntakeDelivery.id == WaitingBlock.delivery_id)
    .where(WaitingBlock.last_row > IntakeDelivery.judged_until, exists(_HERE))
)


def drop_judged(database: Database) -> None:
    """Remove the blocks whose rows were all judged; safe to begin anew."""
    blocks = select(WaitingBlock.id).join(IntakeDelivery, IntakeDelivery.id == WaitingBlock.delivery_id)
    with database.reading() as session:
        judged = session.scalars(blocks.where(WaitingBlock.last_row <= IntakeDelivery.judged_until)).all()
    _drop(database, judged)


def drop_blocks_of(database: Database, delivery_id: UUID) -> None:
    """Remove the blocks of a delivery that broke off."""
    with database.reading() as session:
        own = session.scalars(select(WaitingBlock.id).where(WaitingBlock.delivery_id == delivery_id)).all()
    _drop(database, own)


def _drop(database: Database, block_ids: Collection[int]) -> None:
    for block_id in block_ids:
        while _drop_piece(database, block_id):
            time.sleep(PAUSE_S)


def _drop_piece(database: Database, block_id: int) -> bool:
    """Remove the first keys of a block, or the block itself after its last key; says whether there may be more."""
    own = WaitingKey.block_id == block_id
    first = select(WaitingKey.key).where(own).order_by(WaitingKey.key).limit(1).offset(_KEYS_AT_ONCE)
    with database.transaction() as session:
        bound = session.scalar(first)
        piece = delete(WaitingKey).where(own)
        # With the bound itself: a key that thousands of rows bear, such as that of an institution, may be all there is.
        session.execute(piece if bound is None else piece.where(WaitingKey.key <= bound))
        if bound is None:
            session.execute(delete(WaitingBlock).where(WaitingBlock.id == block_id))
    return bound is not None
