"""Which kind of sender gives orders of which regime: a reason to warn, never to refuse an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.law.rules import Confidence, RegimeCode


@dataclass(frozen=True, slots=True)
class SenderRow:
    """The regimes that an authority imposes, and the kinds of organisation that send them here."""

    kinds: tuple[str, ...]
    regimes: tuple[RegimeCode, ...]
    source: str
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None


def sender_faults(senders: Sequence[SenderRow]) -> list[str]:
    """Each regime has a sender: an order must never be without anybody who may deliver it."""
    sent = {code for row in senders for code in row.regimes}
    return [f"sender: nobody sends {code}" for code in RegimeCode if code not in sent]
