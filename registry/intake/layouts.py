"""The forms that no public source settles, as this process was configured with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.orders.naming.identifiers import DEFAULT_CASE_NUMBER_PATTERN, DEFAULT_SKN_PATTERN


@dataclass(frozen=True, slots=True)
class Layouts:
    """Forms of numbers, and the size beyond which a zone is a question; without a form no order number is unusual."""

    skn: str = DEFAULT_SKN_PATTERN
    case_number: str = DEFAULT_CASE_NUMBER_PATTERN
    order_number: str | None = None
    large_zone_km2: float = 500.0

    def is_order_number(self, number: str) -> bool:
        """Whether an order number has the form that is configured."""
        return self.order_number is None or re.fullmatch(self.order_number, number, re.ASCII) is not None


_layouts = Layouts()


def configure(
    skn: str | None, case_number: str | None, order_number: str | None, large_zone_km2: float | None = None
) -> None:
    """Give this process its layouts; called once at start. What is None keeps its default."""
    global _layouts
    usual = Layouts()
    _layouts = Layouts(
        skn or usual.skn, case_number or usual.case_number, order_number, large_zone_km2 or usual.large_zone_km2
    )


def layouts() -> Layouts:
    """The layouts of this process."""
    return _layouts
