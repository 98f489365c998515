"""The body of a request as it comes, unpacked, so that one of any length needs no memory."""

from collections.abc import Iterator

from flask import request

from registry.errors import Fault, Invalid, RegistryError
from registry.http.bodies import read_piece
from registry.intake.lines import CHUNK_BYTES, gunzipped

NDJSON = ("application/x-ndjson", "application/ndjson")


def unpacked() -> Iterator[bytes]:
    """Yield the body in pieces, unpacked where it is gzip; raises Invalid when it is damaged or cut short."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "identity":
        return _chunks()
    if coding != "gzip":
        raise RegistryError("unsupported_media_type", 415, "Send the body plain or with Content-Encoding gzip.")
    return gunzipped(_chunks())


def _chunks() -> Iterator[bytes]:
    read = 0
    while chunk := read_piece(CHUNK_BYTES):
        read += len(chunk)
        yield chunk
    if request.content_length is not None and read < request.content_length:
        raise Invalid([Fault("#", "The body ends before its Content-Length; send it again.", "body_truncated")])
