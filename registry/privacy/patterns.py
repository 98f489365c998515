"""Which questions call for the privacy officer: pure decisions on keyed hashes, counts and instants.

No source gives the limits: they are configuration, and each finding is a reason to look, never a judgment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class ItemKind(StrEnum):
    """Why something is for the privacy officer (privacyfunctionaris) to look into."""

    INCIDENT_MISSING = "incident_missing"
    MANY_WITHOUT_INCIDENT = "many_without_incident"
    SAME_PERSON = "same_person"
    OWN_NAME = "own_name"
    WATCHED_PERSON = "watched_person"
    BREAK_GLASS = "break_glass"
    PROTECTED_ADDRESS = "protected_address"
    JOURNAL_DAMAGED = "journal_damaged"


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a pattern is unusual, and how long a review may take; all configuration."""

    shift: timedelta
    people: int
    same_person: int
    window: timedelta
    review: timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """One lookup, as far as its hashes tell: who, about whom or what, on which occasion, and without an incident.

    `about` are the hashes of what was asked and of what few orders were shown; `person` the most telling of them;
    `sounds` those of how the name that was asked for sounds.
    """

    lookup_id: UUID
    asker: bytes
    organisation_id: UUID
    at: datetime
    occasion: str
    person: bytes | None
    about: tuple[bytes, ...]
    is_unexplained: bool = False
    names_asker: bool = False
    sounds: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """That somebody asked about something; `pair` is the hash of the two."""

    pair: bytes
    lookup_id: UUID
    at: datetime
    occasion: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look into: one at a time for each kind and subject, with the lookups it rests on, oldest first."""

    kind: ItemKind
    subject_ref: str
    organisation_id: UUID
    lookups: tuple[UUID, ...]
    watched_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A listed person by hashes, also of how his name sounds; of a member of staff with the hash of that end user."""

    id: UUID
    organisation_id: UUID
    keys: frozenset[bytes]
    asker: bytes | None
    sounds: frozenset[bytes] = frozenset()

    def is_meant(self, asked: Asked) -> bool:
        """Whether a question was about him, by what agrees or by a name that is hardly another."""
        return not (self.keys.isdisjoint(asked.about) and self.sounds.isdisjoint(asked.sounds))


def same_person(
    traces: Iterable[Trace], askers: Mapping[bytes, Asked], since: Mapping[bytes, datetime], limits: Limits
) -> list[Finding]:
    """One end user, the same person, on many occasions: several questions about one incident, or on one day, are one.

    `askers` tells by pair whose newest question it was; `since`, from when to count what was looked into before.
    """
    by_pair: dict[bytes, dict[UUID, Trace]] = {}
    for each in traces:
        if each.pair not in since or each.at > since[each.pair]:
            by_pair.setdefault(each.pair, {})[each.lookup_id] = each
    found = []
    for pair, seen in sorted(by_pair.items()):
        if len({each.occasion for each in seen.values()}) >= limits.same_person:
            lookups = tuple(sorted(seen))
            found.append(Finding(ItemKind.SAME_PERSON, pair.hex(), askers[pair].organisation_id, lookups))
    return _without_parts(found)


def _without_parts(found: Sequence[Finding]) -> list[Finding]:
    """A person is asked for by number, by name and by telephone at once: of findings on the same lookups, one."""
    kept: list[Finding] = []
    for each in sorted(found, key=lambda one: -len(one.lookups)):
        if not any(set(each.lookups) <= set(other.lookups) for other in kept):
            kept.append(each)
    return kept


def many_without_incident(
    asked: Collection[Asked], named: Collection[UUID], since: datetime | None, limits: Limits
) -> Finding | None:
    """One end user, many people within a shift, and no incident: neither then nor named since."""
    counted = [each for each in asked if each.lookup_id not in named and (since is None or each.at > since)]
    persons = {each.person for each in counted if each.person is not None}
    if not counted or len(persons) < limits.people:
        return None
    lookups = tuple(sorted(each.lookup_id for each in counted))
    return Finding(ItemKind.MANY_WITHOUT_INCIDENT, counted[0].asker.hex(), counted[0].organisation_id, lookups)


def about_the_listed(asked: Asked, listed: Iterable[Watched]) -> Iterator[Finding]:
    """A question about oneself, or about somebody on the list of the organisation."""
    own = asked.names_asker
    for each in listed:
        if each.organisation_id != asked.organisation_id or not each.is_meant(asked):
            continue
        if each.asker == asked.asker:
            own = True
        else:
            subject = f"{each.id}:{asked.asker.hex()}"
            yield Finding(ItemKind.WATCHED_PERSON, subject, asked.organisation_id, (asked.lookup_id,), each.id)
    if own:
        yield Finding(ItemKind.OWN_NAME, asked.asker.hex(), asked.organisation_id, (asked.lookup_id,))
