"""What the register keeps of an identity so that it is found by name: words, each with how it is borne."""

from __future__ import annotations

from enum import IntEnum

from registry.orders.naming.names import NameFields, Part, fold, tokens


class Borne(IntEnum):
    """As what a party bears a word of the register: the number that is stored with the word."""

    SURNAME = 1
    PARTNER = 2
    ALIAS = 3
    GIVEN = 4
    INITIAL = 5
    BIRTH_DATE = 6


_BORNE: dict[Part, Borne] = {
    "surname": Borne.SURNAME, "partner": Borne.PARTNER, "alias": Borne.ALIAS, "given": Borne.GIVEN,
}  # fmt: skip


def index_entries(identity: NameFields) -> tuple[tuple[str, Borne], ...]:
    """Everything by which an identity is found by name: its words, initials that no given name shows, birth date.

    >>> index_entries(NameFields("Berg", "van den", initials="J."))[1:]
    (('vandenberg', <Borne.SURNAME: 1>), ('j', <Borne.INITIAL: 5>))
    """
    found = [(form, _BORNE[token.part]) for token in tokens(identity) for form in token.forms]
    shown = {text[0] for text, borne in found if borne is Borne.GIVEN}
    found += [(letter, Borne.INITIAL) for letter in sorted(initials_of(identity) - shown)]
    found += [(str(identity.birth_on), Borne.BIRTH_DATE)] if identity.birth_on else []
    return tuple(dict.fromkeys(found))


def initials_of(identity: NameFields) -> set[str]:
    """The first letters of the given names, from the initials (voorletters) and the names: 'J.P.' and 'JP' alike."""
    words = fold(identity.initials).split()
    if len(words) == 1 and identity.initials.isupper():
        words = list(words[0])
    return {word[0] for word in (*words, *fold(identity.given_names).split())}
