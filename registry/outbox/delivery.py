"""The pump: events get their positions, and what is due goes out to its receivers, none waiting for another."""

import random
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry import logs
from registry.clock import Clock
from registry.config import Settings
from registry.db import Database, new_id
from registry.http import Runtime
from registry.outbox.attempt import Line, Message
from registry.outbox.flight import Claim, Flight, Lane, make_due
from registry.outbox.models import Event, Subscription, WebhookDelivery
from registry.outbox.schemas import Origin, cloud_event
from registry.outbox.sequencing import has_unpositioned, sequence

_THREADS = 32
# Receivers that failed last share half of the threads, one each, so that slow ones never take them all.
_THREADS_FOR_FAILING = 16
_IN_FLIGHT = 2
# A flight of a receiver that failed last is of one message: a trial.
_LARGEST_FLIGHT = 100
_LEASE = timedelta(seconds=30)
_LONGEST_ATTEMPT_S = 15
_BETWEEN_BATCHES_S = 0.002
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


class Sender:
    """Sends what is due from a pool of threads, at most two flights at a time to a receiver's lane."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._private_hosts = settings.webhook_private_hosts
        self._origin = Origin(settings.oin, settings.public_url)
        self._clock = clock
        self._tls = ssl.create_default_context()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhook")
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        self._busy = 0
        self._starting = threading.Lock()
        self._ending = False
        self._flights: dict[uuid.UUID, Flight] = {}
        self._failing: set[uuid.UUID] = set()

    def start_due(self) -> int:
        """Claim what is due and hand it to the threads; returns how many were started, without waiting for them."""
        self._break_off_overdue()
        with self._starting:
            now = self._clock.now()
            with self._database.reading() as session:
                candidates = self._candidates(session, now)
            if not candidates:
                return 0
            with self._database.transaction() as session:
                claimed = self._claim(session, [one for ids in candidates.values() for one in ids], now)
            flights = [
                Flight(lane, Line(self._private_hosts, self._tls), tuple(claimed[one] for one in ids if one in claimed))
                for lane, each in candidates.items()
                for ids in _shared_out(each)
            ]
            return sum(self._start(flight) for flight in flights if flight.claims)

    def finish(self) -> None:
        """Wait until nothing is in flight, and stop the threads."""
        self._ending = True
        self._pool.shutdown(wait=True)

    def settle_all(self) -> None:
        """Wait until what was started so far is settled, with what its end made room for."""
        with self._quiet:
            self._quiet.wait_for(lambda: not self._busy)

    def _candidates(self, session: Session, now: datetime) -> dict[Lane, list[uuid.UUID]]:
        with self._lock:
            claimed = [claim.delivery_id for flight in self._flights.values() for claim in flight.claims]
        due = [
            Lane(subscription_id, is_urgent)
            for is_urgent in (True, False)
            for subscription_id in session.scalars(_with_due(is_urgent, now))
        ]
        return {
            lane: list(session.scalars(_first(lane, now).where(WebhookDelivery.id.not_in(claimed)).limit(room)))
            for lane, room in self._room(due).items()
        }

    def _room(self, due: Sequence[Lane]) -> Mapping[Lane, int]:
        """How many messages may go in each lane: what is urgent first, and else in no order."""
        with self._lock:
            flying = Counter(flight.lane for flight in self._flights.values())
            failing = set(self._failing)
        for_failing = _THREADS_FOR_FAILING - sum(
            count for one, count in flying.items() if one.subscription_id in failing
        )
        for_all = _THREADS - flying.total()
        room: dict[Lane, int] = {}
        for lane in sorted(random.sample(due, len(due)), key=lambda one: not one.is_urgent):
            fails = lane.subscription_id in failing
            own = min((1 if fails else _IN_FLIGHT) - flying[lane], for_all)
            own = min(own, for_failing) if fails else own
            if own > 0:
                room[lane] = own if fails else own * _LARGEST_FLIGHT
                for_all -= own
                for_failing -= own if fails else 0
        return room

    def _claim(self, session: Session, candidates: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, Claim]:
        rows = session.execute(
            select(WebhookDelivery, Event, Subscription)
            .join(Event, Event.id == WebhookDelivery.event_id)
            .join(Subscription, Subscription.id == WebhookDelivery.subscription_id)
            .where(WebhookDelivery.id.in_(candidates), WebhookDelivery.next_attempt_at <= now)
            .where(Subscription.ended_at.is_(None))
            .with_for_update(key_share=True, of=WebhookDelivery, skip_locked=True)
        )
        claims = {}
        for delivery, event, subscription in rows:
            delivery.attempts += 1
            delivery.last_attempt_at = now
            delivery.next_attempt_at = now + _LEASE
            claims[delivery.id] = Claim(delivery.id, delivery.attempts, self._message(event, subscription, now))
        return claims

    def _message(self, event: Event, subscription: Subscription, now: datetime) -> Message:
        secrets = [subscription.secret]
        if subscription.previous_secret and subscription.previous_until and now < subscription.previous_until:
            secrets.append(subscription.previous_secret)
        body = orjson.dumps(cloud_event(event, self._origin))
        return Message(str(event.id), subscription.url, body, tuple(secrets))

    def _start(self, flight: Flight) -> int:
        number = new_id()
        with self._lock:
            self._flights[number] = flight
            self._busy += 1
        self._pool.submit(self._fly, number, flight)
        return len(flight.claims)

    def _fly(self, number: uuid.UUID, flight: Flight) -> None:
        try:
            outcomes = flight.fly(self._clock)
            is_well = outcomes[-1].is_accepted
            with self._lock:
                recovers = is_well and flight.lane.subscription_id in self._failing
                (self._failing.discard if is_well else self._failing.add)(flight.lane.subscription_id)
                claimed = [claim.delivery_id for each in self._flights.values() for claim in each.claims]
            with self._database.transaction() as session:
                flight.settle(session, outcomes, self._clock.now())
                if recovers:
                    make_due(session, flight.lane.subscription_id, claimed, self._clock.now())
            if not is_well:
                failed, last = flight.claims[len(outcomes) - 1], outcomes[-1]
                named = {"delivery": str(failed.delivery_id), "attempts": failed.attempts}
                _log.warning("webhook_failed", **named, status=last.status, reason=last.error)
        except Exception as error:  # the claims lapse and the deliveries are tried again
            _log.error("webhook_not_settled", subscription=str(flight.lane.subscription_id), exc_info=error)
            is_well = False
        finally:
            with self._lock:
                del self._flights[number]
        if is_well and not self._ending:
            self._go_on()
        with self._quiet:
            self._busy -= 1
            self._quiet.notify_all()

    def _go_on(self) -> None:
        """Fill the place that came free; a full lane does not wait for the next round of the pump."""
        try:
            self.start_due()
        except Exception as error:  # the pump tries again, and it says what it cannot do
            _log.error("webhooks_not_continued", exc_info=error)

    def _break_off_overdue(self) -> None:
        oldest_s = time.monotonic() - _LONGEST_ATTEMPT_S
        with self._lock:
            overdue = [flight.line for flight in self._flights.values() if flight.line.sending_since_s < oldest_s]
        for line in overdue:
            line.break_off()


def _with_due(is_urgent: bool, now: datetime) -> Select[uuid.UUID]:
    """The receivers that something of one urgency is due for."""
    soonest = (
        select(func.min(WebhookDelivery.next_attempt_at))
        .where(WebhookDelivery.subscription_id == Subscription.id, WebhookDelivery.is_urgent == is_urgent)
        .where(WebhookDelivery.next_attempt_at.is_not(None))
        .scalar_subquery()
    )
    return select(Subscription.id).where(Subscription.ended_at.is_(None), soonest <= now)


def _first(lane: Lane, now: datetime) -> Select[uuid.UUID]:
    """What is due in a lane; of the urgent ones first those that were never tried, for they are news."""
    due = select(WebhookDelivery.id).where(
        WebhookDelivery.subscription_id == lane.subscription_id,
        WebhookDelivery.is_urgent == lane.is_urgent,
        WebhookDelivery.next_attempt_at <= now,
    )
    tried = (WebhookDelivery.attempts > 0,) if lane.is_urgent else ()
    return due.order_by(*tried, WebhookDelivery.next_attempt_at)


def _shared_out(ids: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    """The messages of a lane over its flights, each with at most so many."""
    return [ids[at : at + _LARGEST_FLIGHT] for at in range(0, len(ids), _LARGEST_FLIGHT)]
