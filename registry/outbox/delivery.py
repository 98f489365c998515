"""The pump: events get their positions, and what is due goes out to its receivers, none waiting for another.

A delivery is claimed in a short transaction before it is sent, and settled in another after it; when the process dies
in between, the claim lapses and the event is sent again. A receiver knows the repetition by its `webhook-id`.
"""

import random
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry import logs
from registry.clock import Clock
from registry.config import Settings
from registry.db import Database
from registry.http import Runtime
from registry.outbox.attempt import Attempt, Message, Outcome
from registry.outbox.models import Event, Subscription, WebhookDelivery
from registry.outbox.rules import GIVE_UP_AFTER, retry_delay
from registry.outbox.schemas import Origin, cloud_event
from registry.outbox.sequencing import has_unpositioned, sequence
from registry.outbox.service import end

_THREADS = 32
# Receivers that failed last share half of the threads, one each, so that slow ones never take them all.
_THREADS_FOR_FAILING = 16
_IN_FLIGHT = 2
_LEASE = timedelta(seconds=30)
_LONGEST_ATTEMPT_S = 15
_BETWEEN_BATCHES_S = 0.002
_GONE = 410
_log = logs.get(__name__)


def pump(shared: Runtime) -> None:
    """Give new events their positions, and start what is due; on the system's clock, also in a replay."""
    position_events(shared.database, Clock().now())
    _sender(shared).start_due()


def position_events(database: Database, now: datetime) -> int:
    """Give every committed event its position, in short transactions; without news it takes no write lock."""
    done = 0
    while True:
        with database.reading() as session:
            if not has_unpositioned(session):
                return done
        with database.transaction() as session:
            done += sequence(session, now)
        time.sleep(_BETWEEN_BATCHES_S)


def _sender(shared: Runtime) -> "Sender":
    try:
        return shared.get(Sender)
    except KeyError:
        shared.add(Sender(shared.database, shared.settings, Clock()))
        return shared.get(Sender)


@dataclass(frozen=True, slots=True)
class _Claim:
    delivery_id: uuid.UUID
    subscription_id: uuid.UUID
    attempts: int
    message: Message


@dataclass(frozen=True, slots=True)
class _Flight:
    subscription_id: uuid.UUID
    attempt: Attempt
    started_s: float


class Sender:
    """Sends what is due from a pool of threads, at most two at a time to a receiver."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._private_hosts = settings.webhook_private_hosts
        self._origin = Origin(settings.oin, settings.public_url)
        self._clock = clock
        self._tls = ssl.create_default_context()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhook")
        self._lock = threading.Lock()
        self._flights: dict[uuid.UUID, _Flight] = {}
        self._failing: set[uuid.UUID] = set()

    def start_due(self) -> int:
        """Claim what is due and hand it to the threads; returns how many were started, without waiting for them."""
        self._break_off_overdue()
        now = self._clock.now()
        with self._database.reading() as session:
            candidates = self._candidates(session, now)
        if not candidates:
            return 0
        with self._database.transaction() as session:
            claims = self._claim(session, candidates, now)
        for claim in claims:
            self._start(claim)
        return len(claims)

    def finish(self) -> None:
        """Wait until nothing is in flight, and stop the threads."""
        self._pool.shutdown(wait=True)

    def settle_all(self) -> None:
        """Wait until what was started so far is settled."""
        wait([self._pool.submit(time.sleep, 0)])
        while self._flights:
            time.sleep(0.005)

    def _candidates(self, session: Session, now: datetime) -> list[uuid.UUID]:
        soonest = (
            select(func.min(WebhookDelivery.next_attempt_at))
            .where(WebhookDelivery.subscription_id == Subscription.id, WebhookDelivery.next_attempt_at.is_not(None))
            .scalar_subquery()
        )
        due = session.scalars(select(Subscription.id).where(Subscription.ended_at.is_(None), soonest <= now)).all()
        found: list[uuid.UUID] = []
        for subscription_id, room in self._room(due).items():
            first = (
                select(WebhookDelivery.id)
                .where(WebhookDelivery.subscription_id == subscription_id, WebhookDelivery.next_attempt_at <= now)
                .where(WebhookDelivery.id.not_in(list(self._flights)))
                .order_by(WebhookDelivery.attempts > 0, WebhookDelivery.next_attempt_at)
                .limit(room)
            )
            found += session.scalars(first)
        return found

    def _room(self, due: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        with self._lock:
            flying = Counter(flight.subscription_id for flight in self._flights.values())
            failing = set(self._failing)
        for_failing = _THREADS_FOR_FAILING - sum(count for one, count in flying.items() if one in failing)
        for_all = _THREADS - flying.total()
        room: dict[uuid.UUID, int] = {}
        for one in random.sample(due, len(due)):
            own = min((1 if one in failing else _IN_FLIGHT) - flying[one], for_all)
            own = min(own, for_failing) if one in failing else own
            if own > 0:
                room[one] = own
                for_all -= own
                for_failing -= own if one in failing else 0
        return room

    def _claim(self, session: Session, candidates: list[uuid.UUID], now: datetime) -> list[_Claim]:
        rows = session.execute(
            select(WebhookDelivery, Event, Subscription)
            .join(Event, Event.id == WebhookDelivery.event_id)
            .join(Subscription, Subscription.id == WebhookDelivery.subscription_id)
            .where(WebhookDelivery.id.in_(candidates), WebhookDelivery.next_attempt_at <= now)
            .where(Subscription.ended_at.is_(None))
            .with_for_update(key_share=True, of=WebhookDelivery, skip_locked=True)
        )
        claims = []
        for delivery, event, subscription in rows:
            delivery.attempts += 1
            delivery.last_attempt_at = now
            delivery.next_attempt_at = now + _LEASE
            message = self._message(event, subscription, now)
            claims.append(_Claim(delivery.id, subscription.id, delivery.attempts, message))
        return claims

    def _message(self, event: Event, subscription: Subscription, now: datetime) -> Message:
        secrets = [subscription.secret]
        if subscription.previous_secret and subscription.previous_until and now < subscription.previous_until:
            secrets.append(subscription.previous_secret)
        body = orjson.dumps(cloud_event(event, self._origin))
        return Message(str(event.id), subscription.url, body, tuple(secrets))

    def _start(self, claim: _Claim) -> None:
        attempt = Attempt(claim.message, self._private_hosts, self._tls)
        with self._lock:
            self._flights[claim.delivery_id] = _Flight(claim.subscription_id, attempt, time.monotonic())
        self._pool.submit(self._fly, claim, attempt)

    def _fly(self, claim: _Claim, attempt: Attempt) -> None:
        try:
            outcome = attempt.run(self._clock.now())
            with self._lock:
                (self._failing.discard if outcome.is_accepted else self._failing.add)(claim.subscription_id)
            with self._database.transaction() as session:
                settle(session, claim.delivery_id, claim.attempts, outcome, self._clock.now())
            if not outcome.is_accepted:
                _log.warning(
                    "webhook_failed",
                    delivery=str(claim.delivery_id),
                    attempts=claim.attempts,
                    status=outcome.status,
                    reason=outcome.error,
                )
        except Exception as error:  # the claim lapses and the delivery is tried again
            _log.error("webhook_not_settled", delivery=str(claim.delivery_id), exc_info=error)
        finally:
            with self._lock:
                del self._flights[claim.delivery_id]

    def _break_off_overdue(self) -> None:
        oldest_s = time.monotonic() - _LONGEST_ATTEMPT_S
        with self._lock:
            overdue = [flight.attempt for flight in self._flights.values() if flight.started_s < oldest_s]
        for attempt in overdue:
            attempt.break_off()


def settle(session: Session, delivery_id: uuid.UUID, attempts: int, outcome: Outcome, now: datetime) -> None:
    """Write down what came of an attempt: accepted, to be tried again, given up, or the receiver is gone."""
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update={"key_share": True})
    if delivery is None or delivery.attempts != attempts:
        return
    delivery.last_status, delivery.last_error = outcome.status, outcome.error
    if outcome.is_accepted:
        delivery.accepted_at, delivery.next_attempt_at, delivery.given_up_at = now, None, None
        return
    if delivery.given_up_at is not None:
        return
    if outcome.status == _GONE:
        end(session, now, session.get_one(Subscription, delivery.subscription_id), "gone")
        return
    again_at = now + retry_delay(attempts, random.random(), outcome.retry_after_s)
    if again_at - delivery.created_at > GIVE_UP_AFTER:
        delivery.given_up_at, delivery.next_attempt_at = now, None
    else:
        delivery.next_attempt_at = again_at
