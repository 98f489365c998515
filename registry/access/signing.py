"""Signatures of this service (Ed25519) under what it gives away; the same key signs the checkpoints of the audit."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(seed: bytes) -> str:
    """Return the public half of the service's key, in base64."""
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def sign(seed: bytes, purpose: str, content: bytes) -> str:
    """Return the signature, in base64, of content for one purpose; for another it does not hold."""
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(_for(purpose, content))).decode()


def is_signed(public: str, purpose: str, content: bytes, signature: str) -> bool:
    """Say whether a signature is that of this key; of anything that is no key or no signature it is not.

    >>> signed = sign(bytes(32), "a", b"content")
    >>> is_signed(public_key(bytes(32)), "a", b"content", signed)
    True
    >>> is_signed(public_key(bytes(32)), "b", b"content", signed)
    False
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), _for(purpose, content))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _for(purpose: str, content: bytes) -> bytes:
    # No JSON document begins like this, so that no checkpoint can be taken for it.
    return purpose.encode() + b"\0" + content
