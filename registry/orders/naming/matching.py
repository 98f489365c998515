"""How much a name as typed and a registered identity look alike, and why.

A score says how well the question fits, from 0 to 1; it never selects anybody. What contradicts costs more than what is
absent, and a birth date outweighs a spelling.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Literal

from registry.orders.naming.entries import initials_of
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.likeness import (
    CALLED_SCORE,
    INITIAL_SCORE,
    LOOSE_FORM_SCORE,
    REASON_NL,
    SAME_SOUND_SCORE,
    ReasonCode,
    Similarity,
    compare_dates,
    remotely_alike,
    similarity,
)
from registry.orders.naming.linguistics import CALLED, PREFIXES
from registry.orders.naming.names import (
    NameFields,
    NameToken,
    Part,
    TypedName,
    fold,
    key,
    query_tokens,
    tokens,
)

# From here on a hit is worth a dispatcher's eye; below it a candidate only shares some letters.
DISPLAY_THRESHOLD = 0.65
# Beside a chance that leaves hardly anybody else, less of an agreement is enough.
_SURE_CHANCE, _SURE_THRESHOLD = 0.8, 0.5

_GIVEN_WEIGHT, _INITIAL_WEIGHT, _ABSENT_WEIGHT, _PREFIX_WEIGHT = 0.6, 0.3, 0.25, 0.3
_WITHOUT_SURNAME_CAP = 0.5


# A name score s becomes factor * s ** power: an equal date lifts a misspelt name, a different one sinks an equal name.
_DATE_EFFECT = {
    None: (0.85, 1.0),
    ReasonCode.DATE_EXACT: (1.0, 0.5),
    ReasonCode.DATE_PARTIAL: (0.93, 0.8),
    ReasonCode.DATE_SWAPPED: (0.92, 0.7),
    ReasonCode.DATE_NEAR: (0.9, 0.7),
    ReasonCode.DATE_DIFFERS: (0.4, 1.0),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """What one part of the identity, or its birth date, adds to the match."""

    code: ReasonCode
    part: Part | Literal["prefix", "birth_date", "question"]

    @property
    def text_nl(self) -> str:
        """The reason in words for a dispatcher."""
        return REASON_NL[self.code]


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The outcome for one identity."""

    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, repr=False)
class NameQuery:
    """A name as typed, with a birth date if the caller knew one."""

    text: str = ""
    birth_on: PartialDate | None = None

    @cached_property
    def typed(self) -> TypedName:
        """The name taken apart, once for all candidates."""
        return query_tokens(self.text)


def is_worth_showing(score: float, chance: float = 0.0) -> bool:
    """Whether a hit is worth a dispatcher's eye, by its score and the chance that the index of names gave it.

    >>> is_worth_showing(0.7), is_worth_showing(0.6), is_worth_showing(0.6, chance=0.9)
    (True, False, True)
    """
    return score >= DISPLAY_THRESHOLD or (chance >= _SURE_CHANCE and score >= _SURE_THRESHOLD)


def _token_similarity(asked: NameToken, known: NameToken) -> Similarity:
    """The best of all forms; only the plain word may be misspelt, for its other forms are guesses already."""
    best = similarity(asked.text, known.text)
    if best.score < CALLED_SCORE and known.part == "given" and asked.text in CALLED.get(known.text, ()):
        return Similarity(CALLED_SCORE, ReasonCode.CALLED)
    if best.score >= LOOSE_FORM_SCORE or not (asked.others or known.others):
        return best
    forms, known_forms = set(asked.forms), set(known.forms)
    if forms & known_forms:
        return Similarity(LOOSE_FORM_SCORE, ReasonCode.EXACT)
    if best.score < SAME_SOUND_SCORE and {key(form) for form in forms} & {key(form) for form in known_forms}:
        return Similarity(SAME_SOUND_SCORE, ReasonCode.SAME_SOUND)
    return best


def _merged(words: Sequence[NameToken], known: Sequence[NameToken]) -> tuple[NameToken, ...]:
    """'Oude Luttikhuis' typed apart becomes one word if the register has it in one."""
    if len(words) < 2:
        return tuple(words)
    written = {key(form) for token in known for form in token.forms}
    result: list[NameToken] = []
    for word in words:
        if result and key(result[-1].text + word.text) in written:
            word = NameToken(result.pop().text + word.text, word.part)
        result.append(word)
    return tuple(result)


_Chosen = dict[int, tuple[NameToken, Similarity]]


def _assign(asked: Sequence[NameToken], known: Sequence[NameToken]) -> _Chosen:
    """Each typed word to at most one registered word, the best pairs first."""
    chosen: _Chosen = {}
    _choose(chosen, asked, known, _token_similarity)
    return chosen


def _assign_remotely(chosen: _Chosen, asked: Sequence[NameToken], known: Sequence[NameToken]) -> None:
    """Who was born on the very day may have a surname that is spelt in a way no rule foresees."""
    if all(token.part == "given" for token, _ in chosen.values()):
        surnames = [token for token in known if token.part != "given"]
        _choose(chosen, asked, surnames, lambda word, token: remotely_alike(word.text, token.text))


def _choose(
    chosen: _Chosen,
    asked: Sequence[NameToken],
    known: Sequence[NameToken],
    alike: Callable[[NameToken, NameToken], Similarity],
) -> None:
    pairs = [
        (found.score, -row, -column, found)
        for row, word in enumerate(asked)
        for column, token in enumerate(known)
        if (found := alike(word, token)).reason
    ]
    taken: set[int] = set()
    for _, row, column, found in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if -row not in chosen and -column not in taken:
            chosen[-row] = (known[-column], found)
            taken.add(-column)


def _prefixes(prefix: str, name: str) -> tuple[str, ...]:
    """The prefixes with which a surname begins, kept apart or not: 'van', 'den'."""
    return tuple(takewhile(PREFIXES.__contains__, fold(f"{prefix} {name}").split()))


class _Tally:
    """The weighted mean of what was found, with the reasons, as it grows."""

    def __init__(self) -> None:
        self.reasons: list[Reason] = []
        self._sum = self._weight = 0.0

    def add(self, score: float, weight: float, reasons: Iterable[Reason] = ()) -> None:
        self._sum += score * weight
        self._weight += weight
        self.reasons += [reason for reason in reasons if reason not in self.reasons]

    def mean(self) -> float:
        return self._sum / self._weight if self._weight else 0.0


def _why(token: NameToken, found: Similarity) -> list[Reason]:
    reasons = [Reason(found.reason or ReasonCode.SPELLING, token.part)]
    if token.part == "partner":
        reasons.append(Reason(ReasonCode.PARTNER_NAME, "partner"))
    elif token.part == "alias":
        reasons.append(Reason(ReasonCode.ALIAS, "alias"))
    return reasons


def _match_name(typed: TypedName, identity: NameFields, *, born_then: bool) -> tuple[float, list[Reason]]:
    known = tokens(identity)
    words = _merged(typed.words, known)
    # A prefix may be somebody's given name ('Ben') or surname ('Lê'): it counts if found, and costs nothing if not.
    loose = [NameToken(word, "given") for word in typed.prefixes if any(token.text == word for token in known)]
    chosen = _assign([*words, *loose], known)
    if born_then:
        _assign_remotely(chosen, words, known)
    parts = {token.part for token, _ in chosen.values()}
    tally = _Tally()
    for token, found in chosen.values():
        tally.add(found.score, _GIVEN_WEIGHT if token.part == "given" else 1.0, _why(token, found))
    named = bool(parts - {"given"})
    for position, word in enumerate(words):
        if position not in chosen:
            _count_missing(tally, word.text, identity, named=named, given_found="given" in parts)
    initials = initials_of(identity)
    for letter in typed.initials if initials else ():
        agrees = letter in initials
        code = ReasonCode.INITIAL if agrees else ReasonCode.GIVEN_NAME_DIFFERS
        tally.add(INITIAL_SCORE if agrees else 0.0, _INITIAL_WEIGHT, [Reason(code, "given")])
    if named and _prefix_differs(typed, identity, parts):
        tally.reasons.append(Reason(ReasonCode.PREFIX_IGNORED, "prefix"))
    return tally.mean() if named else min(tally.mean(), _WITHOUT_SURNAME_CAP), tally.reasons


def _count_missing(tally: _Tally, word: str, identity: NameFields, *, named: bool, given_found: bool) -> None:
    """A typed word that is nowhere in the identity: what contradicts weighs, what the register lacks hardly."""
    initials = initials_of(identity)
    if word == "".join(_prefixes(identity.prefix, identity.surname)):
        tally.add(1.0, _PREFIX_WEIGHT)
    elif named and not identity.given_names and word[0] in initials:
        tally.add(INITIAL_SCORE, _INITIAL_WEIGHT, [Reason(ReasonCode.INITIAL, "given")])
    elif named and not initials:
        tally.add(0.0, _ABSENT_WEIGHT, [Reason(ReasonCode.NOT_FOUND, "question")])
    elif named and not given_found:
        tally.add(0.0, _GIVEN_WEIGHT, [Reason(ReasonCode.GIVEN_NAME_DIFFERS, "given")])
    else:
        tally.add(0.0, _GIVEN_WEIGHT if named else 1.0, [Reason(ReasonCode.NOT_FOUND, "question")])


def _prefix_differs(typed: TypedName, identity: NameFields, parts: Collection[Part]) -> bool:
    """Whether prefixes were typed that the register lacks, or left out that it has; 'v.d.' stands for any 'van de'."""
    surname = _prefixes(identity.prefix, identity.surname)
    partner = _prefixes(identity.partner_prefix, identity.partner_surname)
    if not typed.prefixes:
        expected = "".join(surname if "surname" in parts else partner if "partner" in parts else ())
        return bool(expected) and not any(word.text.startswith(expected) for word in typed.words)
    known = {*surname, *partner, *fold(identity.surname).split(), *fold(identity.given_names).split()}
    if "van" in known:
        known |= {"vd", "vdr", "vande", "vanden", "vander"} if known & {"de", "den", "der"} else {"vt", "vh", "vant"}
    glued = fold(identity.surname).startswith("".join(typed.prefixes))
    return "alias" not in parts and not glued and not known.issuperset(typed.prefixes)


def match(query: NameQuery, identity: NameFields) -> NameMatch:
    """How well a whole identity fits the name and birth date of a question; no usable name gives 0."""
    agreement = compare_dates(query.birth_on, identity.birth_on)
    score, reasons = _match_name(query.typed, identity, born_then=agreement is ReasonCode.DATE_EXACT)
    factor, power = _DATE_EFFECT[agreement]
    if agreement:
        reasons = [*reasons, Reason(agreement, "birth_date")]
    return NameMatch(round(factor * score**power, 3), tuple(reasons))
