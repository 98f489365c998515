"""Handing messages to one receiver, signed as Standard Webhooks has it; no redirect is followed."""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from registry import __version__
from registry.outbox.destination import BadDestination, Destination, parse, resolve

_CONNECT_TIMEOUT_S = 3
_READ_TIMEOUT_S = 10
_LONGEST_ANSWER = 16_384
_CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, where to, and the secrets that sign it."""

    id: str
    url: str
    body: bytes
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Message(id={self.id})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: the receiver's status, or why there was none."""

    status: int | None
    error: str | None = None
    retry_after_s: float | None = None

    @property
    def is_accepted(self) -> bool:
        """Say whether the receiver has taken the message."""
        return self.status is not None and 200 <= self.status < 300


def signatures(secrets: Iterable[str], message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the `webhook-signature` header: one HMAC-SHA256 per secret over id, timestamp and body."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    return " ".join("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)


class Line:
    """A connection to one receiver, for one message after another; another thread may break it off."""

    def __init__(self, private_hosts: Collection[str], tls: ssl.SSLContext) -> None:
        self._private_hosts = private_hosts
        self._tls = tls
        self._destination: Destination | None = None
        self._connection: HTTPConnection | None = None
        self._broken_off = False
        self.sending_since_s = time.monotonic()

    def send(self, message: Message, now: datetime) -> Outcome:
        """Send once and return what came of it; every failure is an outcome."""
        self.sending_since_s = time.monotonic()
        try:
            return self._send(message, now)
        except BadDestination as error:
            return Outcome(None, error.code)
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            return Outcome(None, "too_slow" if self._broken_off else _reason(error))

    def _send(self, message: Message, now: datetime) -> Outcome:
        """Use the connection again where there is one; a receiver may have closed it in the meantime."""
        if self._connection is not None:
            try:
                return self._exchange(self._connection, message, now)
            except (HTTPError, http.client.HTTPException, OSError) as error:
                self.close()
                if self._broken_off or isinstance(error, TimeoutError):
                    raise
        self._destination = parse(message.url, self._private_hosts)
        self._connection = _connection(self._destination, resolve(self._destination), self._tls)
        self._connection.connect()
        return self._exchange(self._connection, message, now)

    def _exchange(self, connection: HTTPConnection, message: Message, now: datetime) -> Outcome:
        if self._broken_off or self._destination is None:
            return Outcome(None, "too_slow")
        connection.timeout = _READ_TIMEOUT_S
        connection.sock.settimeout(_READ_TIMEOUT_S)
        headers = _headers(message, self._destination, int(now.timestamp()))
        connection.request("POST", self._destination.path, body=message.body, headers=headers, preload_content=False)
        response = connection.getresponse()
        outcome = Outcome(response.status, None, _retry_after_s(response.headers.get("Retry-After"), now))
        self._make_ready(response)
        return outcome

    def _make_ready(self, response: BaseHTTPResponse) -> None:
        """Read past what the receiver says, so that the connection can be used again; a long story is not read."""
        with suppress(HTTPError, http.client.HTTPException, OSError):
            if not response.read(_LONGEST_ANSWER) or not response.read(1):
                connection = self._connection
                if connection is not None and connection.sock is not None:
                    return
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def break_off(self) -> None:
        """Close the connection under the thread that waits on it: its receiver answers, but too slowly."""
        self._broken_off = True
        sock = getattr(self._connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _headers(message: Message, destination: Destination, timestamp_s: int) -> dict[str, str]:
    return {
        "Host": destination.host_header,
        "Content-Type": _CONTENT_TYPE,
        "User-Agent": f"beschermingsbevelen/{__version__}",
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signatures(message.secrets, message.id, timestamp_s, message.body),
    }


def _connection(destination: Destination, address: str, tls: ssl.SSLContext) -> HTTPConnection:
    if not destination.is_https:
        return HTTPConnection(address, destination.port, timeout=_CONNECT_TIMEOUT_S)
    return HTTPSConnection(
        address,
        destination.port,
        timeout=_CONNECT_TIMEOUT_S,
        server_hostname=destination.host,
        ssl_context=tls,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, NewConnectionError):
        return "connect_failed"
    if isinstance(error, ConnectTimeoutError):
        return "connect_timeout"
    if isinstance(error, TimeoutError):
        return "read_timeout"
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    return "connection_lost"


def _retry_after_s(value: str | None, now: datetime) -> float | None:
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(value)
        return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return None
