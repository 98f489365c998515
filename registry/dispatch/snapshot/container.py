"""The file of an offline copy: a head in clear, the copy in pieces under a key of this file alone, and a signature.

    "BBSNAP1\\n" | length of the head (4) | head (JSON) | pieces of a MiB and a tag each | Ed25519 signature (64)

The key of the pieces (AES-256-GCM) and the keys of what lies sealed inside the copy are in the head, sealed for the
room (see `registry.privacy.sealing`). A piece has its number as nonce, and says whether it is the last, so that none
can be moved, left out or cut off (STREAM, Hoang et al. 2015). The signature is over the SHA-512 of all before it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.privacy.sealing import NotOpened, seal_for, unseal

MEDIA_TYPE = "application/octet-stream"
KEY_BYTES = 32
_MAGIC, _LENGTH = b"BBSNAP1\n", struct.Struct("!I")
_PIECE_BYTES, _TAG_BYTES, _SIGNATURE_BYTES = 1 << 20, 16, 64
_MOST_HEAD_BYTES = 1 << 20
_SIGNED_AS = b"dispatch-snapshot.signature.1"


class Refused(Exception):
    """This file is not to be used; the text says why, in Dutch."""


_NOT_A_COPY = "Dit is geen offline kopie, of hij is beschadigd: haal een nieuwe op."
_WRONG_SIGNATURE = (
    "De handtekening klopt niet: dit bestand is veranderd of komt niet van het register. Gebruik het niet."
)
_WRONG_KEY = "Deze offline kopie is voor een andere meldkamer, of dit is niet de sleutel van deze meldkamer."


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself in clear: whose it is, of what moment, until when, and by which measures to answer."""

    id: UUID
    client_id: UUID
    organisation_id: UUID
    organisation_kind: str
    scopes: tuple[str, ...]
    taken_at: datetime
    issued_at: datetime
    expires_at: datetime
    orders: int
    plain_bytes: int
    law_hash: str
    measures: dict[str, Any]
    journal_key: str
    sealed_keys: str = ""

    def as_json(self) -> bytes:
        """As it is written."""
        return orjson.dumps(asdict(self), option=orjson.OPT_UTC_Z)

    @classmethod
    def read(cls, written: bytes) -> Head:
        """What `as_json` wrote."""
        told = orjson.loads(written)
        ids = {name: UUID(told[name]) for name in ("id", "client_id", "organisation_id")}
        at = {name: datetime.fromisoformat(told[name]) for name in ("taken_at", "issued_at", "expires_at")}
        read = {each.name: told[each.name] for each in fields(cls)}
        return cls(**{**read, **ids, **at, "scopes": tuple(told["scopes"])})


@dataclass(frozen=True, slots=True, repr=False)
class RowKeys:
    """The keys of what lies sealed inside the copy, and of the hashes it is searched by."""

    data: bytes
    index: bytes

    @classmethod
    def fresh(cls) -> RowKeys:
        """New ones."""
        return cls(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))


def written_bytes(head: bytes, plain_bytes: int) -> int:
    """How long the file is."""
    pieces = max(-(-plain_bytes // _PIECE_BYTES), 1)
    around = len(_MAGIC) + _LENGTH.size + len(head) + _SIGNATURE_BYTES
    return around + plain_bytes + pieces * _TAG_BYTES


def seal_keys(snapshot_id: UUID, rows: RowKeys, content: bytes, room: bytes) -> str:
    """The keys of a file, sealed for the room with this public key."""
    return base64.b64encode(seal_for(room, content + rows.data + rows.index, _place(snapshot_id))).decode()


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, most: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


def write(head: bytes, content: bytes, copy: Readable, signing: Ed25519PrivateKey) -> Iterator[bytes]:
    """The file, piece by piece, from a copy that is read as it goes."""
    start = _MAGIC + _LENGTH.pack(len(head)) + head
    digest = hashlib.sha512(start)
    yield start
    cipher, number, piece = AESGCM(content), 0, copy.read(_PIECE_BYTES)
    while True:
        following = copy.read(_PIECE_BYTES)
        sealed = cipher.encrypt(_nonce(number), piece, _about(is_last=not following))
        digest.update(sealed)
        yield sealed
        if not following:
            break
        number, piece = number + 1, following
    yield signing.sign(_SIGNED_AS + digest.digest())


def check(file: IO[bytes], signed_by: bytes) -> Head:
    """The head of a file whose every byte was signed by this key; raises Refused. Nothing is read of any other file."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(len(_MAGIC) + _LENGTH.size)
    length = _LENGTH.unpack(start[len(_MAGIC) :])[0] if len(start) == len(_MAGIC) + _LENGTH.size else 0
    if not start.startswith(_MAGIC) or length > _MOST_HEAD_BYTES or size < len(start) + length + _SIGNATURE_BYTES:
        raise Refused(_NOT_A_COPY)
    written = file.read(length)
    digest = hashlib.sha512(start + written)
    left = size - len(start) - length - _SIGNATURE_BYTES
    while left:
        piece = file.read(min(left, _PIECE_BYTES))
        digest.update(piece)
        left -= len(piece)
    try:
        Ed25519PublicKey.from_public_bytes(signed_by).verify(file.read(), _SIGNED_AS + digest.digest())
    except InvalidSignature as error:
        raise Refused(_WRONG_SIGNATURE) from error
    try:
        return Head.read(written)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(_NOT_A_COPY) from error


def open_keys(head: Head, room: X25519PrivateKey) -> tuple[RowKeys, bytes]:
    """The keys of the rows and of the pieces of a file that was checked; raises Refused for the key of another room."""
    try:
        keys = unseal(base64.b64decode(head.sealed_keys), room, _place(head.id))
    except NotOpened as error:
        raise Refused(_WRONG_KEY) from error
    return RowKeys(keys[KEY_BYTES : 2 * KEY_BYTES], keys[2 * KEY_BYTES :]), keys[:KEY_BYTES]


def unpack(file: IO[bytes], content: bytes, into: Path) -> None:
    """Write the copy of a file that was checked where only its owner reads; raises Refused."""
    size = file.seek(0, 2) - _SIGNATURE_BYTES
    file.seek(len(_MAGIC))
    file.seek(_LENGTH.unpack(file.read(_LENGTH.size))[0], 1)
    cipher, number = AESGCM(content), 0
    with into.open("wb") as copy:
        while (place := file.tell()) < size:
            sealed = file.read(min(_PIECE_BYTES + _TAG_BYTES, size - place))
            try:
                copy.write(cipher.decrypt(_nonce(number), sealed, _about(is_last=file.tell() == size)))
            except InvalidTag as error:
                raise Refused(_NOT_A_COPY) from error
            number += 1


def _place(snapshot_id: UUID) -> str:
    return f"dispatch-snapshot.keys.{snapshot_id}"


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _about(*, is_last: bool) -> bytes:
    return b"last" if is_last else b"more"
