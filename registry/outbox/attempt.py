"""One attempt to hand one message to one receiver, signed as Standard Webhooks has it; no redirect is followed."""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from registry import __version__
from registry.outbox.destination import BadDestination, Destination, parse, resolve

_CONNECT_TIMEOUT_S = 3
_READ_TIMEOUT_S = 10
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


class Attempt:
    """A connection in use, which another thread may break off."""

    def __init__(self, message: Message, private_hosts: Collection[str], tls: ssl.SSLContext) -> None:
        self._message = message
        self._private_hosts = private_hosts
        self._tls = tls
        self._connection: HTTPConnection | None = None
        self._broken_off = False

    def run(self, now: datetime) -> Outcome:
        """Send once and return what came of it; every failure is an outcome."""
        try:
            destination = parse(self._message.url, self._private_hosts)
            self._connection = _connection(destination, resolve(destination), self._tls)
            return self._exchange(self._connection, destination, now)
        except BadDestination as error:
            return Outcome(None, error.code)
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            return Outcome(None, "too_slow" if self._broken_off else _reason(error))
        finally:
            if self._connection is not None:
                self._connection.close()

    def _exchange(self, connection: HTTPConnection, destination: Destination, now: datetime) -> Outcome:
        connection.connect()
        if self._broken_off:
            return Outcome(None, "too_slow")
        connection.timeout = _READ_TIMEOUT_S
        connection.sock.settimeout(_READ_TIMEOUT_S)
        headers = self._headers(destination, int(now.timestamp()))
        connection.request("POST", destination.path, body=self._message.body, headers=headers, preload_content=False)
        response = connection.getresponse()
        return Outcome(response.status, None, _retry_after_s(response.headers.get("Retry-After"), now))

    def _headers(self, destination: Destination, timestamp_s: int) -> dict[str, str]:
        message = self._message
        return {
            "Host": destination.host_header,
            "Content-Type": _CONTENT_TYPE,
            "User-Agent": f"beschermingsbevelen/{__version__}",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": signatures(message.secrets, message.id, timestamp_s, message.body),
        }

    def break_off(self) -> None:
        """Close the connection under the thread that waits on it: its receiver answers, but too slowly."""
        self._broken_off = True
        sock = getattr(self._connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


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
