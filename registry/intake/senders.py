"""Who may deliver orders, and whether an order is of a regime that its sender gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from registry.access.rules import Actor, OrganisationKind
from registry.errors import Forbidden
from registry.intake.findings import Finding, finding
from registry.intake.rules import Parsed
from registry.law import LawTable
from registry.orders.force.standing import measures
from registry.orders.register.content import OrderContent


def check_sender(actor: Actor) -> None:
    """Refuse whoever is no sender of orders."""
    if not any(actor.organisation_kind in row.kinds for row in measures().law.senders):
        raise Forbidden("Only the CJIB and the other senders of orders deliver them.")


def with_sender(parsed: Parsed, kind: OrganisationKind, now: datetime) -> Parsed:
    """What a row says, with a warning when its sender is not known to give such orders.

    It never costs the order: a wrong "no order known" is worse than a doubtful order, which is shown with its source.
    """
    content = parsed.message.content if parsed.message else None
    found = sender_finding(content, kind, measures().law, now)
    return parsed if found is None else replace(parsed, findings=(*parsed.findings, found))


def sender_finding(
    content: OrderContent | None, kind: OrganisationKind, law: LawTable, now: datetime
) -> Finding | None:
    """The warning about the sender of an order, if there is one."""
    if content is None:
        return None
    on = content.facts.decided_on or content.facts.starts_on or now.date()
    return None if law.sends(kind, content.facts.regime, on) else finding("regime_not_of_sender", "/order/regime")
