"""How much a name as typed and a registered identity look alike, and why.

A score says how well the question fits, from 0 to 1; it never selects anybody. What contradicts costs more than what is
absent, and a birth date outweighs a spelling.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from typing import Literal

from rapidfuzz.distance import OSA

from registry.orders.identifiers import PartialDate
from registry.orders.names import PREFIXES, NameFields, NameToken, Part, TypedName, fold, key, query_tokens, tokens

# From here on a hit is worth a dispatcher's eye; below it a candidate only shares some letters.
DISPLAY_THRESHOLD = 0.65

SAME_SOUND_SCORE, INITIAL_SCORE, LOOSE_FORM_SCORE = 0.93, 0.9, 0.97
_OTHER_FIRST_SOUND_COST = 0.1
_GIVEN_WEIGHT, _INITIAL_WEIGHT, _ABSENT_WEIGHT, _PREFIX_WEIGHT = 0.6, 0.3, 0.25, 0.3
_WITHOUT_SURNAME_CAP = 0.5


class ReasonCode(StrEnum):
    """Why a part of the question fits a part of an identity, or does not."""

    EXACT = "exact"
    SAME_SOUND = "same_sound"
    SPELLING = "spelling"
    INITIAL = "initial"
    PREFIX_IGNORED = "prefix_ignored"
    PARTNER_NAME = "partner_name"
    ALIAS = "alias"
    NOT_FOUND = "not_found"
    GIVEN_NAME_DIFFERS = "given_name_differs"
    DATE_EXACT = "date_exact"
    DATE_PARTIAL = "date_partial"
    DATE_SWAPPED = "date_swapped"
    DATE_NEAR = "date_near"
    DATE_DIFFERS = "date_differs"


REASON_NL = {
    ReasonCode.EXACT: "gelijk",
    ReasonCode.SAME_SOUND: "klinkt hetzelfde",
    ReasonCode.SPELLING: "lijkt op de spelling",
    ReasonCode.INITIAL: "voorletter komt overeen",
    ReasonCode.PREFIX_IGNORED: "tussenvoegsel wijkt af",
    ReasonCode.PARTNER_NAME: "naam van de partner",
    ReasonCode.ALIAS: "alias",
    ReasonCode.NOT_FOUND: "deel van de naam niet gevonden",
    ReasonCode.GIVEN_NAME_DIFFERS: "voornaam wijkt af",
    ReasonCode.DATE_EXACT: "geboortedatum gelijk",
    ReasonCode.DATE_PARTIAL: "geboortedatum gelijk voor zover bekend",
    ReasonCode.DATE_SWAPPED: "geboortedatum met dag en maand verwisseld",
    ReasonCode.DATE_NEAR: "geboortedatum één cijfer anders",
    ReasonCode.DATE_DIFFERS: "geboortedatum wijkt af",
}

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
class Similarity:
    """How alike two words are, and in what way; without a reason they are not."""

    score: float
    reason: ReasonCode | None


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


def similarity(query: str, candidate: str) -> Similarity:
    """Two folded words: 'meijer' and 'meyer' sound the same, 'peters' and 'pieters' are spelt alike."""
    if not query or not candidate:
        return Similarity(0.0, None)
    if query == candidate:
        return Similarity(1.0, ReasonCode.EXACT)
    if len(query) == 1:
        return Similarity(INITIAL_SCORE, ReasonCode.INITIAL) if candidate[0] == query else Similarity(0.0, None)
    sound, other_sound = key(query), key(candidate)
    if sound == other_sound:
        return Similarity(SAME_SOUND_SCORE, ReasonCode.SAME_SOUND)
    score = max(_spelling(query, candidate), 0.95 * _spelling(sound, other_sound))
    if score and sound[:1] != other_sound[:1]:
        score -= _OTHER_FIRST_SOUND_COST
    if len(query) >= 4 and candidate.startswith(query):
        score = max(score, 0.5 + 0.4 * len(query) / len(candidate))
    return Similarity(score, ReasonCode.SPELLING) if score else Similarity(0.0, None)


def _spelling(one: str, other: str) -> float:
    """One slip in four to seven letters, two in more; words of three letters are too short for a slip."""
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    allowed = 0 if shortest < 4 else 1 if shortest < 8 else 2
    distance = OSA.distance(one, other, score_cutoff=allowed)
    return 1 - distance / longest if distance <= allowed else 0.0


def compare_dates(asked: PartialDate | None, known: PartialDate | None) -> ReasonCode | None:
    """How two birth dates agree; None when one of them is absent, which says nothing."""
    if asked is None or known is None:
        return None
    if asked == known:
        return ReasonCode.DATE_EXACT if asked.precision == "day" else ReasonCode.DATE_PARTIAL
    pairs = ((asked.year, known.year), (asked.month, known.month), (asked.day, known.day))
    if all(one is None or other is None or one == other for one, other in pairs):
        return ReasonCode.DATE_PARTIAL
    if asked.swapped() == known:
        return ReasonCode.DATE_SWAPPED
    if asked.precision == known.precision == "day" and OSA.distance(str(asked), str(known)) == 1:
        return ReasonCode.DATE_NEAR
    return ReasonCode.DATE_DIFFERS


def _token_similarity(asked: NameToken, known: NameToken) -> Similarity:
    """The best of all forms; only the plain word may be misspelt, for its other forms are guesses already."""
    best = similarity(asked.text, known.text)
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
    written = {form for token in known for form in token.forms}
    result: list[NameToken] = []
    for word in words:
        if result and result[-1].text + word.text in written:
            word = NameToken(result.pop().text + word.text, word.part)
        result.append(word)
    return tuple(result)


def _assign(asked: Sequence[NameToken], known: Sequence[NameToken]) -> dict[int, tuple[NameToken, Similarity]]:
    """Each typed word to at most one registered word, the best pairs first."""
    pairs = [
        (found.score, -row, -column, found)
        for row, word in enumerate(asked)
        for column, token in enumerate(known)
        if (found := _token_similarity(word, token)).reason
    ]
    chosen: dict[int, tuple[NameToken, Similarity]] = {}
    taken: set[int] = set()
    for _, row, column, found in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if -row not in chosen and -column not in taken:
            chosen[-row] = (known[-column], found)
            taken.add(-column)
    return chosen


def _initials(identity: NameFields) -> set[str]:
    words = fold(identity.initials).split()
    if len(words) == 1 and identity.initials.isupper():
        words = list(words[0])
    return {word[0] for word in (*words, *fold(identity.given_names).split())}


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


def _match_name(typed: TypedName, identity: NameFields) -> tuple[float, list[Reason]]:
    known = tokens(identity)
    words = _merged(typed.words, known)
    # A prefix may be somebody's given name ('Ben') or surname ('Lê'): it counts if found, and costs nothing if not.
    loose = [NameToken(word, "given") for word in typed.prefixes if any(token.text == word for token in known)]
    chosen = _assign([*words, *loose], known)
    parts = {token.part for token, _ in chosen.values()}
    tally = _Tally()
    for token, found in chosen.values():
        tally.add(found.score, _GIVEN_WEIGHT if token.part == "given" else 1.0, _why(token, found))
    named = bool(parts - {"given"})
    for position, word in enumerate(words):
        if position not in chosen:
            _count_missing(tally, word.text, identity, named=named, given_found="given" in parts)
    initials = _initials(identity)
    for letter in typed.initials if initials else ():
        agrees = letter in initials
        code = ReasonCode.INITIAL if agrees else ReasonCode.GIVEN_NAME_DIFFERS
        tally.add(INITIAL_SCORE if agrees else 0.0, _INITIAL_WEIGHT, [Reason(code, "given")])
    if named and _prefix_differs(typed, identity, parts):
        tally.reasons.append(Reason(ReasonCode.PREFIX_IGNORED, "prefix"))
    return tally.mean() if named else min(tally.mean(), _WITHOUT_SURNAME_CAP), tally.reasons


def _count_missing(tally: _Tally, word: str, identity: NameFields, *, named: bool, given_found: bool) -> None:
    """A typed word that is nowhere in the identity: what contradicts weighs, what the register lacks hardly."""
    initials = _initials(identity)
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
    score, reasons = _match_name(query.typed, identity)
    agreement = compare_dates(query.birth_on, identity.birth_on)
    factor, power = _DATE_EFFECT[agreement]
    if agreement:
        reasons = [*reasons, Reason(agreement, "birth_date")]
    return NameMatch(round(factor * score**power, 3), tuple(reasons))
