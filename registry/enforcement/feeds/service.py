"""Making, revoking and reading calendar feeds; whoever has the address reads what its organisation may see, no more."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind, Purpose, Scope
from registry.access.service import key_hash, record, scopes_of
from registry.db import new_id
from registry.enforcement import agenda
from registry.enforcement.feeds.models import CalendarFeed
from registry.enforcement.listing import DeadlineFilter, Selection, Shown, deadlines_of
from registry.errors import Conflict, Fault, Invalid, NotFound
from registry.law.rules import RegimeCode
from registry.law.terms import Nature

_MOST_FEEDS = 50


def new_secret() -> str:
    """Return a fresh secret for a feed's address: 32 random bytes."""
    return "cal_" + secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """What a feed is called, which deadlines it holds, and the hash of its secret."""

    name: str
    of: Selection
    secret_hash: bytes


def add_feed(session: Session, actor: Actor, now: datetime, new: NewFeed) -> CalendarFeed:
    """Make a feed for the actor's organisation; of its secret only the keyed hash is kept."""
    living = select(func.count()).where(
        CalendarFeed.organisation_id == actor.organisation_id, CalendarFeed.revoked_at.is_(None)
    )
    if (session.scalar(living) or 0) >= _MOST_FEEDS:
        raise Conflict("too_many_feeds", f"There are {_MOST_FEEDS} calendar feeds; revoke one first.")
    if new.of.owner_id is not None and session.get(Organisation, new.of.owner_id) is None:
        raise Invalid([Fault("#/owner", "There is no organisation with this id.", "unknown_organisation")])
    feed = CalendarFeed(
        id=new_id(),
        organisation_id=actor.organisation_id,
        name=new.name,
        secret_hash=new.secret_hash,
        owner_id=new.of.owner_id,
        nature=new.of.nature and new.of.nature.value,
        regime=new.of.regime and new.of.regime.value,
        arrondissement=new.of.arrondissement,
        created_at=now,
    )
    session.add(feed)
    record(session, actor, now, Action.COLLECTED, f"calendar-feed:{feed.id}")
    return feed


def feeds_of(
    session: Session, actor: Actor, now: datetime, limit: int, after: uuid.UUID | None = None
) -> list[CalendarFeed]:
    """Return the feeds of the actor's organisation, the revoked ones too and without the secrets, newest first."""
    own = select(CalendarFeed).where(CalendarFeed.organisation_id == actor.organisation_id)
    if after is not None:
        own = own.where(CalendarFeed.id < after)
    found = list(session.scalars(own.order_by(CalendarFeed.id.desc()).limit(limit)))
    record(session, actor, now, Action.CONSULTED, "calendar-feeds", shown=len(found))
    return found


def revoke_feed(session: Session, actor: Actor, now: datetime, feed_id: uuid.UUID) -> None:
    """End a feed of the actor's organisation at once: its address is unknown from then on. Raises NotFound."""
    feed = session.get(CalendarFeed, feed_id)
    if feed is None or feed.organisation_id != actor.organisation_id:
        raise NotFound
    if feed.revoked_at is None:
        feed.revoked_at = now
        record(session, actor, now, Action.CHANGED, f"calendar-feed:{feed.id}", revoked=True)


def read_feed(session: Session, pepper: bytes, now: datetime, secret: str) -> list[Shown]:
    """Return the running deadlines of the feed that a secret opens; raises NotFound when it opens none."""
    known = select(CalendarFeed, Organisation).join(Organisation, Organisation.id == CalendarFeed.organisation_id)
    own = known.where(CalendarFeed.secret_hash == key_hash(pepper, secret), CalendarFeed.revoked_at.is_(None))
    found = session.execute(own).first()
    if found is None:
        raise NotFound
    feed, organisation = found
    return deadlines_of(
        session,
        _reader(session, now, feed, organisation),
        now,
        DeadlineFilter(agenda.MOST_ENTRIES, of=_selection(feed)),
    )


def _selection(feed: CalendarFeed) -> Selection:
    return Selection(
        feed.owner_id,
        Nature(feed.nature) if feed.nature else None,
        RegimeCode(feed.regime) if feed.regime else None,
        feed.arrondissement,
    )


def _reader(session: Session, now: datetime, feed: CalendarFeed, organisation: Organisation) -> Actor:
    """Who reads a feed: nobody is named, so the audit names the feed; it may see what its organisation links."""
    links = {Scope.REPORTS_LINK.value} & scopes_of(session, organisation.id, now)
    return Actor(
        client_id=None,
        organisation_id=organisation.id,
        organisation_kind=OrganisationKind(organisation.kind),
        scopes=frozenset({Scope.DEADLINES_READ.value} | links),
        end_user="calendar",
        unit=f"calendar-feed:{feed.id}",
        role="calendar",
        purpose=Purpose.ENFORCEMENT,
    )
