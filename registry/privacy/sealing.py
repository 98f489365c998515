"""Sealing for the privacy officer alone: this service has the public half of a key pair, and opens nothing it seals.

Hybrid public key encryption (RFC 9180), base mode, with X25519, HKDF-SHA256 and AES-256-GCM, in one shot. What is
sealed is bound to its place by the `info` of the key schedule, so that it cannot be moved to another row.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from registry.errors import RegistryError

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class NotOpened(Exception):
    """It was sealed for another key or another place, or was changed; or this is no key. The text says which."""


@dataclass(frozen=True, slots=True)
class _Recipient:
    key: X25519PublicKey
    key_id: str


_installed: _Recipient | None = None


def install_privacy_key(public: bytes | None) -> None:
    """Give this process the public half, 32 bytes; called once at start."""
    global _installed
    _installed = None if public is None else _Recipient(X25519PublicKey.from_public_bytes(public), key_id(public))


def key_id(public: bytes) -> str:
    """Name a key pair, so that a later officer knows with which of the keys something is opened.

    >>> key_id(bytes(32))
    '66687aadf862bd77'
    """
    return hashlib.sha256(public).hexdigest()[:16]


def seal(value: bytes, place: str) -> tuple[str, bytes]:
    """Seal a value for one place, and say for which key; raises RegistryError when this process was given none."""
    if _installed is None:
        raise RegistryError("no_privacy_key", 503, "The public key of the privacy officer (PRIVACY_KEY) is missing.")
    return _installed.key_id, _SUITE.encrypt(value, _installed.key, place.encode())


def seal_for(public: bytes, value: bytes, place: str) -> bytes:
    """Seal a value for whoever has the private half of this key, 32 bytes, and for one place."""
    return _SUITE.encrypt(value, X25519PublicKey.from_public_bytes(public), place.encode())


def new_private_key(passphrase: str | None) -> tuple[bytes, bytes]:
    """Return a new private half as PEM (PKCS #8), under the passphrase if there is one, and the public half."""
    private = X25519PrivateKey.generate()
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    return pem, private.public_key().public_bytes_raw()


def key_setting(public: bytes) -> str:
    """The line of settings that gives a service the public half."""
    return f"PRIVACY_KEY={base64.b64encode(public).decode()}\n"


def key_of_nobody() -> str:
    """The same for a service that is thrown away: what it seals, nobody opens."""
    return key_setting(new_private_key(None)[1])


def read_private_key(pem: bytes, passphrase: str | None) -> X25519PrivateKey:
    """Read what `new_private_key` returned; raises NotOpened for another file, or another passphrase."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotOpened("This is no private key in PEM, or the passphrase is not that of this key.") from error
    if not isinstance(key, X25519PrivateKey):
        raise NotOpened("This is a private key of another kind: it takes X25519.")
    return key


def unseal(sealed: bytes, private: X25519PrivateKey, place: str) -> bytes:
    """Open what `seal` made for the same place; raises NotOpened."""
    try:
        return _SUITE.decrypt(sealed, private, place.encode())
    except (InvalidTag, ValueError) as error:
        raise NotOpened("It was sealed for another key, belongs to another lookup, or was changed.") from error
