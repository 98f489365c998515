"""What the answer to a lookup says beside its hits, in the words of a dispatcher."""

from __future__ import annotations

from collections.abc import Collection

from registry.dispatch.question import Field

NOTICE_NL = "Dit is een verwijzing: bevestig het bevel bij de bron voordat erop wordt gehandeld."
NO_POWER_NL = "Geen bevoegdheid uit dit bevel; onderzoek zelfstandige strafbare feiten; bevestig bij de bron."
NO_ORDER_KNOWN_NL = (
    "Geen bevel bekend in de bronnen hieronder. Andere soorten bevelen, zoals een huisverbod, een bevel van de"
    " burgemeester of een civiel contactverbod, kunnen hier ontbreken: sluit een bevel dus niet uit."
)
OTHER_BIRTH_DATE_NL = (
    " Op deze naam is wel een bevel bekend van iemand met een andere geboortedatum: controleer de datum, of vraag"
    " opnieuw zonder."
)
DELIVERED_NL = (
    "Aangeleverd, niet verwerkt: er is een bericht ontvangen dat bij deze vraag past en nog niet in het register staat."
    " Bevestig bij de bron."
)

_TO_ADD_NL = (
    (Field.BIRTH_DATE, "een geboortedatum, ook een deel ervan"),
    (Field.ADDRESS, "een adres"),
    (Field.PHONE, "een telefoonnummer"),
    (Field.PLATE, "een kenteken"),
)


def too_many_nl(persons: int, asked: Collection[Field]) -> str:
    """That a name alone fits too many to show any, and what to add."""
    given = "een voornaam of voorletters"
    return f"Deze naam past op {_number(persons)} personen in het register. Voeg toe: {given}, {_to_add(asked)}."


def given_alone_nl(persons: int, asked: Collection[Field]) -> str:
    """That a given name alone is too little to look anybody up by, and what to add."""
    bear = "draagt 1 persoon" if persons == 1 else f"dragen {_number(persons)} personen"
    added = f"Voeg toe: een achternaam, {_to_add(asked)}."
    return f"Een voornaam alleen is te weinig om op te zoeken: deze {bear} in het register. {added}"


def more_nl(orders: int, persons: int, asked: Collection[Field], *, is_cut: bool) -> str:
    """That not all that fits is shown, and what to add."""
    found = f"{'ten minste ' if is_cut or persons else ''}{_number(orders)}"
    told = f"Er zijn {found} bevelen gevonden; niet alles is getoond."
    if persons:
        told = f"{told} Nog {_number(persons)} personen passen op naam even goed."
    return f"{told} Voeg een gegeven toe, zoals {_to_add(asked)}."


def _to_add(asked: Collection[Field]) -> str:
    *first, last = [text for field, text in _TO_ADD_NL if field not in asked] or ["een ander gegeven"]
    return f"{', '.join(first)} of {last}" if first else last


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
