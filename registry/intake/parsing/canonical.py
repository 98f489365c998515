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
_MAY_DIFFER = re.compile(rb"\.0[,\]}]|\.0$|\d[eE][-+]?\d|[\xee-\xff]")


def canonical_json(value: object) -> bytes:
    """The RFC 8785 form of a decoded JSON value; whole numbers beyond 2**53 are written as the double nearest them."""
    try:
        fast = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return _written(value).encode()
    return _written(value).encode() if _MAY_DIFFER.search(fast) else fast


def content_digest(row: Mapping[str, object]) -> str:
    """SHA-256 over all that a message says: the row without its message id and sending time."""
    said = {name: value for name, value in row.items() if name not in ENVELOPE_FIELDS}
    return hashlib.sha256(canonical_json(said)).hexdigest()


def order_digest(order: Mapping[str, object]) -> str:
    """SHA-256 over the order object alone, as a full statement of the sender gives it."""
    return hashlib.sha256(canonical_json(order)).hexdigest()


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
