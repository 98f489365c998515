from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.orders import history, service
from registry.orders.index_models import PartyName
from registry.orders.models import OrderParty, SearchKey
from registry.orders.register.chronicle import ChroniclePage, chronicle
from tests.orders.orders import CONTACT_BAN, SUBJECT, area_ban, content, message, sender, zones_near
from tests.world import NOW

_numbers = count()
_EFFECTIVE = st.sampled_from([None, NOW - timedelta(days=9), NOW - timedelta(days=2), NOW + timedelta(days=2)])
_KINDS = st.sampled_from(
    ["change", "correction", "suspension", "resumption", "extension", "end", "withdrawal", "annulment", "split"]
)
_WITHOUT = {"suspension", "end", "withdrawal", "annulment"}
_PLACES = ([5.1214, 52.0907], [6.5665, 53.2194])


@st.composite
def message_sets(draw):
    versions = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5, unique=True))
    messages = []
    for version in versions:
        kind = "new" if version == 1 else draw(_KINDS)
        told = _told(draw) if kind not in _WITHOUT or draw(st.booleans()) else None
        messages.append(message(version, kind, told, effective_at=draw(_EFFECTIVE)))
    return messages, draw(st.permutations(messages))


def _told(draw):
    subject = replace(
        SUBJECT, bsn=None, skn=None, surname=draw(st.sampled_from(["Berg", "Linden"])), addresses=(), plates=()
    )
    wire = {"type": "Circle", "center": draw(st.sampled_from(_PLACES)), "radiusM": 100}
    conditions = draw(st.sampled_from([(area_ban(wire=wire),), (CONTACT_BAN,), (area_ban(wire=wire), CONTACT_BAN)]))
    return content(
        subject=subject,
        conditions=conditions,
        ends_on=draw(st.sampled_from([None, date(2026, 11, 21), date(2029, 1, 1)])),
    )


def as_it_stands(session, order_id):
    """All that is known of an order, without ids and recorded times."""
    view = service.current_view(session, [order_id])[order_id]
    current = view.current
    party_ids = {party.row.id for party in view.parties}
    near = [one for place in _PLACES for one in zones_near(session, place[1], place[0], 10.0)]
    return {
        "version": current.version,
        "kind": current.kind,
        "gaps": current.gaps,
        "facts": (current.facts_version, view.facts),
        "after_ending": current.after_ending,
        "lifted_by": current.lifted_by,
        "blocks": [(one.kind, one.version) for one in (*current.endings, *current.suspensions)],
        "parties": [(one.role, one.open()) for one in view.parties],
        "conditions": [(one.row.reference, one.sentence_nl(), one.row.is_monitored) for one in view.conditions],
        "zones": [zone.geometry for zone in view.zones],
        "keys": {found in party_ids for found in listed(session, SearchKey, order_id)},
        "names": {found in party_ids for found in listed(session, PartyName, order_id)},
        "spots": [round(one.distance_m) for one in near if one.order_id == order_id],
        "versions": sorted((one.version, one.kind, one.content_hash) for one in service.versions_of(session, order_id)),
        "told": view.told,
        "history": by_version(session, view.order),
    }


def listed(session, model, order_id):
    """The parties of an order that are found by a key, or by a name."""
    query = select(model.party_id).join(OrderParty, OrderParty.id == model.party_id)
    return session.scalars(query.where(OrderParty.order_id == order_id)).all()


def by_version(session, order):
    """The history of an order, version by version, without ids and recorded times."""
    told = history.told(chronicle(session, order, ChroniclePage(100)), NOW, opened=True)
    versions = sorted(told["versions"], key=lambda one: one["version"])
    own = ("id", "recordedAt")
    return [{name: one[name] for name in one if name not in own} for one in versions]


@settings(max_examples=40)
@given(message_sets())
def test_any_order_of_arrival_gives_the_same_current_view(shared, world, sets):
    cjib = world.organisation("CJIB", OrganisationKind.CJIB)
    seen, statuses = [], []
    for messages in sets:
        number = f"N-{next(_numbers)}"
        with shared.database.transaction() as session:
            for one in messages:
                # Without an instant of its own a message works from its receipt, which does differ.
                told = replace(one, number=number, effective_at=one.effective_at or NOW - timedelta(days=5))
                made = service.register(session, sender(cjib), NOW - timedelta(days=5), told)
        with shared.database.reading() as session:
            seen.append(as_it_stands(session, made.order_id))
            now = datetime(2026, 11, 22, tzinfo=UTC)
            found = service.statuses(session, [made.order_id], now)[made.order_id]
            statuses.append((found.status, found.to_be_verified))
    assert seen[0] == seen[1]
    assert statuses[0] == statuses[1]
