"""A receiver of webhooks on this machine: it keeps what comes, and says whether the signature is the service's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_OLDEST_S = 300


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came, and when."""

    id: str
    timestamp: str
    signatures: str
    body: bytes
    at_s: float

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent in it."""
        event: dict[str, Any] = json.loads(self.body)
        return event

    def is_signed_with(self, secret: str) -> bool:
        """Hold the signature against the secret of the subscription, as Standard Webhooks has it."""
        signed = f"{self.id}.{self.timestamp}.".encode() + self.body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        fresh = self.timestamp.isdigit() and abs(time.time() - int(self.timestamp)) < _OLDEST_S
        return fresh and any(hmac.compare_digest(one, expected) for one in self.signatures.split())


@dataclass
class Receiver:
    """What came so far; the same message twice counts once."""

    url: str
    _kept: dict[str, Received] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def take(self, received: Received) -> None:
        """Keep a message."""
        with self._news:
            self._kept.setdefault(received.id, received)
            self._news.notify_all()

    def all(self) -> list[Received]:
        """Return what came, in order of arrival."""
        with self._news:
            return list(self._kept.values())

    def wait_for(self, event_type: str, within_s: float, **data: Any) -> Received | None:
        """Return the first message of a type with these data; None when it does not come in time."""
        until_s = time.monotonic() + within_s
        with self._news:
            while True:
                for received in self._kept.values():
                    event = received.event
                    if event["type"] == event_type and data.items() <= event["data"].items():
                        return received
                if not self._news.wait(max(0.0, until_s - time.monotonic())):
                    return None


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            message_id, timestamp, signatures = (self.headers.get(name, "") for name in names)
            receiver.take(Received(message_id, timestamp, signatures, body, time.monotonic()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
