"""The keys of offline copies: the service signs with one and reads journals with another, a room opens with its own.

Both of the service's follow from the seed of its audit checkpoints (HKDF, RFC 5869), each by a word of its own, so that
there is no secret to be forgotten in a new setting. A room is told the public half of the signing key by hand.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.config import Keys

PUBLIC_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class ServiceKeys:
    """With what a service signs offline copies, and opens the journals that come back."""

    signing: Ed25519PrivateKey
    opening: X25519PrivateKey

    @classmethod
    def of(cls, keys: Keys) -> ServiceKeys:
        """Those that follow from the secrets of a service."""
        signing, opening = (_derived(keys.checkpoint_seed, word) for word in ("signature", "journal"))
        return cls(Ed25519PrivateKey.from_private_bytes(signing), X25519PrivateKey.from_private_bytes(opening))

    def signing_public(self) -> bytes:
        """What a room checks a copy with."""
        return self.signing.public_key().public_bytes_raw()

    def opening_public(self) -> bytes:
        """What a room seals its journal for."""
        return self.opening.public_key().public_bytes_raw()


def _derived(seed: bytes, word: str) -> bytes:
    return HKDF(SHA256(), PUBLIC_BYTES, salt=None, info=f"dispatch-snapshot.{word}.1".encode()).derive(seed)


def public_key(text: str) -> bytes:
    """A public half of 32 bytes from its base64; raises ValueError."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("A public key is 32 bytes in base64.") from error
    if len(key) != PUBLIC_BYTES:
        raise ValueError("A public key is 32 bytes in base64.")
    return key
