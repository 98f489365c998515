"""On the room's own machine: opening its offline copy, and asking it as the service is asked, without any database.

The copy is checked whole before anything of it is believed, and unpacked for as long as it is asked: to memory where
the machine has a file system there. What identifies anybody lies sealed in it even then.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.db import Database, install_keys, search_hash
from registry.dispatch import service
from registry.dispatch.inquiries import Inquiry
from registry.dispatch.question import Question, read
from registry.dispatch.snapshot.container import Head, Refused, check, open_keys, unpack
from registry.dispatch.snapshot.edition import as_keys
from registry.dispatch.snapshot.journal import RoomJournal
from registry.dispatch.snapshot.keys import public_key
from registry.dispatch.snapshot.recasting import hidden
from registry.dispatch.standby.answering import confirm_first
from registry.dispatch.standby.wording import age_nl
from registry.errors import Fault, Invalid
from registry.http.fields import camel
from registry.intake import layouts
from registry.intake.overview import Expected
from registry.law import LawTable
from registry.orders.force.standing import configure
from registry.orders.naming.search_keys import Identifiers

Wire = dict[str, Any]

_MEMORY = Path("/dev/shm")
_CLOCK_MAY_DIFFER = timedelta(minutes=5)
_ZONE = ZoneInfo("Europe/Amsterdam")
_EXPIRED = (
    "Deze offline kopie is verlopen op {at:%d-%m-%Y om %H:%M}: hij mag niet meer worden geraadpleegd. "
    "Haal een nieuwe op."
)
_TOO_EARLY = "Deze offline kopie is volgens de klok van deze computer nog niet gemaakt: zet de klok gelijk."
_OTHER_LAW = (
    "Deze offline kopie hoort bij een andere versie van het programma of van de wettabel: werk het programma bij."
)
_NOT_SEARCHED = "Op een plaats wordt in een offline kopie niet gezocht: gebieden staan er niet in."
_UNDELIVERED = "Wat wel is aangeleverd en nog niet verwerkt, staat niet in een offline kopie."


def require_valid(head: Head, now: datetime) -> None:
    """Raise Refused once a copy has expired, or when the clock of this machine cannot be right."""
    if now >= head.expires_at:
        raise Refused(_EXPIRED.format(at=head.expires_at.astimezone(_ZONE)))
    if now < head.issued_at - _CLOCK_MAY_DIFFER:
        raise Refused(_TOO_EARLY)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person, as the service wants him named."""

    end_user: str
    unit: str
    role: str


class OpenCopy:
    """A copy that was checked and unpacked, and the journal of what is asked of it."""

    def __init__(self, head: Head, database: Database, journal: RoomJournal) -> None:
        self.head = head
        self._database, self._journal = database, journal

    def ask(self, asker: Asker, now: datetime, body: Mapping[str, Any]) -> Wire:
        """Answer a question once it is journaled; raises Refused, and Invalid or Forbidden as the service does."""
        require_valid(self.head, now)
        question = _without_place(read(body, layouts.layouts().skn, now.date()))
        inquiry = Inquiry(self._actor(asker, body), now, body)
        asked = replace(question, identifiers=_hidden(question.identifiers))
        with self._database.reading() as session:
            told = service.answer(session, inquiry, asked, _expected(self.head))
            (entry,) = session.info.pop("audit")
        for hit in told["hits"]:
            hit["powers"] = confirm_first(hit["powers"])
        age = max(now - self.head.taken_at, timedelta())
        details = {name: entry.details[name] for name in ("orders", "found", "protected")}
        number = self._journal.write(_journaled(told, asker, body) | details)
        copy = {"takenAt": self.head.taken_at, "ageS": int(age.total_seconds()), "textNl": offline_nl(age)}
        more = {"snapshotId": self.head.id, "journalNumber": number, "validUntil": self.head.expires_at}
        return told | {"copy": copy | more, "assumedNl": [*told["assumedNl"], _UNDELIVERED]}

    def _actor(self, asker: Asker, body: Mapping[str, Any]) -> Actor:
        head, kind = self.head, OrganisationKind(self.head.organisation_kind)
        by = (head.client_id, head.organisation_id, kind, frozenset(head.scopes))
        return Actor(*by, asker.end_user, asker.unit, asker.role, Purpose(body["purpose"]))


def _without_place(question: Question) -> Question:
    if question.spot is None:
        return question
    told = (*question.unusable, Fault("#/location", _NOT_SEARCHED, "location_offline"))
    placeless = replace(question, spot=None, unusable=told)
    if not placeless.fields:
        raise Invalid(told, "Met deze vraag kan niet worden gezocht.")
    return placeless


def _hidden(identifiers: Identifiers) -> Identifiers:
    return replace(identifiers, addresses=tuple(hidden(each, search_hash) for each in identifiers.addresses))


def _journaled(told: Wire, asker: Asker, body: Mapping[str, Any]) -> Wire:
    question = {camel(name): value for name, value in body.items() if value is not None}
    by = {"endUser": asker.end_user, "unit": asker.unit, "role": asker.role}
    return {"lookupId": str(told["lookupId"]), "askedAt": told["askedAt"], **by, "question": question}


def offline_nl(age: timedelta) -> str:
    """That an answer is from an offline copy, and how old that is.

    >>> offline_nl(timedelta(hours=3))[-61:]
    'De kopie is 3 uur oud: wat daarna gebeurde, staat er niet in.'
    """
    return (
        "Dit antwoord komt uit een offline kopie van het register. "
        f"De kopie is {age_nl(age)} oud: wat daarna gebeurde, staat er niet in."
    )


def _expected(head: Head) -> Expected:
    return Expected(head.measures["message_h"], head.measures["statement_h"])


@dataclass(frozen=True, slots=True, repr=False)
class Trust:
    """What a room opens its copies with: its own private key, the public key of the service, and the law."""

    room: X25519PrivateKey
    signed_by: bytes
    law: LawTable


@contextmanager
def open_copy(file: Path, trust: Trust, journals: Path, now: datetime) -> Iterator[OpenCopy]:
    """Open a copy for as long as the block lasts; raises Refused when it must not be used.

    One at a time in a process, whose keys become those of the copy.
    """
    with file.open("rb") as written:
        head = check(written, trust.signed_by)
        require_valid(head, now)
        if head.law_hash != trust.law.hash:
            raise Refused(_OTHER_LAW)
        rows, content = open_keys(head, trust.room)
        memory = str(_MEMORY) if _MEMORY.is_dir() else None
        with tempfile.TemporaryDirectory(prefix="offline-copy-", dir=memory) as folder:
            copy = Path(folder) / "copy.db"
            unpack(written, content, copy)
            install_keys(as_keys(rows))
            configure(trust.law, timedelta(days=head.measures["unconfirmed_after_days"]))
            layouts.configure(head.measures["layouts"])
            database = Database(f"sqlite:///{copy}")
            try:
                yield OpenCopy(head, database, RoomJournal(journals, head.id, public_key(head.journal_key)))
            finally:
                database.dispose()
