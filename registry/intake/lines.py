"""A body, cut into the raw rows of a delivery without ever holding more of it than one row and one chunk."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator

import msgspec

from registry.errors import Fault, Invalid
from registry.intake.parsing.row import MAX_ROW_BYTES

CHUNK_BYTES = 64 * 1024
# One byte more than a row may have, so that whoever judges it sees that it was too large.
KEPT_BYTES = MAX_ROW_BYTES + 1


class Digest:
    """The SHA-256 of what passes through."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks, having counted each."""
        for chunk in chunks:
            self._hash.update(chunk)
            yield chunk

    @property
    def hex(self) -> str:
        """Return the digest of what has passed."""
        return self._hash.hexdigest()


def gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip packed, in pieces of bounded size; raises Invalid when it is damaged or cut short."""
    unpacker = zlib.decompressobj(wbits=31)
    started = False
    for chunk in chunks:
        while chunk:
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
            started = True
            yield _piece(unpacker, chunk)
            chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    # What the last call had no room for comes out without further input.
    while started and not unpacker.eof:
        piece = _piece(unpacker, b"")
        if not piece:
            raise Invalid([Fault("#", "The gzip stream ends too early; send it again.", "gzip_truncated")])
        yield piece


def _piece(unpacker: zlib._Decompress, chunk: bytes) -> bytes:
    try:
        return unpacker.decompress(chunk, CHUNK_BYTES)
    except zlib.error as error:
        raise Invalid([Fault("#", "The body is not gzip, or damaged; send it again.", "gzip_damaged")]) from error


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each line that is not blank; of one beyond the largest size only its beginning is kept."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line[:KEPT_BYTES]
        rest = rest[:KEPT_BYTES]
    if rest.strip():
        yield rest


def messages(body: bytes) -> list[bytes]:
    """Return the messages of a JSON body: one object, a list, or `{"messages": [...]}`, each as it was written."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return []
    try:
        if text[:1] == b"[":
            return _written(text)
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        if "messages" not in fields:
            return [text[:KEPT_BYTES]]
        _refuse_others(fields, text)
        return _written(bytes(fields["messages"]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = 'The body is not a JSON object, a list of them, or {"messages": [...]}.'
        raise Invalid([Fault("#", detail, "json_invalid")]) from error


def _written(text: bytes) -> list[bytes]:
    return [bytes(raw).strip()[:KEPT_BYTES] for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]


def _refuse_others(fields: dict[str, msgspec.Raw], text: bytes) -> None:
    """A name of a field is the sender's text: only its place among the fields is told."""
    if len(fields) > 1:
        detail = "Beside `messages` this body holds other fields; send the messages alone."
        raise Invalid([Fault("#", detail, "unknown_field")])
    listed = bytes(fields["messages"])
    before, _, after = text.rpartition(listed)
    if b"".join((before + after).split()) != b'{"messages":}':
        detail = "The body says `messages` more than once; send one list, or the rest would be lost."
        raise Invalid([Fault("#/messages", detail, "key_twice")])
