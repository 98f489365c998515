"""How the name of a listed person may be typed: alike in sound, or with one slip in one of its words.

Of a question only hashes are kept, and those of two spellings have nothing in common. So a question keeps the hash of
how its name sounds, and a listed person is known by the sounds of every spelling of his name that is one slip away.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from registry.orders.naming.matching import NameQuery
from registry.orders.naming.names import keys
from registry.orders.naming.slips import SHORTEST
from registry.privacy.rules import MOST_WORDS, plain_words

_Value = tuple[str, str]


def sounds_of(name: NameQuery) -> list[_Value]:
    """What two spellings of a name have in common that sound alike, as kind and value; hashed before they are kept.

    >>> sounds_of(NameQuery("Jan Meijer")) == sounds_of(NameQuery("meyer, jan"))
    True
    """
    words = plain_words(name)
    return list(_told(name, keys(words), range(len(words))))


def sounds_around(name: NameQuery) -> set[_Value]:
    """The sounds of a name as it is, and with one slip in one of its words; a short word is too short for a slip.

    >>> sounds_of(NameQuery("Jan Meijre"))[0] in sounds_around(NameQuery("Jan Meijer"))
    True
    >>> sounds_of(NameQuery("Jan Meinders"))[0] in sounds_around(NameQuery("Jan Meijer"))
    False
    """
    words = plain_words(name)
    sounds, found = keys(words), set(sounds_of(name))
    for place, word in enumerate(words):
        for sound in set(keys(sorted(_slips(word)))):
            found.update(_told(name, [*sounds[:place], sound, *sounds[place + 1 :]], [place]))
    return found


def _told(name: NameQuery, sounds: list[str], changed: range | list[int]) -> Iterator[_Value]:
    """As `rules.keys_of` tells a name: by all of its words, and by each word with the day of birth."""
    if len(sounds) > 1:
        yield "asked_sound", " ".join(sorted(sounds))
    if name.birth_on is not None and name.birth_on.precision == "day":
        for place in changed[:MOST_WORDS]:
            yield "asked_sound_birth_date", f"{sounds[place]} {name.birth_on}"


def _slips(word: str) -> set[str]:
    """The words with one letter less, more or changed, or with two neighbours exchanged."""
    if len(word) < SHORTEST:
        return set()
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    less = {before + after[1:] for before, after in halves if after}
    exchanged = {before + after[1] + after[0] + after[2:] for before, after in halves if len(after) > 1}
    more = {before + letter + after for before, after in halves for letter in ascii_lowercase}
    changed = {before + letter + after[1:] for before, after in halves if after for letter in ascii_lowercase}
    return less | exchanged | more | changed
