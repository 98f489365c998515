"""Which deadlines a caller means, from a query or a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.enforcement.listing import Selection
from registry.errors import Fault, Invalid
from registry.orders.force.standing import measures


def selection(told: Mapping[str, Any], place: str) -> Selection:
    """Return what is asked for, in the fields at a place such as `?` or `#/`; raises Invalid.

    A district that is not known is refused, for an empty list would say: nothing to do.
    """
    names = sorted(row.code for row in measures().law.terms.arrondissements)
    if told["arrondissement"] not in (None, *names):
        raise Invalid([Fault(f"{place}arrondissement", f"Give one of: {', '.join(names)}.")])
    return Selection(told["owner"], told["nature"], told["regime"], told["arrondissement"])
