"""Addresses and names in free text: found in what a sender wrote, and shielded from who may not know them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

SHIELDED_NL = "[afgeschermd]"
SHORTEST_WORD = 3

_SEVERAL = re.compile(rf"{re.escape(SHIELDED_NL)}(?:[\s,]+{re.escape(SHIELDED_NL)})+")

_POSTCODE = r"\b[1-9]\d{3}[\s.]{0,2}[A-Za-z]{2}\b"
_NUMBER = r"\d{1,5}(?:\s?[A-Za-z]\b)?"
_ANY_POSTCODE = re.compile(_POSTCODE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Words that stand before a number which is no house number.
_COUNTING = (
    "art|artikel|lid|onder|voorwaarde|bijlage|binnen|minimaal|maximaal|hoogste|minste|meer|minder|langer|dan|elke|per|"
    "van|tot|om|op|en|of|met|na|voor|sinds|vanaf|uiterlijk|januari|februari|maart|april|mei|juni|juli|augustus|"
    "september|oktober|november|december"
)
# What may be an address, a name or a number, whosever it is: a text is shown without them rather than with one.
_SUSPECTS = re.compile(
    rf"""
    {_POSTCODE}(?:\s*,?\s*{_NUMBER})?                  # a postcode, with its house number
    | -?\b\d{{1,3}}[.,]\d{{3,}}\b(?!\s*(?:euro|meter)) | \b[1-6]\d{{5}}\b  # a coordinate in degrees, or in metres of RD
    | \+?\d(?:[\s.()-]?\d){{6,}}                        # a telephone number or another long number
    | (?<![.!?:]\s)(?<!^)(?<![\w'’])[^\W\d_a-zà-ÿ][\w'’-]*(?:\s+{_NUMBER})?  # a capital within a sentence
    """,
    re.VERBOSE | re.MULTILINE,
)


# A word with a number behind it: a street, or "nr. 7".
_NUMBERED = re.compile(rf"\b(?!(?:{_COUNTING})\b)[^\W\d_][\w'’-]+\.?\s+{_NUMBER}(?![\d:])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """An address as somebody may write it in a text."""

    postcode: str | None = None
    house_number: int | None = None
    street: str | None = None


def tells_address(text: str, addresses: Iterable[Whereabouts]) -> bool:
    """Whether a text holds one of the addresses: its postcode, or its street with the house number.

    >>> hers = [Whereabouts("3511AB", 12, "Dorpsstraat")]
    >>> tells_address("Niet komen in de dorpsstraat, op nr. 12.", hers), tells_address("Bij 3511 ab.", hers)
    (True, True)
    >>> tells_address("Niet komen in de Dorpsstraat.", hers)
    False
    """
    return any(_tells(text, one) for one in addresses)


def _tells(text: str, address: Whereabouts) -> bool:
    if address.postcode and address.postcode[:4] in text:
        found = {re.sub(r"[\s.]", "", each).upper() for each in _ANY_POSTCODE.findall(text)}
        if address.postcode in found:
            return True
    if not (address.street and address.house_number) or str(address.house_number) not in text:
        return False
    plain = folded(text)
    place = plain.find(folded(address.street))
    number = re.compile(rf"(?<!\d){address.house_number}(?!\d)")
    return place >= 0 and number.search(plain, place, place + len(address.street) + 40) is not None


def folded(text: str) -> str:
    """Lower case, without accents: 'Curaçaostraat' becomes 'curacaostraat'."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def shielded(text: str, words: Collection[str]) -> str:
    """A text without these words and without whatever else may tell who or where somebody is.

    More is hidden than must be: any capitalised word inside a sentence, and any number that could be found by.

    >>> shielded("Betrokkene komt niet bij Roos Vos in de Lindelaan 14 te Utrecht.", ["Vos"])
    'Betrokkene komt niet bij [afgeschermd] in de [afgeschermd] te [afgeschermd].'
    """
    hidden = _without(_MAIL.sub(SHIELDED_NL, text), words)
    for pattern in (_SUSPECTS, _NUMBERED):
        hidden = pattern.sub(SHIELDED_NL, hidden)
    return _SEVERAL.sub(SHIELDED_NL, hidden)


def placeless(text: str, places: Collection[str]) -> str:
    """A text without these streets and postcodes, and else as it was: for what is no free text but may hold anything.

    >>> placeless("Reclassering, bel over Lindelaan 14", ["Lindelaan"])
    'Reclassering, bel over [afgeschermd]'
    """
    return _without(text, places)


@lru_cache(maxsize=256)
def _sought(words: tuple[str, ...]) -> list[str]:
    """The words as they are looked for, the longest first; one order asks for the same at every text it holds."""
    return sorted({folded(word) for word in words if len(word) >= SHORTEST_WORD}, key=len, reverse=True)


def _without(text: str, words: Collection[str]) -> str:
    """Hide the words wherever they stand, whatever their case and accents, with the number behind them."""
    sought = _sought(tuple(words))
    if not sought:
        return text
    composed = unicodedata.normalize("NFC", text)
    plain = text.lower() if text.isascii() else "".join(folded(char)[:1] or char for char in composed)
    # Hardly a text holds one of them, and to make the pattern takes longer than all the rest.
    if not any(word in plain for word in sought):
        return composed
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, sought))})\w*(?:\s+{_NUMBER})?")
    parts: list[str] = []
    place = 0
    for found in pattern.finditer(plain):
        parts += [composed[place : found.start()], SHIELDED_NL]
        place = found.end()
    return "".join([*parts, composed[place:]])


def words_of(texts: Iterable[str | None]) -> Iterator[str]:
    """The words of names and places, each by itself, that are long enough to look for."""
    for text in texts:
        for word in re.findall(r"\w+", text or ""):
            if len(word) >= SHORTEST_WORD:
                yield word
