"""Whatever the order of arrival, the batches and the restarts, a home unit tells the episodes of all that it said."""

from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo.presence import Message, PresencePolicy, absences, presence_episodes
from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.engine.known import episode_of
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.orders.service import zones_of
from tests.monitoring.chain import Chain, duty, exception
from tests.monitoring.test_exemptions import at
from tests.monitoring.test_home_units import restart, said
from tests.monitoring.wearers import NOW_MS

NUMBERS = count(1000)


@st.composite
def arrivals(draw):
    """Messages by the minute before NOW + 40, the order in which they come, where batches end and judges restart.

    With the minute until which he need not be home: what goes on until now is told otherwise than what is over.
    """
    dice = draw(st.randoms(use_true_random=False))
    said_at = draw(st.dictionaries(st.integers(-110, 39), st.booleans(), min_size=1, max_size=14))
    coming = [*said_at, *dice.sample(sorted(said_at), draw(st.integers(0, min(2, len(said_at)))))]
    dice.shuffle(coming)
    cuts = {place for place in range(1, len(coming)) if dice.random() < 0.5}
    restarts = draw(st.sets(st.integers(0, 8), max_size=2))
    return said_at, coming, sorted({0, *cuts, len(coming)}), restarts, draw(st.sampled_from((-10, 90)))


@given(arrivals())
@settings(max_examples=10, deadline=None)
def test_any_order_of_arrival_gives_the_same_episodes(world, drawn):
    said_at, coming, cuts, restarts, ends = drawn
    chain = Chain.of(world)
    number = chain.version = next(NUMBERS)
    if world.clock.now() < at(40):
        world.clock.forward(minutes=40)
    row = chain.order(duty(schedule=exception(at(-40), at(ends))), orderNumber=f"CJIB-2026-8{number:05d}", version=1)
    name = f"TU-{number}"
    body = {"device": name, "provider": "EB", "orderNumber": row["orderNumber"], "from": format_instant(at(-120))}
    coupled = chain.supervisor.post("/v1/couplings", body | {"kind": "home_unit", "condition": "C1"})
    assert coupled.status_code == 201, coupled.text
    for place, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        pings = [said(minute, said_at[minute]) | {"device": name} for minute in coming[begin:end]]
        assert chain.provider.post("/v1/pings", {"pings": pings}).status_code == 200
        if place in restarts:
            restart(chain)
    world.shared.get(Judge).tick()
    with world.shared.database.reading() as session:
        person = UUID(coupled.json["personId"])
        [zone] = [one.zone for one in zones_of(session, [person]) if str(one.order_id) == row["orderId"]]
        of_order = select(EpisodeRecord).where(EpisodeRecord.order_id == UUID(row["orderId"]))
        stood = [one for one in session.scalars(of_order) if one.status in ("open", "closed")]
        alerts = {alert.subject_ref for alert in session.scalars(select(Alert))}
        found = sorted((episode_of(one) for one in stood), key=lambda one: one.order)
        assert {f"episode:{one.id}" for one in stood} <= alerts
    messages = [Message(NOW_MS + minute * 60_000, 0, home) for minute, home in said_at.items()]
    now_ms = epoch_ms(world.clock.now())
    wanted = presence_episodes(absences(messages, now_ms, PresencePolicy()), zone, now_ms, PresencePolicy())
    assert [(one, one.reasons) for one in found] == [(one, one.reasons) for one in wanted]
