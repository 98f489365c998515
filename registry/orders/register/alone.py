"""Whoever ties parties to persons does so alone, until his transaction ends.

Two at once would not see each other: of a number that both bring, each would make a person of his own, of two orders
that hang together each would move the other, and a merge would miss the order that it names. On SQLite there is one
writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.orders.register.registration import Draft

_NUMBERS = 0x6E756D6265727331
_HELD = "numbers_held"


def tie_alone(session: Session, drafts: Iterable[Draft]) -> None:
    """Wait until nobody else ties, if one of these messages names anybody.

    To be called before anything is done to an order: who holds one and waits for his turn here would be waited for.
    """
    # Who tells no number may be awaited by a merge that is being written now: nobody sees that without the lock.
    if any(each.parties for each in drafts):
        _hold(session)


def _hold(session: Session) -> None:
    transaction = session.get_transaction()
    if session.get_bind().dialect.name == "sqlite" or (transaction and session.info.get(_HELD) is transaction):
        return
    session.execute(select(func.pg_advisory_xact_lock(_NUMBERS)))
    session.info[_HELD] = session.get_transaction()
