"""Where an order of the answer comes from: its sender, and whether it was entered ahead of the CJIB's message."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.access.rules import OrganisationKind
from registry.dispatch.reading import OrderNow
from registry.law import LawTable

Wire = dict[str, Any]

DOUBTED_NL = "Van deze afzender worden geen bevelen van dit soort verwacht: bevestig eerst bij de bron."
PROVISIONAL_NL = "Voorlopig ingevoerd, nog niet bevestigd door het CJIB: bevestig bij het openbaar ministerie."


def source(law: LawTable, order: OrderNow, on: date) -> Wire:
    """Who sent the order, and whether such orders are known to come from there."""
    sender = order.sender
    # An entry made ahead of the CJIB is of a regime that the CJIB sends.
    kind = OrganisationKind.CJIB if order.entry else sender.kind
    doubted = order.regime is not None and not law.sends(kind, order.regime, on)
    return {"code": sender.code, "name": sender.name, "doubtNl": DOUBTED_NL if doubted else None}


def provisional(order: OrderNow) -> Wire | None:
    """That the order was entered ahead of the CJIB's message, and until when that stands."""
    if order.entry is None:
        return None
    return {
        "enteredBy": order.entry.entered_by,
        "instructedBy": order.entry.instructed_by,
        "enteredAt": order.entry.entered_at,
        "expiresAt": order.entry.expires_at,
        "textNl": PROVISIONAL_NL,
    }
