"""Taking a journal into the audit chain: what is new of it and follows on what came before, each answer once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.audit import Entry
from registry.access.rules import Action, Actor, Purpose
from registry.access.service import record
from registry.dispatch import service
from registry.dispatch.inquiries import Inquiry
from registry.dispatch.question import Question, read
from registry.dispatch.snapshot.journal import Record, first_link, place_of, unbroken
from registry.dispatch.snapshot.models import SnapshotIssue, SnapshotJournal
from registry.dispatch.snapshot.schemas import JournaledSchema
from registry.errors import Conflict, NotFound, RegistryError
from registry.http.fields import format_instant
from registry.intake.layouts import layouts
from registry.privacy.items import KEEP_ITEM, NewItem, raise_item, urgent_review
from registry.privacy.models import LookupQuestion
from registry.privacy.patterns import ItemKind
from registry.privacy.sealing import NotOpened, unseal
from registry.privacy.service import KEEP_LATE, KEEP_QUESTION, late_row

Wire = dict[str, Any]

_CLOCK_MAY_DIFFER = timedelta(minutes=5)
_JOURNALED = JournaledSchema()
_NO_COPY = "Your organisation was handed no offline copy with this id."
_BROKEN_NL = "Vanaf vraag {number} is het logboek veranderd of onvolledig; de privacyfunctionaris kijkt ernaar."


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A part of a journal: its records from a number on."""

    snapshot_id: UUID
    journal_id: UUID
    first: int
    records: Sequence[Record]


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    """One answer of a room, as it was journaled, opened and read."""

    told: Wire
    question: Question
    inquiry: Inquiry


def take_journal(session: Session, actor: Actor, now: datetime, upload: Upload, key: X25519PrivateKey) -> Wire:
    """Write what is new of a journal to the chain, and say how far it is there; raises NotFound, Conflict.

    What does not follow on what came before, or cannot be opened, is not believed, nor is what comes after it: the
    privacy officer looks into it. Sent again, nothing changes.
    """
    own = select(SnapshotIssue).where(SnapshotIssue.organisation_id == actor.organisation_id)
    handed = session.scalar(own.where(SnapshotIssue.id == upload.snapshot_id).with_for_update(key_share=True))
    if handed is None:
        raise NotFound(_NO_COPY)
    journal = session.get(SnapshotJournal, upload.journal_id, populate_existing=True) or _begun(upload, now)
    if journal.snapshot_id != handed.id:
        raise NotFound(_NO_COPY)
    known = journal.records
    if upload.first > known + 1:
        raise Conflict("journal_gap", f"Records before number {upload.first} are missing: send from {known + 1} on.")
    fresh = upload.records[known + 1 - upload.first :]
    differs_at = _differs_at(journal, upload)
    whole = [] if differs_at else _Opening(session, handed, actor, key).opened(upload, journal, fresh)
    if whole:
        _keep(session, now, handed, upload.journal_id, whole)
        journal.records, journal.link, journal.uploaded_at = known + len(whole), fresh[len(whole) - 1].link, now
        session.add(journal)
    broken_at = differs_at or (known + len(whole) + 1 if len(whole) < len(fresh) else None)
    if whole or broken_at:
        told = {"recorded": len(whole), "broken_at": broken_at, "snapshot": str(handed.id)}
        record(session, actor, now, Action.COLLECTED, f"snapshot-journal:{upload.journal_id}", **told)
    if broken_at:
        _have_looked_into(session, actor, now, upload.journal_id)
    return {
        "journalId": upload.journal_id,
        "recorded": len(whole),
        "inChain": journal.records,
        "brokenAt": broken_at,
        "brokenNl": broken_at and _BROKEN_NL.format(number=broken_at),
    }


def _begun(upload: Upload, now: datetime) -> SnapshotJournal:
    link = first_link(upload.snapshot_id, upload.journal_id)
    return SnapshotJournal(id=upload.journal_id, snapshot_id=upload.snapshot_id, records=0, link=link, uploaded_at=now)


def _differs_at(journal: SnapshotJournal, upload: Upload) -> int | None:
    """From which record on what was uploaded before is told otherwise now."""
    again = upload.records[: max(journal.records + 1 - upload.first, 0)]
    if upload.first == 1:
        whole = unbroken(first_link(journal.snapshot_id, journal.id), again)
        if whole < len(again):
            return whole + 1
    last = upload.first + len(again) - 1
    return last if again and last == journal.records and again[-1].link != journal.link else None


@dataclass(frozen=True, slots=True, repr=False)
class _Opening:
    """Opens the records of a copy that was handed out to the organisation of the actor."""

    session: Session
    handed: SnapshotIssue
    actor: Actor
    key: X25519PrivateKey

    def opened(self, upload: Upload, journal: SnapshotJournal, fresh: Sequence[Record]) -> list[_Asked]:
        """The records that follow on each other and can be believed, up to the first that cannot."""
        found: list[_Asked] = []
        for each in fresh[: unbroken(journal.link, fresh)]:
            place = place_of(upload.snapshot_id, upload.journal_id, journal.records + len(found) + 1)
            try:
                told = _JOURNALED.load(orjson.loads(unseal(each.sealed, self.key, place)))
                asked = self._read(told)
            except (NotOpened, ValueError, ValidationError, RegistryError):
                break
            found.append(asked)
        return self._new(found)

    def _read(self, told: Wire) -> _Asked:
        handed, at = self.handed, told["asked_at"]
        if not handed.issued_at - _CLOCK_MAY_DIFFER <= at < handed.expires_at:
            raise ValueError("asked outside the time of the copy")
        body = told["question"]
        kind, purpose = self.actor.organisation_kind, Purpose(body["purpose"])
        by = (told["end_user"], told["unit"], told["role"], purpose)
        actor = Actor(handed.client_id, handed.organisation_id, kind, frozenset(), *by)
        return _Asked(told, read(body, layouts().skn, at.date()), Inquiry(actor, at, body))

    def _new(self, found: Sequence[_Asked]) -> list[_Asked]:
        """Up to the first whose number some other lookup has: no room makes up the number of another's."""
        ids = [each.told["lookup_id"] for each in found]
        taken = set(self.session.scalars(select(LookupQuestion.lookup_id).where(LookupQuestion.lookup_id.in_(ids))))
        taken |= {each for place, each in enumerate(ids) if each in ids[:place]}
        return list(found[: next((place for place, each in enumerate(ids) if each in taken), len(ids))])


def _keep(session: Session, now: datetime, handed: SnapshotIssue, journal_id: UUID, asked: Sequence[_Asked]) -> None:
    """Write each answer as one that was given here: its audit entry, its question, what is to be reviewed."""
    questions, items = [], []
    for each in asked:
        kept, reviewed = service.kept_rows(each.inquiry, each.question, each.told["lookup_id"])
        questions += kept
        items += reviewed
        session.info.setdefault("audit", []).append(_entry(each, handed, journal_id))
    KEEP_QUESTION.run(session, questions)
    KEEP_LATE.run(session, [late_row(each) for each in questions])
    KEEP_ITEM.run(session, items)


def _entry(asked: _Asked, handed: SnapshotIssue, journal_id: UUID) -> Entry:
    told, actor, body = asked.told, asked.inquiry.actor, asked.inquiry.body
    details = {
        "incident": asked.question.incident_number,
        "fields": asked.question.fields,
        "orders": [str(each) for each in told["orders"]],
        "found": told["found"],
        "protected": told["protected"],
        **({"break_glass": True} if body["break_glass_reason"] is not None else {}),
        "copy_of": format_instant(handed.taken_at),
        "snapshot": str(handed.id),
        "journal": str(journal_id),
    }
    by = (actor.client_id, actor.organisation_id, actor.end_user, actor.unit, actor.role)
    what = (Action.CONSULTED.value, actor.purpose.value, f"lookup:{told['lookup_id']}", details)
    return Entry(asked.inquiry.now, *by, *what)


def _have_looked_into(session: Session, actor: Actor, now: datetime, journal_id: UUID) -> None:
    by = {"end_user": actor.end_user, "unit": actor.unit, "role": actor.role}
    told = (ItemKind.JOURNAL_DAMAGED, f"snapshot-journal:{journal_id}", actor.organisation_id, by, urgent_review())
    raise_item(session, now, NewItem(*told))
