"""How alike two words are, and two birth dates, each with the reason that a dispatcher reads."""

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.names import key

SAME_SOUND_SCORE, INITIAL_SCORE, LOOSE_FORM_SCORE, CALLED_SCORE = 0.93, 0.9, 0.97, 0.9
_OTHER_FIRST_SOUND_COST = 0.1
_REMOTE_SCORE = 0.55


class ReasonCode(StrEnum):
    """Why a part of the question fits a part of an identity, or does not."""

    EXACT = "exact"
    SAME_SOUND = "same_sound"
    SPELLING = "spelling"
    CALLED = "called"
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
    ReasonCode.CALLED: "roepnaam van de geregistreerde voornaam",
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


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike two words are, and in what way; without a reason they are not."""

    score: float
    reason: ReasonCode | None


_UNLIKE = Similarity(0.0, None)


def similarity(query: str, candidate: str) -> Similarity:
    """Two folded words: 'meijer' and 'meyer' sound the same, 'peters' and 'pieters' are spelt alike."""
    if not query or not candidate:
        return _UNLIKE
    if query == candidate:
        return Similarity(1.0, ReasonCode.EXACT)
    if len(query) == 1:
        return Similarity(INITIAL_SCORE, ReasonCode.INITIAL) if candidate[0] == query else _UNLIKE
    sound, other_sound = key(query), key(candidate)
    if sound == other_sound:
        return Similarity(SAME_SOUND_SCORE, ReasonCode.SAME_SOUND)
    score = max(_spelling(query, candidate), 0.95 * _spelling(sound, other_sound))
    if score and sound[:1] != other_sound[:1]:
        score -= _OTHER_FIRST_SOUND_COST
    if len(query) >= 4 and candidate.startswith(query):
        score = max(score, 0.5 + 0.4 * len(query) / len(candidate))
    return Similarity(score, ReasonCode.SPELLING) if score else _UNLIKE


def remotely_alike(query: str, candidate: str) -> Similarity:
    """Two words that share most of their sound: too little to tell anything, unless the birth date is equal."""
    sound, other_sound = key(query), key(candidate)
    score = OSA.normalized_similarity(sound, other_sound, score_cutoff=_REMOTE_SCORE)
    return Similarity(score, ReasonCode.SPELLING) if score and min(len(sound), len(other_sound)) >= 4 else _UNLIKE


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
