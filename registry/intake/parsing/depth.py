"""What the bytes of a row tell without its values: how deep it is, and how many fields its objects have."""

from __future__ import annotations

# Objects and lists alike, and nothing else.
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_OTHERS = bytes(each for each in range(256) if each not in b"[]{}")


def outside_texts(raw: bytes) -> bytes | None:
    """What of a readable row is no text; None where a text may hold an escape, for then a quote may be part of it.

    >>> outside_texts(b'{"a:[": [1, "b"]}')
    b'{: [1, ]}'
    """
    return None if b"\\" in raw else b"".join(raw.split(b'"')[::2])


def is_deeper(outside: bytes, most: int) -> bool:
    """Whether more than so many objects and lists lie in each other: each round takes the innermost away.

    >>> is_deeper(b"{: [[], {}]}", 3), is_deeper(b"{: [[], {}]}", 2)
    (False, True)
    """
    brackets = outside.translate(_BRACKETS, _OTHERS)
    for _ in range(most):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
