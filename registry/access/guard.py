"""The guard at the door: each route states its scope, or that it is public; anything else fails a test."""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import request
from sqlalchemy.orm import Session

from registry.access.audit import Beside, Entry, ReadAuditor
from registry.access.models import ApiClient, Organisation
from registry.access.rules import Actor, OrganisationKind, Purpose, Scope
from registry.access.service import find_client, key_hash
from registry.db import Database, is_unreachable
from registry.errors import Fault, Forbidden, Invalid, Unauthenticated
from registry.http import runtime

View = TypeVar("View", bound=Callable[..., Any])

_HEADERS = {"End-User": "end_user", "End-User-Unit": "unit", "End-User-Role": "role"}
_LONGEST_HEADER = 200
_REMEMBER_S = 1.0


def public(view: View) -> View:
    """Say that anyone may call this route; it shows no personal data."""
    view.__scope__ = None  # type: ignore[attr-defined]
    return view


def requires(
    scope: Scope, purpose: Purpose, or_scope: Scope | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in only clients with this scope that name their end user, and pass the actor on as `actor`.

    `or_scope` opens the door as well: what one kind of organisation does with one scope, another does with its own.
    """
    scopes = (scope,) if or_scope is None else (scope, or_scope)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(**arguments: Any) -> Any:
            return view(actor=_actor(scopes, purpose), **arguments)

        guarded.__scope__ = "` or `".join(scopes)  # type: ignore[attr-defined]
        return guarded

    return decorate


@contextmanager
def consultation() -> Iterator[Session]:
    """Open a reading session; on leaving, what was recorded in it is audited before the answer can leave."""
    with runtime().database.reading() as session:
        yield session
        entries = session.info.pop("audit", [])
    write_audit(entries)


def write_audit(entries: Sequence[Entry], beside: Beside = ()) -> None:
    """Write what was recorded of a read, and what is kept beside it; the answer may leave once this returns."""
    if not entries:
        raise RuntimeError("a read of personal data recorded no audit entry")
    runtime().get(ReadAuditor).write(entries, beside)


@dataclass(frozen=True, slots=True)
class _Known:
    client: ApiClient
    organisation: Organisation
    until_s: float


class KeyRing:
    """Remembers the clients seen in the last second, so that a burst does not read the same row each time."""

    def __init__(self, standby: Callable[[], Database | None] = lambda: None) -> None:
        self._known: dict[bytes, _Known] = {}
        self._standby = standby

    def client(self, key: str) -> tuple[ApiClient, Organisation] | None:
        """Return the client whose key this is; a revocation is seen within a second."""
        shared = runtime()
        pepper = shared.settings.keys.pepper
        digest = key_hash(pepper, key)
        known = self._known.get(digest)
        if known is not None and known.until_s > time.monotonic():
            return known.client, known.organisation
        try:
            found = _find(shared.database, pepper, key, shared.clock.now())
        except Exception as error:
            # Who may ask is then told by the copy on this machine, for the few routes that can answer from it.
            standby = self._standby() if is_unreachable(error) else None
            if standby is None:
                raise
            found = _find(standby, pepper, key, shared.clock.now())
        if found is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = _Known(*found, time.monotonic() + _REMEMBER_S)
        return found


def _find(database: Database, pepper: bytes, key: str, now: datetime) -> tuple[ApiClient, Organisation] | None:
    with database.reading() as session:
        found = find_client(session, pepper, key, now)
        session.expunge_all()
        return found


def _actor(scopes: tuple[Scope, ...], purpose: Purpose) -> Actor:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("Send the client's key as `Authorization: Bearer KEY`.")
    found = runtime().get(KeyRing).client(key.strip())
    if found is None:
        raise Unauthenticated("This key is unknown, expired or revoked.")
    client, organisation = found
    actor = Actor(
        client_id=client.id,
        organisation_id=organisation.id,
        organisation_kind=OrganisationKind(organisation.kind),
        scopes=frozenset(client.scopes),
        purpose=purpose,
        **_end_user(),
    )
    if not any(actor.may(scope) for scope in scopes):
        named = " or ".join(scopes)
        raise Forbidden(f"This operation needs the scope {named}, and a kind of organisation that may use it.")
    return actor


def _end_user() -> dict[str, str]:
    faults, named = [], {}
    for header, field in _HEADERS.items():
        value = _as_sent(request.headers.get(header, "")).strip()
        # A dash, or a space that nobody sees, names nobody; with one behind it a name passes for somebody else's.
        if len(value) > _LONGEST_HEADER or not any(map(str.isalnum, value)) or not value.isprintable():
            faults.append(
                Fault(
                    f"header {header}", f"Name the {header} in at most {_LONGEST_HEADER} characters that can be seen."
                )
            )
        named[field] = value
    if faults:
        raise Invalid(faults, "Each call names its end user, unit and role in headers.")
    return named


def _as_sent(value: str) -> str:
    """A header as its sender meant it: the server reads each byte as a letter, and most send UTF-8."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
