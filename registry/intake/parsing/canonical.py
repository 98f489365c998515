"""The one form of a message in which two are compared: the JSON Canonicalization Scheme (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal

import orjson

# Not part of what a message says of the order: resent, a message bears another time or even another id.
ENVELOPE_FIELDS = frozenset({"messageId", "sentAt"})

# Where the fast writer may differ from the scheme: floats without fraction, exponents, and keys beyond U+DFFF, which
# the scheme sorts by UTF-16 units.
_MAY_DIFFER = re.compile(rb"\.0[,\]}]|\.0$|\de[-+]\d|[\xee-\xff]")
# Sought first, for they are found much faster: whatever differs has one of these. An exponent has a sign there.
_SUSPECT = (b".0,", b".0]", b".0}", b"e-", b"e+")


def canonical_json(value: object) -> bytes:
    """The RFC 8785 form of a decoded JSON value; whole numbers beyond 2**53 are written as the double nearest them."""
    try:
        fast = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return _written(value).encode()
    return _written(value).encode() if _may_differ(fast) else fast


def _may_differ(fast: bytes) -> bool:
    suspect = not fast.isascii() or fast.endswith(b".0") or any(part in fast for part in _SUSPECT)
    return suspect and _MAY_DIFFER.search(fast) is not None


def content_digest(row: Mapping[str, object]) -> str:
    """SHA-256 over all that a message says: the row without its message id and sending time."""
    return digests(row)[0]


def digests(row: Mapping[str, object]) -> tuple[str, str | None]:
    """SHA-256 over all that a message says, and over its order object alone where it has one; written once for both."""
    said = {name: value for name, value in row.items() if name not in ENVELOPE_FIELDS}
    order = said.get("order")
    if not isinstance(order, dict):
        return _sha256(canonical_json(said)), None
    written = canonical_json(order)
    envelope = canonical_json({**said, "order": None})
    # Its keys are sorted, and only a key before it can hold the same text.
    before, _, after = envelope.rpartition(b'"order":null')
    is_plain = envelope.count(b'"order":null') == 1
    whole = b'%b"order":%b%b' % (before, written, after) if is_plain else canonical_json(said)
    return _sha256(whole), _sha256(written)


def order_digest(order: Mapping[str, object]) -> str:
    """SHA-256 over the order object alone, as a full statement of the sender gives it."""
    return _sha256(canonical_json(order))


def _sha256(written: bytes) -> str:
    return hashlib.sha256(written).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return _number(value) if isinstance(value, int | float) else _text(str(value))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: int | float) -> str:
    """A number as ECMAScript writes it."""
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    try:
        number = float(value)
    except OverflowError:
        return str(value)
    if number == 0:
        return "0"
    if 1e-6 <= abs(number) < 1e21:
        plain = format(Decimal(repr(number)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits, _, exponent = repr(number).partition("e")
    return f"{digits}e{int(exponent):+d}"
