"""A flight: some messages for one receiver, sent one after another over one connection, and settled together.

A delivery is claimed in a short transaction before it is sent, and settled in another after it; when the process dies
in between, the claim lapses and the event is sent again. A receiver knows the repetition by its `webhook-id`.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.clock import Clock
from registry.outbox.attempt import Line, Message, Outcome
from registry.outbox.models import Subscription, WebhookDelivery
from registry.outbox.rules import retry_delay
from registry.outbox.service import end

# Nothing is settled before the flight is over, and its claims lapse after thirty seconds.
LONGEST_FLIGHT_S = 1.0
_GONE = 410


class Lane(NamedTuple):
    """The urgent or the ordinary messages for one receiver; neither waits for the other."""

    subscription_id: uuid.UUID
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this process may send now, at its attempt with this number."""

    delivery_id: uuid.UUID
    attempts: int
    message: Message


@dataclass(frozen=True, slots=True)
class Flight:
    """What is on its way in one lane."""

    lane: Lane
    line: Line
    claims: tuple[Claim, ...]

    def fly(self, clock: Clock) -> list[Outcome]:
        """Send until one is not accepted or the time is over; the outcomes are of the first so many claims."""
        outcomes: list[Outcome] = []
        until_s = time.monotonic() + LONGEST_FLIGHT_S
        try:
            for claim in self.claims:
                outcomes.append(self.line.send(claim.message, clock.now()))
                if not outcomes[-1].is_accepted or time.monotonic() > until_s:
                    break
        finally:
            self.line.close()
        return outcomes

    def settle(self, session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Write down what came of it; what was not sent is due again at once, and that was no attempt."""
        claimed = {claim.delivery_id: claim.attempts for claim in self.claims}
        found = (
            select(WebhookDelivery)
            .where(WebhookDelivery.id.in_(claimed))
            .order_by(WebhookDelivery.id)
            .with_for_update(key_share=True)
        )
        deliveries = {each.id: each for each in session.scalars(found) if each.attempts == claimed[each.id]}
        for claim, outcome in zip(self.claims, outcomes, strict=False):
            if claim.delivery_id in deliveries:
                _settle(session, deliveries.pop(claim.delivery_id), outcome, now)
        for delivery in deliveries.values():
            if delivery.next_attempt_at is not None:
                delivery.attempts -= 1
                delivery.next_attempt_at = now


def _settle(session: Session, delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    """Accepted, to be tried again, or the receiver is gone."""
    delivery.last_status, delivery.last_error = outcome.status, outcome.error
    if outcome.is_accepted:
        delivery.accepted_at, delivery.next_attempt_at, delivery.given_up_at = now, None, None
    elif delivery.given_up_at is None and outcome.status == _GONE:
        end(session, now, session.get_one(Subscription, delivery.subscription_id), "gone")
    elif delivery.given_up_at is None:
        delivery.next_attempt_at = now + retry_delay(delivery.attempts, random.random(), outcome.retry_after_s)


def make_due(session: Session, subscription_id: uuid.UUID, claimed: Collection[uuid.UUID], now: datetime) -> None:
    """Let what waits for its next try go out at once: its receiver is back. What is on its way is left alone."""
    waiting = update(WebhookDelivery).where(
        WebhookDelivery.subscription_id == subscription_id,
        WebhookDelivery.next_attempt_at > now,
        WebhookDelivery.id.not_in(claimed),
    )
    session.execute(waiting.values(next_attempt_at=now).execution_options(synchronize_session=False))
