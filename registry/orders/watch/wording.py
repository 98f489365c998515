"""Notices in plain Dutch: what is said, never of whom."""

from __future__ import annotations

_KINDS_NL = {
    "expiry_near": "Het bevel loopt af; beoordeel of verlenging of een nieuw bevel nodig is.",
    "conflict_found": "Twee bevelen tussen dezelfde personen spreken elkaar tegen.",
    "gap_found": "Tussen het einde van het ene bevel en het begin van het volgende liggen dagen zonder bevel.",
    "release_near": "De betrokkene komt naar verwachting vrij; licht de beschermde tijdig in.",
    "released": "De betrokkene is vrijgekomen; licht de beschermde in.",
    "leave_near": "De betrokkene gaat naar verwachting met verlof; licht de beschermde tijdig in.",
    "on_leave": "De betrokkene is met verlof; licht de beschermde in.",
    "escaped": "De betrokkene is ongeoorloofd afwezig of ontvlucht; licht de beschermde meteen in.",
}
_RULES_NL = {
    "end_moved": "De einddatum is verschoven door dagen in detentie.",
    "law_maximum": "Er is geen einddatum geleverd; gerekend is met de langste duur die de wet toelaat.",
    "exception_meets_ban": "Het ene bevel laat iets toe op een tijd waarop het andere het verbiedt.",
    "duty_inside_ban": "Het ene bevel gebiedt te zijn waar het andere dat verbiedt.",
    "zones_differ": "De gebieden overlappen elkaar en zijn niet gelijk; het ruimste verbod geldt ook.",
    "distances_differ": "De afstanden verschillen; de grootste geldt ook.",
    "ended_while_other_binds": "Het ene bevel is vroegtijdig geëindigd; het andere geldt nog.",
    "suspended_while_other_binds": "Het ene bevel is geschorst; het andere geldt.",
}


def notice_nl(kind: str, rule: str | None) -> str:
    """What a notice says.

    >>> notice_nl("conflict_found", "distances_differ")
    'Twee bevelen tussen dezelfde personen spreken elkaar tegen. De afstanden verschillen; de grootste geldt ook.'
    """
    return " ".join(filter(None, (_KINDS_NL[kind], _RULES_NL.get(rule or ""))))
