"""The powers card of an order: what an officer may do because of it, step by step, each with its legal ground."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from registry.dispatch.wording import NO_POWER_NL
from registry.law import LawTable, UnknownRegime
from registry.law.rules import Card, Half, PowersCard, PowerStep

Wire = dict[str, Any]

_CARDS_NL = {
    Card.A: "Eigen bevoegdheid tot aanhouding",
    Card.B: "Aanhouding alleen op bevel",
    Card.C: "Geen dwangbevoegdheid uit dit bevel",
}
_HALVES_NL = {Half.CAUGHT_IN_ACT: "Op heterdaad (art. 53 Sv)", Half.OUTSIDE: "Buiten heterdaad (art. 54 Sv)"}

_MOST_CARDS = 2000
_cards: dict[tuple[str, str, str | None, date], Wire] = {}


def powers(law: LawTable, regime: str | None, ground: str | None, on: date) -> Wire:
    """The powers card of an order that is in force that day; none where the law of that day knows none."""
    place = (law.hash, regime or "", ground, on)
    if place not in _cards:
        if len(_cards) >= _MOST_CARDS:
            _cards.clear()
        _cards[place] = _powers(law, *place[1:])
    return _cards[place]


def no_power() -> Wire:
    """What stands in the place of the card of an order that is not in force."""
    nothing: Wire = {"halves": [], "steps": [], "callNl": [], "always": [], "source": None}
    return {"card": None, "titleNl": NO_POWER_NL, **nothing}


def _powers(law: LawTable, regime: str, ground: str | None, on: date) -> Wire:
    try:
        card = law.powers(regime, ground, on)
    except UnknownRegime:
        return no_power()
    return no_power() if card == law.no_power() else _card(card)


def _card(card: PowersCard) -> Wire:
    halves = [
        {"half": half.value, "titleNl": title, "steps": steps}
        for half, title in _HALVES_NL.items()
        if (steps := _steps(each for each in card.steps if each.half is half))
    ]
    return {
        "card": card.card.value,
        "titleNl": _CARDS_NL[card.card],
        "halves": halves,
        "steps": _steps(each for each in card.steps if each.half is None),
        "callNl": list(card.call_nl),
        "always": _steps(card.always),
        "source": card.source,
    }


def _steps(steps: Iterable[PowerStep]) -> list[Wire]:
    return [{"code": each.code, "textNl": each.text_nl, "source": each.source} for each in steps]
