"""A partner's side of the API: calls with a key that name their end user, unit and role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3

from registry.demo.parties import Credentials, Party

_TIMEOUT = urllib3.Timeout(connect=3.0, read=60.0)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, and its body as JSON where it is that, else as text; as bytes where it is a ZIP."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Unreachable(Exception):
    """The service does not answer at all."""


class Caller:
    """Calls the service as one party; without a key as nobody."""

    def __init__(self, url: str, party: Party | None, key: str | None) -> None:
        self.url = url.rstrip("/")
        self.party = party
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        if party is not None:
            self._headers |= {"End-User": party.end_user, "End-User-Unit": party.unit, "End-User-Role": party.role}
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=4)

    def as_user(self, end_user: str, unit: str, role: str) -> Caller:
        """Return a caller with the same key who speaks for another end user."""
        other = Caller(self.url, self.party, None)
        other._headers = self._headers | {"End-User": end_user, "End-User-Unit": unit, "End-User-Role": role}
        return other

    @property
    def name(self) -> str:
        """Who calls, as the tour names it."""
        return self.party.code if self.party else "onbekende"

    def call(self, method: str, path: str, document: Any = None, **headers: str) -> Reply:
        """Send a request; raises Unreachable when nobody answers."""
        sent = {"User-Agent": "beschermingsbevelen-demo"} | self._headers
        body = None
        if document is not None:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            sent["Content-Type"] = headers.pop("content_type", "application/json")
        try:
            response = self._pool.request(method, self.url + path, body=body, headers=sent | headers)
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(str(self.url)) from error
        is_packed = response.headers.get("Content-Type") == "application/zip"
        body_read = response.data if is_packed else _read(response.data)
        return Reply(response.status, body_read, dict(response.headers))

    def get(self, path: str) -> Reply:
        """Ask."""
        return self.call("GET", path)

    def post(self, path: str, document: Any) -> Reply:
        """Tell."""
        return self.call("POST", path, document)


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def callers(url: str, credentials: Credentials, parties: Mapping[str, Party]) -> dict[str, Caller]:
    """Return a caller for each party whose key is kept."""
    return {code: Caller(url, party, credentials.get(code)) for code, party in parties.items() if credentials.get(code)}
