"""Words and limits of a protected person's own device: consent, how long anything is kept, and how a human is called.

All numbers are configuration, not law. That consent is needed, and that he never sees where she is, is not: no setting
changes it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from geo.episode import Verdict
from geo.nearness import Mover, NearEnd, Nearness, Way
from geo.policy import PairPolicy
from registry.monitoring.rules import DAY_MS, Call

NEAR_M = 1000
"""As in the Dutch pilot with victims' devices; told otherwise for each of them within these bounds."""
LEAST_NEAR_M, MOST_NEAR_M = 100, 5000

FIX_DAYS = 7
"""How long a position of hers is kept that no episode holds."""
HELD_DAYS = 180
"""How long an episode holds hers, counted from its end."""
HELD_AROUND_MS = 10 * 60_000
"""What is held before and after an episode: how they came near, and parted."""
SHOWN_EVERY_M = 50
"""Distances are shown in steps of this: enough to act on, and too coarse to find her by."""
LIVE_LIMIT_MS = 15 * 60_000
"""How old a call for help may be to sound as one; an older one is told all the same."""
SILENT_AFTER_MS = 60 * 60_000
"""How long her device may say nothing before it is told; indoors none is placed, but a message comes."""
HELP = Call("companion_emergency", 1, "Noodsignaal van het apparaat van een beschermde")
HELP_LATE = Call("companion_emergency_late", 2, HELP.title_nl + " (achteraf gemeld)")
HELP_CLASSES = (HELP.alert_class, HELP_LATE.alert_class)
SILENT = Call("companion_silent", 3, "Van het apparaat van een beschermde komt niets: of hij dichtbij is, is onbekend")
HEARD_AGAIN_AFTER = timedelta(minutes=10)
"""A call for help sounds anew so long after somebody took the former one; a device repeats itself meanwhile."""


class ConsentGiver(StrEnum):
    """Who gave, or withdrew, consent."""

    PROTECTED_PERSON = "protected_person"
    """beschermde"""
    REPRESENTATIVE = "representative"
    """wettelijk vertegenwoordiger"""


class ConsentForm(StrEnum):
    """How consent was given."""

    WRITTEN = "written"
    """schriftelijk"""
    SPOKEN = "spoken"
    """mondeling"""
    DIGITAL = "digital"
    """digitaal"""


class Standing(StrEnum):
    """How two stand to one another now; what is not known is never told as far."""

    NEAR = "near"
    APART = "apart"
    UNKNOWN = "unknown"


class Nearby(StrEnum):
    """What her side is told: he is near, that is over, or it is not known any more."""

    NEAR = "near"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CompanionPolicy:
    """How long her positions are kept (ms): anything is judged again within that time only."""

    kept_ms: int = FIX_DAYS * DAY_MS
    held_ms: int = HELD_DAYS * DAY_MS


def policy_of(near_m: int) -> PairPolicy:
    """Return how two are judged of whom one is told when they are this near."""
    return PairPolicy(near_m=float(near_m))


_TOGETHER = {
    Way.SAME_WAY: "onderweg op dezelfde weg of in dezelfde trein",
    Way.OTHER_WAYS: "zij passeren elkaar onderweg",
    Way.WEARER_PASSED: "de drager is op doorreis",
    Way.PROTECTED_PASSED: "de beschermde is op doorreis",
}
_EXPLAINED_NL = {
    Way.SAME_WAY: (
        "Beiden gingen met minstens {kmh} km/u dezelfde kant op, zoals op één snelweg of in één trein. Zolang dat "
        "korter duurt dan {minutes} minuten, een korte halte inbegrepen, wordt het vastgelegd zonder alarm."
    ),
    Way.OTHER_WAYS: "Beiden waren met minstens {kmh} km/u onderweg, niet dezelfde kant op.",
    Way.WEARER_PASSED: "De drager was met minstens {kmh} km/u onderweg.",
    Way.PROTECTED_PASSED: "De beschermde was met minstens {kmh} km/u onderweg.",
}
_CAME_NL = {
    Mover.WEARER: "De drager kwam naar de beschermde toe.",
    Mover.PROTECTED: "De beschermde kwam naar de drager toe; hem wordt dat hier niet aangerekend.",
    Mover.BOTH: "Beiden kwamen naar elkaar toe.",
}
_NOBODY_CAME_NL = "Wie naar wie toe kwam, is niet te zeggen."
_DECIDES_NL = "Of het een overtreding is, beslist een mens."


def explained_nl(found: Nearness) -> str:
    """Return in Dutch sentences who came to whom, and whether they may have met by chance, without any place.

    >>> from geo.nearness import NearCause
    >>> explained_nl(Nearness(0, None, NearCause.CAME_NEAR, Verdict.CONFIRMED)).startswith("Wie naar wie toe kwam")
    True
    """
    policy = PairPolicy()
    told = [_NOBODY_CAME_NL if found.mover is None else _CAME_NL[found.mover]]
    if found.way is not None:
        minutes = round(policy.same_way_max_s / 60)
        told.append(_EXPLAINED_NL[found.way].format(kmh=round(policy.transit_mps * 3.6), minutes=minutes))
    return " ".join([*told, _DECIDES_NL])


_NOT_SEEN_NL = {
    NearEnd.OUT_OF_SIGHT: "; daarna was een van beiden uit beeld",
    NearEnd.NO_LONGER_WORN: "; daarna droeg de drager geen apparaat meer",
}
_FOUND_LATE_NL = " (achteraf gevonden)"


def nearness_call(found: Nearness, *, late: bool) -> Call:
    """Return how a human is called: quietly for a suspicion or a passage, by the siren for who stay near, unless late.

    >>> from geo.nearness import NearCause
    >>> stays = Nearness(0, None, NearCause.CAME_NEAR, Verdict.CONFIRMED)
    >>> nearness_call(stays, late=False).priority, nearness_call(stays, late=True).alert_class
    (1, 'nearness_late')
    """
    aside_nl = f", {_TOGETHER[found.way]}" if found.way is not None else ""
    if found.verdict is Verdict.PASSED:
        call = Call("nearness_passed", 3, "Drager en beschermde waren korte tijd dicht bij elkaar" + aside_nl)
    elif found.verdict is not Verdict.CONFIRMED:
        call = Call("nearness_suspected", 3, "Drager en beschermde zijn mogelijk dicht bij elkaar" + aside_nl)
    elif late:
        call = Call("nearness_late", 3, "Drager en beschermde waren dicht bij elkaar" + _FOUND_LATE_NL)
    else:
        call = Call("nearness", 1, "Drager en beschermde zijn dicht bij elkaar" + aside_nl)
    if found.end_cause in _NOT_SEEN_NL:
        return Call(call.alert_class, call.priority, call.title_nl + _NOT_SEEN_NL[found.end_cause])
    return call
