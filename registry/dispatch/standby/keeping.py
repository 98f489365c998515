"""The job that keeps the copy: all at once when there is none, then what changed since it last looked.

Once a day it goes by all orders again, piece by piece.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from registry.dispatch.standby.beginning import copy_everything
from registry.dispatch.standby.copying import ORDERS_AT_ONCE, copy_orders, copy_whole, drop_orders
from registry.dispatch.standby.store import State, Store, write_state
from registry.http import Runtime
from registry.orders.models import Order, OrderParty, OrderVersion, PartyLink

# After each piece others get so many times as long: on a small machine the same disk serves pings and answers.
_REST = 1
# How far back what came since is looked for: ids are made before their transaction ends. What ends later still is found
# by the next pass.
_OVERLAP_MS = 30_000
_NEWS_EVERY_S = 20.0
_NOTHING, _LAST = UUID(int=0), UUID(int=2**128 - 1)


@contextmanager
def _settled(shared: Runtime) -> Iterator[Session]:
    """The register as it is at one moment, however many statements read it."""
    with shared.database.reading() as source:
        if not shared.database.is_sqlite:
            source.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        yield source


def keep_standby(shared: Runtime) -> None:
    """Bring the copy up to date; it is usable since it first held every order."""
    store = shared.get(Store)
    store.make()
    state = store.state()
    now = shared.clock.now()
    if state is None:
        state = _begin(shared, now)
    elif state.is_new_pass_due(now):
        state = _begin_pass(shared, now, state)
    told_s = time.monotonic()
    while state.passed is not None:
        with _resting():
            state = _go_on(shared, state)
        if state.is_usable and time.monotonic() - told_s > _NEWS_EVERY_S:
            state, told_s = _take_news(shared, state), time.monotonic()
    _take_news(shared, state)


@contextmanager
def _resting() -> Iterator[None]:
    """Rest afterwards in proportion to what was done."""
    began_s = time.monotonic()
    yield
    time.sleep(_REST * (time.monotonic() - began_s))


def _begin(shared: Runtime, now: datetime) -> State:
    """Make the first copy; it can be used once the rest of what it needs is in, which comes with the news."""
    store = shared.get(Store).database
    with _settled(shared) as source:
        newest = copy_everything(source, store)
    state = State(now, now, None, False, newest)
    with store.transaction() as target:
        write_state(target, state)
    return state


def _begin_pass(shared: Runtime, now: datetime, former: State) -> State:
    """Begin to go by all orders."""
    state = replace(former, pass_began_at=now, passed=_NOTHING)
    with shared.get(Store).database.transaction() as target:
        write_state(target, state)
    return state


def _go_on(shared: Runtime, state: State) -> State:
    """Take in the next orders of the pass, and remove those between them that are gone."""
    assert state.passed is not None
    with _settled(shared) as source, shared.get(Store).database.transaction() as target:
        after = select(Order.id).where(Order.id > state.passed).order_by(Order.id)
        ids = source.scalars(after.limit(ORDERS_AT_ONCE)).all()
        known = select(Order.id).where(Order.id > state.passed)
        known_here = target.scalars(known.where(Order.id <= ids[-1]) if ids else known).all()
        drop_orders(target, set(known_here) - set(ids))
        copy_orders(source, target, ids)
        copied = replace(state, passed=ids[-1] if ids else None)
        write_state(target, copied)
    return copied


def _take_news(shared: Runtime, state: State) -> State:
    """Take in the orders that changed since, piece by piece, and then everything that is not of one order."""
    now = shared.clock.now()
    after = _NOTHING if state.newest_version is None else _earlier(state.newest_version)
    while after != _LAST:
        with _resting():
            state, after = _take_piece(shared, state, after)
    with _settled(shared) as source, shared.get(Store).database.transaction() as target:
        copy_whole(source, target)
        state = replace(state, taken_at=now, is_usable=True)
        write_state(target, state)
    return state


def _take_piece(shared: Runtime, state: State, after: UUID) -> tuple[State, UUID]:
    """Take in what came between an id and another, which is returned: ids of all tables are in the order of time."""
    with _settled(shared) as source, shared.get(Store).database.transaction() as target:
        newer = select(OrderVersion.id).where(OrderVersion.id > after).order_by(OrderVersion.id)
        found = source.scalars(newer.limit(ORDERS_AT_ONCE)).all()
        until = found[-1] if len(found) == ORDERS_AT_ONCE else _LAST
        copy_orders(source, target, _changed(source, target, after, until))
        if found:
            state = replace(state, newest_version=max(found[-1], state.newest_version or _NOTHING))
            write_state(target, state)
    return state, until


def _changed(source: Session, target: Session, after: UUID, until: UUID) -> set[UUID]:
    """The orders with a version, or a link to a person, from between two ids that the copy does not hold."""
    versions = select(OrderVersion.id, OrderVersion.order_id).where(OrderVersion.id > after, OrderVersion.id <= until)
    moved = select(PartyLink.id, OrderParty.order_id).join(OrderParty, OrderParty.id == PartyLink.party_id)
    links = moved.where(PartyLink.id > after, PartyLink.id <= until)
    return _unknown(source, target, versions) | _unknown(source, target, links)


def _unknown(source: Session, target: Session, rows: Select[UUID, UUID]) -> set[UUID]:
    """The orders of those rows of the register that the copy does not hold."""
    known = {row_id for row_id, _ in target.execute(rows)}
    return {order_id for row_id, order_id in source.execute(rows) if row_id not in known}


def _earlier(made: UUID) -> UUID:
    """The first id of a moment so much earlier: the first 48 bits of an id are its time in milliseconds."""
    return UUID(int=max((made.int >> 80) - _OVERLAP_MS, 0) << 80)
