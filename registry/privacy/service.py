"""Keeping the questions, and handing one to the privacy officer, who alone can open it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import PreparedChange, new_id, search_hash, table_of
from registry.db.sealing import HASH_BYTES
from registry.errors import NotFound
from registry.http.fields import camel
from registry.privacy.misspelling import sounds_of
from registry.privacy.models import LateQuestion, LookupQuestion, QuestionRelease
from registry.privacy.rules import About, asker_value, is_own_name, keys_of
from registry.privacy.sealing import seal

KEEP_QUESTION = PreparedChange(insert(table_of(LookupQuestion)))
KEEP_LATE = PreparedChange(insert(table_of(LateQuestion)))


def place_of(lookup_id: UUID) -> str:
    """To what a sealed question is bound."""
    return f"lookup_question.sealed.{lookup_id}"


def question_row(actor: Actor, now: datetime, lookup_id: UUID, body: Mapping[str, Any], about: About) -> dict[str, Any]:
    """The row of a question, to be written with the audit entry of its lookup; raises RegistryError without a key."""
    key_id, sealed = seal(orjson.dumps(_as_asked(body)), place_of(lookup_id))
    return {
        "lookup_id": lookup_id,
        "organisation_id": actor.organisation_id,
        "asked_at": now,
        "asker": asker_of(actor),
        "names_incident": about.names_incident,
        "names_asker": is_own_name(about.name, actor.end_user),
        "keys": b"".join(search_hash(kind, value) for kind, value in keys_of(about)),
        "sounds": b"".join(search_hash(kind, value) for kind, value in sounds_of(about.name)),
        "key_id": key_id,
        "sealed": sealed,
    }


def late_row(question: Mapping[str, Any]) -> dict[str, Any]:
    """That a question is kept after others that were asked later, so that it is watched by itself."""
    return {"lookup_id": question["lookup_id"], "watched_at": None}


def hashes_of_question(session: Session, lookup_id: UUID) -> frozenset[bytes]:
    """The keyed hashes that were kept of what a lookup asked for."""
    keys = session.scalar(select(LookupQuestion.keys).where(LookupQuestion.lookup_id == lookup_id)) or b""
    return frozenset(hashes_in(keys))


def hashes_in(joined: bytes) -> list[bytes]:
    """The hashes of a row of them."""
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]


def asker_of(actor: Actor) -> bytes:
    """The keyed hash of an end user of an organisation."""
    return search_hash("asker", asker_value(actor.organisation_id, actor.end_user))


def _as_asked(document: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it came over the wire, without what was left out."""
    return {
        camel(name): _as_asked(value) if isinstance(value, Mapping) else value
        for name, value in document.items()
        if value is not None
    }


def release_question(session: Session, actor: Actor, now: datetime, lookup_id: UUID, reason: str) -> dict[str, Any]:
    """Hand over the sealed question of a lookup of the actor's organisation, and note why; raises NotFound."""
    asked = select(LookupQuestion).where(
        LookupQuestion.lookup_id == lookup_id, LookupQuestion.organisation_id == actor.organisation_id
    )
    question = session.scalar(asked)
    if question is None:
        raise NotFound("Your organisation asked no such lookup, or its question is not kept.")
    release = QuestionRelease(id=new_id(), lookup_id=lookup_id, released_at=now)
    release.details = {"reason": reason, "end_user": actor.end_user, "unit": actor.unit, "role": actor.role}
    session.add(release)
    record(session, actor, now, Action.DISCLOSED, f"question:{lookup_id}", release=str(release.id))
    return {
        "lookupId": lookup_id,
        "askedAt": question.asked_at,
        "keyId": question.key_id,
        "sealed": base64.b64encode(question.sealed).decode(),
    }
