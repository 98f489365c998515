"""How a name as typed becomes tokens, and when two spellings sound the same, by the tables of `linguistics`.

Three levels, each coarser than the one before:

- `fold`: one alphabet, no marks: 'Şükrü' and 'Sukru', 'IJsbrand' and 'ijsbrand';
- tokens: the words that carry the name, apart from its prefixes (tussenvoegsels): 'v.d. Berg' and 'van den Berg';
- `key`: the sound to a Dutch ear: 'Meijer' and 'Meyer', 'Coenraad' and 'Koenraad'.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from anyascii import anyascii

from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.linguistics import (
    ABBREVIATED,
    GLUED,
    NOISE,
    PREFIXES,
    RUN_OF_INITIALS,
    SOUND_RULES,
    TWO_LETTERS,
)

Part = Literal["surname", "given", "partner", "alias"]

MAX_TEXT, MAX_WORDS = 200, 16

_GLUED = tuple(re.compile(pattern) for pattern in GLUED)
_RUN_OF_INITIALS = re.compile(RUN_OF_INITIALS)
# A line a word: over very many words a rule costs as little as over one.
_SOUNDS = tuple((re.compile(rule.letters, re.MULTILINE), rule.sound) for rule in SOUND_RULES)


def _transliterate(text: str) -> str:
    """Lower case in the Latin alphabet, apostrophes made one: 'Đỗ Văn’s' becomes "do van's"."""
    plain = re.sub("[ʻʼ´`’‘]", "'", unicodedata.normalize("NFC", text[:MAX_TEXT]))
    return anyascii(plain).lower()


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """One spelling for every way to type a word: 'D’Hondt' gives 'd hondt', "'t Hart" 't hart', "N'Diaye" 'ndiaye'."""
    plain = _transliterate(text)
    # d'Hondt, l'Ami, van't Hof and 's-Gravesande hold a prefix; in other names the apostrophe is only a mark.
    plain = re.sub(r"(?<![a-z])([dl])'|'([tsn])(?![a-z])|(?<=[a-z])'(t) ", r" \1\2\3 ", plain)
    plain = re.sub(r"(?<![a-z])'([tsn])(?=[- ])", r" \1 ", plain).replace("'", "")
    # Abbreviated prefixes: 'v.d. Berg', 'v/d Berg', 'e.v.' for 'echtgenote van'.
    plain = re.sub(r"\bv ?[./] ?([dht])\b", r"v\1 ", plain)
    plain = re.sub(r"\be\.v\.", "ev", plain)
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def spellings(text: str) -> tuple[str, ...]:
    """The folded text, and a second form, word for word, if it has marks that are also written as two letters.

    >>> spellings("Müller")
    ('muller', 'mueller')
    """
    plain = fold(text)
    written_out = fold("".join(TWO_LETTERS.get(char, char) for char in unicodedata.normalize("NFC", text).lower()))
    same_words = [_role(word) for word in plain.split()] == [_role(word) for word in written_out.split()]
    return (plain, written_out) if same_words and written_out != plain else (plain,)


def _role(word: str) -> str:
    if word in PREFIXES:
        return "prefix"
    if word in NOISE:
        return "noise"
    return "initial" if len(word) == 1 else "name"


@lru_cache(maxsize=200_000)
def key(token: str) -> str:
    """The sound of one token; never empty for a token that has letters or digits.

    >>> key("meijer") == key("meyer") and key("coenraad") == key("koenraad")
    True
    """
    return keys([fold(token)])[0]


def keys(words: Sequence[str]) -> list[str]:
    """The sounds of words that are folded already, a space in them left out.

    >>> keys(["janssen", "meijer"])
    ['jans', 'mYer']
    """
    if not words:
        return []
    sounds = "\n".join(words).replace(" ", "")
    for pattern, replacement in _SOUNDS:
        sounds = pattern.sub(replacement, sounds)
    return sounds.split("\n")


@dataclass(frozen=True, slots=True, repr=False)
class NameFields:
    """The name and birth date of a person as one message delivered them (identiteit)."""

    surname: str = ""
    prefix: str = ""
    given_names: str = ""
    initials: str = ""
    partner_surname: str = ""
    partner_prefix: str = ""
    aliases: tuple[str, ...] = ()
    birth_on: PartialDate | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NameToken:
    """One word that carries a name, with the other forms in which the same word may be written."""

    text: str
    part: Part
    others: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """All the forms, the plain one first."""
        return (self.text, *self.others)


@dataclass(frozen=True, slots=True, repr=False)
class TypedName:
    """A name as typed, in any order: the words that must be found, its loose prefixes, and initials."""

    words: tuple[NameToken, ...]
    prefixes: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class SplitName:
    """A typed name taken apart into given names, prefix and surname."""

    given_names: str
    prefix: str
    surname: str


def _words(text: str) -> list[str]:
    words = fold(text).split()
    return ([word for word in words if word not in NOISE] or words)[:MAX_WORDS]


def _cores(words: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Each word that is not a prefix, with the prefixes before it; of nothing but prefixes ('Ait Ben') the last."""
    found: list[tuple[str, tuple[str, ...]]] = []
    before: list[str] = []
    for word in words:
        if word in PREFIXES:
            before.append(word)
        else:
            found.append((word, tuple(before)))
            before = []
    if before and not found:
        found.append((before[-1], tuple(before[:-1])))
    return found


def _joined(word: str, before: Sequence[str]) -> tuple[str, ...]:
    """'berg' after 'van den' is also typed 'vandenberg' and 'denberg'; the longest first."""
    return tuple("".join(before[start:]) + word for start in range(len(before)))


def _written_out(word: str, before: Sequence[str]) -> tuple[str, ...]:
    """'berg' after 'vd' may be registered as 'vandeberg', 'vandenberg' or 'vanderberg'."""
    return tuple(long + word for long in ABBREVIATED.get("".join(before), ()))


def loosened(word: str) -> tuple[str, ...]:
    """'vandenberg' may be 'berg', 'elamrani' may be 'amrani'."""
    loose = (pattern.match(word) for pattern in _GLUED)
    return tuple(word[found.end() :] for found in loose if found)


@lru_cache(maxsize=50_000)
def _part_tokens(text: str, part: Part, prefix: str = "") -> tuple[NameToken, ...]:
    """The words of one part of an identity; the last also as the whole part in one word ('oudeluttikhuis')."""
    before = fold(prefix).split()
    columns = [_cores([*before, *_words(spelling)][:MAX_WORDS]) for spelling in spellings(text)]
    result: list[NameToken] = []
    for position, (word, own_prefixes) in enumerate(columns[0]):
        forms = [*_joined(word, own_prefixes)[:1], *(column[position][0] for column in columns[1:])]
        forms += loosened(word) if part != "given" else ()
        if position and position == len(columns[0]) - 1 and part != "alias":
            forms.append("".join(core for core, _ in columns[0]))
        result.append(NameToken(word, part, tuple(dict.fromkeys(form for form in forms if form != word))))
    return tuple(result)


@lru_cache(maxsize=1_000)
def tokens(identity: NameFields) -> tuple[NameToken, ...]:
    """The words of an identity; 'van den Berg-Smit' has 'berg' (also 'vandenberg') and 'smit'."""
    found = [
        *_part_tokens(identity.surname, "surname", identity.prefix),
        *_part_tokens(identity.partner_surname, "partner", identity.partner_prefix),
        *(token for given in identity.given_names.split() for token in _part_tokens(given, "given")),
        *(token for alias in identity.aliases for token in _part_tokens(alias, "alias")),
    ]
    unique = {(token.text, token.part): token for token in found if len(token.text) > 1}
    return tuple(unique.values())


def query_tokens(text: str) -> TypedName:
    """A name as a dispatcher types it, the order of its words free; prefixes at the end belong to either end."""
    words = _with_initials_apart(_words(text))
    spelt = [words, *(_words(spelling) for spelling in spellings(text)[1:])]
    columns = [_cores([word for word in each if len(word) > 1 or word in PREFIXES]) for each in spelt]
    behind = _behind(words)
    found: dict[str, NameToken] = {}
    for position, (word, own) in enumerate(columns[0]):
        before = own or (behind if position in (0, len(columns[0]) - 1) else ())
        other_spellings = (column[position][0] for column in columns[1:] if position < len(column))
        forms = [*_joined(word, before), *_written_out(word, before), *loosened(word), *other_spellings]
        found[word] = NameToken(word, "surname", tuple(dict.fromkeys(form for form in forms if form != word)))
    return TypedName(
        words=tuple(found.values()),
        prefixes=tuple(dict.fromkeys(word for word in words if word in PREFIXES and word not in found)),
        initials=tuple(word for word in words if len(word) == 1 and word not in PREFIXES),
    )


def _with_initials_apart(words: Sequence[str]) -> list[str]:
    """'jp smit' is 'j p smit'; by itself 'jp' stays the only word there is."""
    runs = {word for word in words if word not in PREFIXES and _RUN_OF_INITIALS.fullmatch(word)}
    if not any(len(word) > 1 and word not in runs and word not in PREFIXES for word in words):
        return list(words)
    return [letter for word in words for letter in (word if word in runs else (word,))]


def _behind(words: Sequence[str]) -> tuple[str, ...]:
    """The prefixes at the end: 'van den' of 'berg jan van den'."""
    start = len(words)
    while start and words[start - 1] in PREFIXES:
        start -= 1
    return tuple(words[start:])


def split_name(text: str) -> SplitName:
    """'Jan van den Berg' and 'Berg, Jan van den' alike: given names Jan, prefix van den, surname Berg."""
    if "," in text:
        surname, _, rest = text.partition(",")
        behind = rest.split()
        while behind and fold(behind[-1]) and set(fold(behind[-1]).split()) <= PREFIXES:
            surname = f"{behind.pop()} {surname}"
        words, start = [*behind, *surname.split()], len(behind)
    else:
        words = text.split()
        marks = [index for index, word in enumerate(words[:-1]) if fold(word) in PREFIXES]
        start = marks[0] if marks else max(len(words) - 1, 0)
    end = start
    while end < len(words) - 1 and fold(words[end]) and set(fold(words[end]).split()) <= PREFIXES:
        end += 1
    return SplitName(" ".join(words[:start]), " ".join(words[start:end]), " ".join(words[end:]))
