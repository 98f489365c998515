"""Encryption at rest: sealed columns (AES-256-GCM) and keyed hashes to search by.

A sealed value is `version (1) | key number (2) | nonce (12) | ciphertext and tag`. Its additional data is table, column
and row id, so that a value cannot be moved to another row. Hashes use a key of their own.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from registry.config import Keys

_VERSION = b"\x01"
_HEADER_BYTES = 3
_NONCE_BYTES = 12
HASH_BYTES = 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sealer:
    """What seals and hashes with one set of keys; that of the process is behind the functions of this module."""

    ciphers: dict[int, AESGCM]
    current: int
    index: HMAC

    @classmethod
    def of(cls, keys: Keys) -> "Sealer":
        """With these keys."""
        ciphers = {number: AESGCM(key) for number, key in keys.ring.items()}
        return cls(ciphers, keys.current, HMAC(keys.index, SHA256()))

    def seal(self, value: bytes, place: str) -> bytes:
        """Encrypt a value for one place, `table.column.row id`."""
        nonce, header = secrets.token_bytes(_NONCE_BYTES), _VERSION + self.current.to_bytes(2, "big")
        return header + nonce + self.ciphers[self.current].encrypt(nonce, value, header + place.encode())

    def search_hash(self, kind: str, value: str) -> bytes:
        """Return the 16-byte keyed hash under which a normalised value of a kind is found."""
        # A copy of what the key was put in once: every order needs some forty of these.
        digest = self.index.copy()
        digest.update(f"{kind}:{value}".encode())
        return digest.finalize()[:HASH_BYTES]


_installed: Sealer | None = None


def install_keys(keys: Keys) -> None:
    """Give this process its key ring; called once at start."""
    global _installed
    _installed = Sealer.of(keys)


def _keys() -> Sealer:
    if _installed is None:
        raise RuntimeError("install_keys() was not called in this process")
    return _installed


def seal(value: bytes, place: str) -> bytes:
    """Encrypt a value for one place, `table.column.row id`."""
    return _keys().seal(value, place)


def unseal(sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal` made for the same place; raises cryptography's InvalidTag when it was moved or changed."""
    header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
    cipher = _keys().ciphers[int.from_bytes(header[1:], "big")]
    return cipher.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + place.encode())


def unseal_each(sealed: Iterable[bytes], places: Iterable[bytes]) -> list[bytes]:
    """Decrypt many values, each with its place in bytes; a fraction of the time that `unseal` takes for each."""
    found: list[bytes] = []
    header = b""
    start, body = _HEADER_BYTES, _HEADER_BYTES + _NONCE_BYTES
    for each, place in zip(sealed, places, strict=True):
        if each[:start] != header:
            header = each[:start]
            decrypt = _keys().ciphers[int.from_bytes(header[1:], "big")].decrypt
        found.append(decrypt(each[start:body], each[body:], header + place))
    return found


def search_hash(kind: str, value: str) -> bytes:
    """Return the 16-byte keyed hash under which a normalised value of a kind is found."""
    return _keys().search_hash(kind, value)


class _HasId(Protocol):
    id: Any


class Sealed(Generic[T]):
    """A document kept in the column `<name>_sealed`; the row's id must be set before it is written.

    Example: `details = Sealed[dict[str, str]]()` beside `details_sealed: Mapped[bytes]`.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._column = f"{name}_sealed"
        self._table = getattr(owner, "__tablename__", owner.__name__)

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed[T]": ...
    @overload
    def __get__(self, row: _HasId, owner: type) -> T: ...
    def __get__(self, row: _HasId | None, owner: type) -> "T | Sealed[T]":
        if row is None:
            return self
        sealed = getattr(row, self._column)
        return None if sealed is None else self.open(row.id, sealed)  # type: ignore[return-value]

    def __set__(self, row: _HasId, value: T) -> None:
        if row.id is None:
            raise ValueError("set the row's id before a sealed column: the id is part of the seal")
        setattr(row, self._column, None if value is None else self.close(row.id, value))

    def close(self, row_id: object, value: T) -> bytes:
        """Seal a document for the row with this id (for inserts that bypass the mapper)."""
        return seal(orjson.dumps(value, option=orjson.OPT_UTC_Z), f"{self._table}.{self._column}.{row_id}")

    def open(self, row_id: object, sealed: bytes) -> T:
        """Read a sealed document of the row with this id."""
        value: T = orjson.loads(unseal(sealed, f"{self._table}.{self._column}.{row_id}"))
        return value
