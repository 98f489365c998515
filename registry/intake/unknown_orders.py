"""Messages that name an order which the register does not have: a mistyped number must not look like success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from registry.intake.findings import Finding, finding
from registry.intake.rules import OrderMessage, Parsed
from registry.orders.rules import WORKS_AT_ONCE, MessageKind

ORDER_NOT_KNOWN, SUBJECT_LINK_UNKNOWN = "order_not_known", "subject_link_unknown"
_NUMBER, _LINK = "/orderNumber", "/subjectLink/orderNumber"


def naming_unknown(parsed: Parsed, knows: Callable[[str], bool]) -> Parsed:
    """The row with what must be said of the orders that its message names, before it is recorded."""
    message = parsed.message
    if message is None:
        return parsed
    found = parsed.findings
    if message.kind in WORKS_AT_ONCE and not knows(message.order_number):
        # It works at once on nothing: that it does would be no comfort.
        found = (finding(ORDER_NOT_KNOWN, _NUMBER), *(each for each in found if each.code != "ending_without_order"))
    linked = _linked(message, knows)
    return parsed if found is parsed.findings and linked is None else replace(parsed, findings=_with(found, linked))


def _linked(message: OrderMessage, knows: Callable[[str], bool]) -> Finding | None:
    link = message.subject_link if message.kind is MessageKind.MERGE else None
    if link is None:
        return None
    if link == message.order_number:
        return finding("subject_link_itself", _LINK)
    return None if knows(link) else finding(SUBJECT_LINK_UNKNOWN, _LINK)


def _with(found: tuple[Finding, ...], more: Finding | None) -> tuple[Finding, ...]:
    return found if more is None else (*found, more)
