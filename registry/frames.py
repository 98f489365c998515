"""Whole messages between two processes of the service, over a pipe or a socket: a length, then so many bytes."""

import struct
from typing import Protocol

_LENGTH = struct.Struct("!Q")


class Pipe(Protocol):
    """What bytes are written to, or read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer only at the end."""

    def write(self, sent: bytes, /) -> int:
        """Take bytes."""

    def flush(self) -> None:
        """Send what was taken."""


def send(pipe: Pipe, frame: bytes) -> None:
    """Write a message; raises OSError when the other process is gone."""
    pipe.write(_LENGTH.pack(len(frame)) + frame)
    pipe.flush()


def receive(pipe: Pipe) -> bytes:
    """Return the next message, waiting for it; raises EOFError when the other process ended."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: Pipe, length: int) -> bytes:
    found = pipe.read(length)
    if len(found) < length:
        raise EOFError("the other process ended")
    return found
