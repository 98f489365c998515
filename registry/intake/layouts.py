"""The forms that no public source settles, as this process was configured with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from registry.orders.naming.identifiers import DEFAULT_CASE_NUMBER_PATTERN, DEFAULT_SKN_PATTERN

# As the numbers were seen; no public source settles them.
_APPEAL_NUMBER = r"(20|21|22|23)-\d{6}-\d{2}"
_INCIDENT_NUMBER = r"PL\d{4}-\d{10}(-\d+)?"
_V_NUMBER = r"\d{10}"


@dataclass(frozen=True, slots=True)
class Layouts:
    """Forms of numbers, and the size beyond which a zone is a question; without a form no order number is unusual."""

    skn: str = DEFAULT_SKN_PATTERN
    case_number: str = DEFAULT_CASE_NUMBER_PATTERN
    appeal_number: str = _APPEAL_NUMBER
    incident_number: str = _INCIDENT_NUMBER
    v_number: str = _V_NUMBER
    order_number: str | None = None
    large_zone_km2: float = 500.0

    def is_order_number(self, number: str) -> bool:
        """Whether an order number has the form that is configured."""
        return self.order_number is None or re.fullmatch(self.order_number, number, re.ASCII) is not None


_layouts = Layouts()


def configure(told: Mapping[str, Any]) -> None:
    """Give this process its layouts, by the names above; called once at start. What is None keeps its default."""
    global _layouts
    _layouts = replace(Layouts(), **{name: value for name, value in told.items() if value is not None})


def layouts() -> Layouts:
    """The layouts of this process."""
    return _layouts
