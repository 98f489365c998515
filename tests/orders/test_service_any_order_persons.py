from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.orders import service
from registry.orders.models import OrderParty, PartyLink
from registry.orders.register.past import Question, order_at
from registry.orders.rules import PartyRole
from tests.orders.orders import SUBJECT, content, message, sender

_numbers = count()
_ASKED = st.tuples(st.integers(0, 2), st.sampled_from(["merge", "split", "change", "correction"]), st.integers(0, 2))


@settings(max_examples=25)
@given(st.lists(_ASKED, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_merges_and_splits_in_any_order_lose_no_identity_and_leave_one_person_at_any_time(
    shared, world, clock, asked, random
):
    cjib, run = sender(world.organisation("CJIB", OrganisationKind.CJIB)), next(_numbers)
    messages = [told(run, place, 1, "new", None) for place in range(3)]
    for place, kind, other in asked:
        version = 1 + sum(one.number.endswith(f"-{place}") for one in messages)
        messages.append(told(run, place, version, kind, f"P-{run}-{other}"))
    orders, times = set(), []
    for one in random.sample(messages, len(messages)):
        times.append(clock.forward(minutes=1))
        with shared.database.transaction() as session:
            orders.add(service.register(session, cjib, times[-1], one).order_id)
    with shared.database.reading() as session:
        delivered = {one.content.subject.surname for one in messages}
        assert delivered == set(surnames(session, orders))
        for order_id in orders:
            check_links(session, order_id)
            check_persons(session, order_id, times)


def told(run, place, version, kind, linked):
    subject = replace(SUBJECT, bsn=None, skn=None, surname=f"Naam {run} {place} {version}", phones=(), plates=())
    link = linked if kind == "merge" else None
    return message(version, kind, content(subject=subject), number=f"P-{run}-{place}", subject_link=link)


def subjects(session, order_ids):
    query = select(OrderParty).where(OrderParty.order_id.in_(order_ids), OrderParty.role == PartyRole.SUBJECT)
    return session.scalars(query).all()


def surnames(session, order_ids):
    return [party.identity["surname"] for party in subjects(session, order_ids)]


def check_links(session, order_id):
    """Each party is somebody at any time since it was recorded, and never two people."""
    for party in subjects(session, [order_id]):
        query = select(PartyLink).where(PartyLink.party_id == party.id).order_by(PartyLink.recorded_at, PartyLink.id)
        links = session.scalars(query).all()
        ends = [link.replaced_at for link in links]
        assert ends[-1] is None and None not in ends[:-1]
        assert ends[:-1] == [link.recorded_at for link in links[1:]]


def check_persons(session, order_id, times):
    order = session.get_one(service.Order, order_id)
    for at in times:
        known_at = at + timedelta(seconds=1)
        known = order_at(session, order, Question(known_at, known_at, known_at))
        if known is not None:
            assert len([one for one in known.view.parties if one.role is PartyRole.SUBJECT]) == 1
