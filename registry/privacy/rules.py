"""Of a question to the register: about whom or what it was, as values to be hashed, and whether about oneself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from registry.orders.naming.matching import NameQuery
from registry.orders.naming.names import TypedName, query_tokens
from registry.orders.naming.search_keys import Identifiers, query_keys

MOST_KEYS = 12
MOST_WORDS = 4


@dataclass(frozen=True, slots=True, repr=False)
class About:
    """Whom or what a question was about, as far as it could be read."""

    identifiers: Identifiers
    name: NameQuery
    names_incident: bool = False


def keys_of(about: About) -> list[tuple[str, str]]:
    """What two questions about the same person have in common, as kind and value; hashed before they are kept.

    They are other kinds than those by which the register is searched, so that who holds both cannot join them.

    >>> keys_of(About(Identifiers(bsn="999990019"), NameQuery("Jan de Vries")))
    [('asked_bsn', '999990019'), ('asked_name', 'jan vries')]
    """
    exact = [(f"asked_{kind}", value) for kind, value in query_keys(about.identifiers)]
    return [*exact, *_by_name(about.name)][:MOST_KEYS]


def _by_name(name: NameQuery) -> Iterator[tuple[str, str]]:
    """A name of one word says too little by itself; with a whole birth date it says enough."""
    if not name.text:
        return
    words = plain_words(name)
    if len(words) > 1:
        yield "asked_name", " ".join(words)
    if name.birth_on is not None and name.birth_on.precision == "day":
        for word in words[:MOST_WORDS]:
            yield "asked_name_birth_date", f"{word} {name.birth_on}"


def plain_words(name: NameQuery) -> list[str]:
    """The words of a name that carry it, in one order however it was typed."""
    return sorted(_plain(name.typed))


def _plain(typed: TypedName) -> set[str]:
    return {word.text for word in typed.words}


def asker_value(organisation_id: UUID, end_user: str) -> str:
    """Who asks, to be hashed: an end user of an organisation."""
    return f"{organisation_id}:{end_user.casefold()}"


def is_own_name(name: NameQuery, end_user: str) -> bool:
    """Whether the name asked for may be that of the end user as the call names him; who is a number has none.

    A word must be the same, and what else was typed must be his too, whole or by its initial.

    >>> [is_own_name(NameQuery(each), "J. de Vries") for each in ("Jan de Vries", "Vries", "Piet de Vries")]
    [True, True, False]
    >>> [is_own_name(NameQuery("P. de Vries"), each) for each in ("Jan de Vries", "mk-3041")]
    [False, False]
    """
    if not name.text:
        return False
    his, asked = _typed(end_user), name.typed
    own, words = _plain(his), _plain(asked)
    if not own & words or not _is_a_name(own):
        return False
    letters = {*his.initials, *(word[0] for word in own)}
    others = {word[0] for word in words - own}
    says_first_name = bool(his.initials) or len(own) > 1
    first = set(asked.initials[:1]) if says_first_name else set()
    return others <= set(his.initials) and first <= letters


def _is_a_name(words: set[str]) -> bool:
    return any(word.isalpha() and len(word) > 2 for word in words)


@lru_cache(maxsize=4096)
def _typed(end_user: str) -> TypedName:
    return query_tokens(end_user)
