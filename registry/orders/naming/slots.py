"""A typed name as arrays: for each of its words the words of the register that may be meant, with their weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming import evidence
from registry.orders.naming.linguistics import ALSO_NAMES, CALLED
from registry.orders.naming.names import NameToken, TypedName
from registry.orders.naming.segment import letter_bit
from registry.orders.naming.words import Kind, Words

Ints = NDArray[np.int32]
Weights = NDArray[np.float32]

FAMILY, GIVEN = 0, 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parties there are, and by number of a word how many bear it as surname or alias, and as given name."""

    parties: int
    family: Ints
    given: Ints


@dataclass(frozen=True, slots=True)
class Slots:
    """The words of the register that a typed name may mean, in rising order of their `numbers`.

    `weights[FAMILY or GIVEN, slot, word]` is what the word is worth for a slot, as surname or alias and as given name,
    minus infinity where it is none of its words.
    The first `needed` slots are words that ought to be found; the rest are prefixes that may be a name.
    """

    numbers: Ints
    weights: Weights
    needed: int
    letters: Ints
    initials: Ints

    def surnames(self) -> Ints:
        """The words to look for as surname or alias, the most telling first."""
        best = self.weights[FAMILY].max(axis=0, initial=evidence.NONE)
        order = np.argsort(-best, kind="stable")
        found: Ints = self.numbers[order[best[order] > evidence.NONE]]
        return found


_Meant = tuple[Ints, NDArray[np.uint8]]


def slots_of(typed: TypedName, words: Words, counts: Counts) -> Slots:
    """Look up the words of a typed name."""
    texts = typed.words
    meant = [_meant(texts, place, words) for place in range(len(texts))]
    meant += [_only(words, {word: Kind.EXACT}) for word in typed.prefixes if word in ALSO_NAMES]
    meant = [_counted(each, counts) for each in meant]
    numbers = np.unique(np.concatenate([np.zeros(0, np.int32), *(each for each, _ in meant)]))
    weights = np.full((2, len(meant), len(numbers)), evidence.NONE, np.float32)
    for slot, (each, kinds) in enumerate(meant):
        # Where a word is of two kinds the closer one stands last, and stays.
        order = np.argsort(kinds)[::-1]
        each, kinds = each[order], kinds[order]
        weights[:, slot, np.searchsorted(numbers, each)] = _worth(each, kinds, counts)
    np.minimum(weights[:, len(texts) :], evidence.MOST_OF_A_PREFIX, out=weights[:, len(texts) :])
    letters = np.array([letter_bit(word.text) for word in texts], np.int32)
    return Slots(numbers, weights, len(texts), letters, np.array([letter_bit(one) for one in typed.initials], np.int32))


def _meant(texts: Sequence[NameToken], place: int, words: Words) -> _Meant:
    token = texts[place]
    plain = words.meant(token.text)
    found: list[_Meant] = [(plain.numbers, plain.kinds)]
    for other in token.others:
        if token.text.endswith(other):
            loose = words.meant(other)
            found.append((loose.numbers, np.where(loose.kinds == Kind.EXACT, Kind.LOOSE, loose.kinds)))
    found.append(_only(words, dict(_other_forms(texts, place))))
    if place:
        joined = words.sounding(texts[place - 1].text + token.text)
        found.append((joined.numbers, joined.kinds))
    if place + 1 < len(texts):
        joined = words.sounding(token.text + texts[place + 1].text)
        found.append((joined.numbers, np.full(len(joined.kinds), Kind.COVERED, np.uint8)))
    return np.concatenate([each for each, _ in found]), np.concatenate([kinds for _, kinds in found])


def _counted(meant: _Meant, counts: Counts) -> _Meant:
    """Without words that are so new that nobody was counted who bears them."""
    numbers, kinds = meant
    known = numbers < len(counts.family)
    return numbers[known], kinds[known]


def _other_forms(texts: Sequence[NameToken], place: int) -> Iterator[tuple[str, Kind]]:
    """'vandenberg' for van den Berg, 'mueller' for Müller, 'cornelis' for Kees."""
    token = texts[place]
    for name in CALLED.get(token.text, ()):
        yield name, Kind.CALLED
    for other in token.others:
        if not token.text.endswith(other):
            yield other, Kind.JOINED if other.endswith(token.text) else Kind.EXACT


def _only(words: Words, kinds: dict[str, Kind]) -> _Meant:
    known = [(number, kind) for text, kind in kinds.items() if (number := words.number_of(text)) is not None]
    numbers = np.array([number for number, _ in known], np.int32)
    return numbers, np.array([kind for _, kind in known], np.uint8)


def _worth(numbers: Ints, kinds: NDArray[np.uint8], counts: Counts) -> Weights:
    """The weight of each word as surname and as given name: how probable it was to be typed so, and by anybody."""
    family = np.bincount(kinds, weights=counts.family[numbers], minlength=len(Kind))
    given = np.bincount(kinds, weights=counts.given[numbers], minlength=len(Kind))
    typed = evidence.TYPED_WITH_PREFIX if (kinds == Kind.JOINED).any() else evidence.TYPED
    by_anybody = family @ typed.probabilities[FAMILY] + given @ typed.probabilities[GIVEN] + evidence.UNSEEN
    weights: Weights = typed.logarithms[:, kinds] + np.float32(log(max(counts.parties, 1) / by_anybody))
    return weights
