"""The rules of Dutch names: how a name as typed becomes tokens, and when two spellings sound the same.

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

Part = Literal["surname", "given", "partner", "alias"]

MAX_TEXT, MAX_WORDS = 200, 16

# Words that stand before a surname and are not the name itself. The last line is Arabic and Berber.
PREFIXES = frozenset(
    [
        "van", "von", "vom", "der", "den", "de", "dem", "des", "het", "t", "s", "n", "d", "l", "te", "ter", "ten",
        "tot", "in", "op", "aan", "bij", "onder", "over", "uit", "uyt", "uijt", "voor", "af", "du", "la", "le", "les",
        "da", "das", "do", "dos", "del", "della", "di", "zu", "zum", "zur", "y",
        "vd", "vdr", "vh", "vt", "vande", "vander", "vanden", "vant",
        "el", "al", "ait", "ben", "bin", "ibn", "bou", "abou", "abu", "ou", "oulad", "ould",
    ]
)  # fmt: skip

# Ways of address and of marriage that a caller adds: 'mevr. Jansen e.v. De Vries', 'Bakker geb. Smit'.
NOISE = frozenset(
    [
        "dhr", "mevr", "mevrouw", "mw", "meneer", "mijnheer", "drs", "ing", "mr", "dr", "ir", "prof",
        "geb", "geboren", "ev", "wed", "jr", "sr",
    ]
)  # fmt: skip

# 'vdberg', 'Vanderberg', 'vandijk': a prefix written onto the name. A name of fewer than four letters is left whole.
_GLUED_DUTCH = re.compile(r"(?:van(?:den|der|de|het|t)|vd|van(?=[^aeiouyn]))(?=[a-z]{4})")
# 'Elamrani' for 'El Amrani', 'Benali' for 'Ben Ali'.
_GLUED_ARABIC = re.compile(r"(?:ait|ben|bou|oulad|ould|abou|el|al)(?=[a-z]{3})")

# Letters that are commonly written as two when the mark cannot be typed: 'Müller' is also 'Mueller'.
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj", "ş": "sj", "č": "tsj", "ć": "tsj"}


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
    written_out = fold("".join(_TWO_LETTERS.get(char, char) for char in unicodedata.normalize("NFC", text).lower()))
    same_words = [_role(word) for word in plain.split()] == [_role(word) for word in written_out.split()]
    return (plain, written_out) if same_words and written_out != plain else (plain,)


def _role(word: str) -> str:
    if word in PREFIXES:
        return "prefix"
    if word in NOISE:
        return "noise"
    return "initial" if len(word) == 1 else "name"


# What the Dutch ear does not tell apart, in the order in which the rules are applied. Capitals stand for sounds.
SOUND_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^y(?=[aeou])", "j"),  # Yusuf, Jusuf
        (r"qu", "kw"),  # Quist, Kwist
        (r"aau|au|ou(?=w)", "A"),  # Blaauw, Blauw
        (r"oe|ou", "u"),  # Boujemaa, Boejemaa, Bujemaa
        (r"uij|uy|ui", "U"),  # Kuijpers, Kuypers, Kuipers
        (r"aaij|aai|aay|aij|ai|ay|aj|eij|ei|ey|ej|ij|y", "Y"),  # Meijer, Meyer, Meier, Mayer; IJsbrand, Ysbrand
        (r"sch$|ssch", "s"),  # Bosch, Bos; Visscher, Visser
        (r"kh|ch|gh", "g"),  # Khalid, Chalid; Verhaeghe, Verhage
        (r"sh|sj", "s"),  # Shaïma, Sjaima, Şaima
        (r"dj", "j"),  # Djamal, Jamal
        (r"ph", "f"),  # Joseph, Josef
        (r"th|dt|d(?=s?$)", "t"),  # Theo, Teo; Brandt, Brand, Brant
        (r"rh", "r"),  # Rhee, Ree
        (r"ckx|cks|cx|kx|x", "ks"),  # Hendrickx, Hendriks; Max, Maks
        (r"ck|q|c(?![eiY])", "k"),  # Dick, Dik; Coenraad, Koenraad; Claassen, Klaassen
        (r"[cz]", "s"),  # Cecilia, Sesilia; Zanten, Santen
        (r"v", "f"),  # Visser, Fisser
        (r"ae", "a"),  # Claes, Claas
        (r"ie", "i"),  # Siemons, Simons
        (r"(.)\1+", r"\1"),  # Janssen, Jansen; Haan, Han
        (r"(?<=..)h$", ""),  # Fatimah, Fatima
        (r"(?<=..)en?$", ""),  # Heijne, Heijnen, Heijn
    )
)


@lru_cache(maxsize=200_000)
def key(token: str) -> str:
    """The sound of one token; never empty for a token that has letters or digits.

    >>> key("meijer") == key("meyer") and key("coenraad") == key("koenraad")
    True
    """
    sound = fold(token).replace(" ", "")
    for pattern, replacement in SOUND_RULES:
        sound = pattern.sub(replacement, sound)
    return sound


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


def _loosened(word: str) -> tuple[str, ...]:
    """'vandenberg' may be 'berg', 'elamrani' may be 'amrani'."""
    loose = (pattern.match(word) for pattern in (_GLUED_DUTCH, _GLUED_ARABIC))
    return tuple(word[found.end() :] for found in loose if found)


@lru_cache(maxsize=50_000)
def _part_tokens(text: str, part: Part, prefix: str = "") -> tuple[NameToken, ...]:
    """The words of one part of an identity; the last also as the whole part in one word ('oudeluttikhuis')."""
    before = fold(prefix).split()
    columns = [_cores([*before, *_words(spelling)][:MAX_WORDS]) for spelling in spellings(text)]
    result: list[NameToken] = []
    for position, (word, own_prefixes) in enumerate(columns[0]):
        forms = [*_joined(word, own_prefixes)[:1], *(column[position][0] for column in columns[1:])]
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


def index_terms(identity: NameFields) -> tuple[str, ...]:
    """The words under which an identity is listed in the vocabulary, each once."""
    return tuple(dict.fromkeys(form for token in tokens(identity) for form in token.forms))


def query_tokens(text: str) -> TypedName:
    """A name as a dispatcher types it, the order of its words free."""
    words = _words(text)
    columns = [
        _cores([word for word in _words(spelling) if len(word) > 1 or word in PREFIXES]) for spelling in spellings(text)
    ]
    found: dict[str, NameToken] = {}
    for position, (word, before) in enumerate(columns[0]):
        forms = [*_joined(word, before), *_loosened(word), *(column[position][0] for column in columns[1:])]
        found[word] = NameToken(word, "surname", tuple(dict.fromkeys(form for form in forms if form != word)))
    return TypedName(
        words=tuple(found.values()),
        prefixes=tuple(dict.fromkeys(word for word in words if word in PREFIXES and word not in found)),
        initials=tuple(word for word in words if len(word) == 1 and word not in PREFIXES),
    )


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
