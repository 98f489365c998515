"""The kind of a message. One that ends or suspends an order must never be read as one that lets it stand."""

from __future__ import annotations

import re
import unicodedata

from registry.orders.rules import MessageKind

_DUTCH = {
    "nieuw": MessageKind.NEW,
    "wijziging": MessageKind.CHANGE,
    "correctie": MessageKind.CORRECTION,
    "schorsing": MessageKind.SUSPENSION,
    "hervatting": MessageKind.RESUMPTION,
    "verlenging": MessageKind.EXTENSION,
    "einde": MessageKind.END,
    "intrekking": MessageKind.WITHDRAWAL,
    "vernietiging": MessageKind.ANNULMENT,
    "samenvoeging": MessageKind.MERGE,
    "splitsing": MessageKind.SPLIT,
}
_AGREED = {each.value: each for each in MessageKind} | _DUTCH

# Words of a kind nobody agreed on. Only what stops an order is guessed, never what revives one. A suspension comes
# first: "opheffing schorsing" then leaves the order suspended, whichever was meant.
_GUESSES = (
    (re.compile(r"schors|opschort|suspen|paus"), MessageKind.SUSPENSION),
    (re.compile(r"vernietig|nietig|annul|quash|void"), MessageKind.ANNULMENT),
    (re.compile(r"intrek|ingetrok|withdr|revo[ck]|rescind|repeal|cancel|herroep"), MessageKind.WITHDRAWAL),
    (re.compile(r"^einde?$|eindig|^end(ed|ing)?$|^stop|terminat|expir|lapse|close"), MessageKind.END),
    (re.compile(r"verval|verlopen|ophef|opgehev"), MessageKind.END),
)


def read_kind(text: str | None) -> tuple[MessageKind, str | None]:
    """The kind, and the code of the finding when it is not one of those agreed on.

    >>> read_kind("Intrekking")
    (<MessageKind.WITHDRAWAL: 'withdrawal'>, None)
    >>> read_kind("INGETROKKEN")
    (<MessageKind.WITHDRAWAL: 'withdrawal'>, 'kind_guessed')
    >>> read_kind("update")
    (<MessageKind.CHANGE: 'change'>, 'kind_unknown')
    """
    plain = unicodedata.normalize("NFKD", text or "").casefold()
    letters = "".join(char for char in plain if char.isascii() and char.isalpha())
    if letters in _AGREED:
        return _AGREED[letters], None
    guess = next((kind for pattern, kind in _GUESSES if pattern.search(letters)), None)
    return (guess, "kind_guessed") if guess else (MessageKind.CHANGE, "kind_unknown")
