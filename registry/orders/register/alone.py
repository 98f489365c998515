"""Whoever ties parties to persons by their numbers does so alone, until his transaction ends.

Two at once would not see each other: of a number that both bring, each would make a person of his own, and of two
orders that hang together each would move the other. On SQLite there is one writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.orders.register.persons import LINKING_KINDS
from registry.orders.register.registration import FIRST_VERSION, Draft

_NUMBERS = 0x6E756D6265727331
_HELD = "numbers_held"


def tie_alone(session: Session, drafts: Iterable[Draft]) -> None:
    """Wait until nobody else ties, if one of these messages may tie somebody or untie him.

    To be called before anything is done to an order: who holds one and waits for his turn here would be waited for.
    """
    if any(_may_tie(each) for each in drafts):
        _hold(session)


def _may_tie(drafted: Draft) -> bool:
    """The first message of an order that tells nobody's number ties nobody."""
    is_first = drafted.version_told == FIRST_VERSION and drafted.kind not in LINKING_KINDS
    return bool(drafted.parties) and (not is_first or any(each.numbers for each in drafted.parties))


def _hold(session: Session) -> None:
    transaction = session.get_transaction()
    if session.get_bind().dialect.name == "sqlite" or (transaction and session.info.get(_HELD) is transaction):
        return
    session.execute(select(func.pg_advisory_xact_lock(_NUMBERS)))
    session.info[_HELD] = session.get_transaction()
