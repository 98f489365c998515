"""A client that asks one thing at a time over one connection, and knows when the service has died under it."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


class Gone(Exception):
    """The service did not answer: it is dead, or the connection to it."""


class Refused(Exception):
    """The service answered, and not with success."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether it was answered 2xx."""
        return 200 <= self.status < 300

    @property
    def document(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def checked(self) -> Self:
        """Return it, or raise Refused when it is not 2xx."""
        if not self.is_good:
            raise Refused(f"{self.status}: {self.body[:500].decode(errors='replace')}")
        return self


class Client:
    """One connection with its headers."""

    def __init__(self, address: tuple[str, int], headers: Mapping[str, str]) -> None:
        self._connection = http.client.HTTPConnection(*address, timeout=60)
        self._headers = headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask once, on a new connection if the last was closed; raises Gone when no whole answer comes."""
        try:
            self._connection.request(method, path, body or None, dict(self._headers))
            answer = self._connection.getresponse()
            return Answer(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Gone(type(error).__name__) from error
