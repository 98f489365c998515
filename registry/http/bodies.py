"""Reading a request's body: bounded, decompressed where it says so, decoded without ever trusting it."""

import zlib
from typing import Any

import orjson
from flask import request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected

from registry.errors import Fault, Invalid, RegistryError

MIB = 1 << 20


def media_type() -> str:
    """Return the request's media type without parameters."""
    return request.mimetype


def require_media_type(*allowed: str) -> None:
    """Refuse a body of another media type with 415."""
    if request.mimetype not in allowed:
        raise RegistryError("unsupported_media_type", 415, f"Send the body with Content-Type {' or '.join(allowed)}.")


def read_body(limit_bytes: int) -> bytes:
    """Return the body, unpacked when it is gzip; raises 413 over the limit, 400 when cut short, 415 otherwise coded."""
    if (request.content_length or 0) > limit_bytes:
        raise _too_large(limit_bytes)
    raw = read_piece(limit_bytes + 1)
    if len(raw) > limit_bytes:
        raise _too_large(limit_bytes)
    if request.content_length is not None and len(raw) < request.content_length:
        raise Invalid([Fault("#", "The body ends before its Content-Length; send it again.", "body_truncated")])
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "identity":
        return raw
    if coding != "gzip":
        raise RegistryError("unsupported_media_type", 415, "Send the body plain or with Content-Encoding gzip.")
    return _gunzip(raw, limit_bytes)


def read_piece(size_bytes: int) -> bytes:
    """Return what comes next of the body, at most so much; raises 400 when its chunks are damaged or it breaks off."""
    try:
        return request.stream.read(size_bytes)
    except (OSError, ParseException, ClientDisconnected) as error:
        raise Invalid([Fault("#", "The body is cut short or damaged; send it again.", "body_truncated")]) from error


def _gunzip(raw: bytes, limit_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(raw, limit_bytes + 1)
    except zlib.error as error:
        raise Invalid([Fault("#", "The body is not gzip, or damaged; send it again.", "gzip_damaged")]) from error
    if len(body) > limit_bytes:
        raise _too_large(limit_bytes)
    if not unpacker.eof:
        raise Invalid([Fault("#", "The gzip stream ends too early; send it again.", "gzip_truncated")])
    return body


def decode_json(body: bytes) -> Any:
    """Decode JSON; NaN, lone surrogates and trailing text are faults."""
    try:
        return orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        place = f" at character {error.pos}" if isinstance(error, orjson.JSONDecodeError) else ""
        raise Invalid([Fault("#", f"The body is not valid JSON{place}.", "json_invalid")]) from error


def _too_large(limit_bytes: int) -> RegistryError:
    size = f"{limit_bytes // MIB} MiB" if limit_bytes >= MIB else f"{limit_bytes // 1024} KiB"
    return RegistryError("content_too_large", 413, f"The body is over {size}; send it in parts.")
