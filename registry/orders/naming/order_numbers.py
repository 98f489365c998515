"""The number of an order (bevelnummer) in the one form under which it is recorded and looked up."""

from __future__ import annotations

import unicodedata

_is_upper = False


def configure(*, upper: bool) -> None:
    """Say whether capitals and small letters in an order number are the same; called once at start."""
    global _is_upper
    _is_upper = upper


def order_number(text: str) -> str:
    """The number without spaces around it, and in capitals where this register makes no difference between letters.

    >>> order_number(" CJIB-2026-000123 ")
    'CJIB-2026-000123'
    """
    told = (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    return told.upper() if _is_upper else told
