import itertools
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.http import Runtime
from registry.orders.service import current_view, find_order, known_versions
from tests.intake.conftest import Deliver
from tests.intake.messages import row

KINDS = ("change", "correction", "suspension", "resumption", "extension", "end", "withdrawal", "annulment")
_numbers = itertools.count(1)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    versions = draw(st.lists(st.integers(1, 7), min_size=1, max_size=5, unique=True))
    return [
        {
            "version": version,
            "kind": "new" if version == 1 else draw(st.sampled_from(KINDS)),
            "effectiveAt": f"2026-11-{draw(st.integers(1, 28)):02d}T08:00:00Z",
            "court": f"Rechtbank {version}",
        }
        for version in versions
    ]


def rows_of(number: str, history: list[dict[str, Any]]) -> list[bytes]:
    return [
        row(
            {"order/court": told["court"], "order/subject/bsn": None, "order/subject/skn": number[-8:]},
            orderNumber=number,
            messageId=f"{number}/{told['version']}",
            version=told["version"],
            kind=told["kind"],
            effectiveAt=told["effectiveAt"],
        )
        for told in history
    ]


def state(shared: Runtime, number: str) -> tuple[Any, ...]:
    """All that the register says of an order, but for ids, its number and when it learnt it."""
    with shared.database.reading() as session:
        order = find_order(session, number)
        assert order is not None
        view = current_view(session, [order.id])[order.id]
        said = {name: value for name, value in view_of(view.current).items() if not name.endswith("recorded_at")}
        parties = sorted(party.open().surname or party.open().name or "" for party in view.parties)
        conditions = sorted(condition.row.reference for condition in view.conditions)
        return said, parties, conditions, view.told, sorted(known_versions(session, number))


def view_of(current: Any) -> dict[str, Any]:
    return {name: getattr(current, name) for name in current.__slots__ if not isinstance(name, datetime)}


@settings(max_examples=15)
@given(history=histories(), data=st.data())
def test_any_order_and_any_cut_into_deliveries_gives_the_same_orders(
    deliver: Deliver, shared: Runtime, history: list[dict[str, Any]], data: st.DataObject
) -> None:
    straight, shuffled = f"A-{next(_numbers):08d}", f"B-{next(_numbers):08d}"
    deliver(*rows_of(straight, sorted(history, key=lambda told: told["version"])))
    rows = data.draw(st.permutations(rows_of(shuffled, history)))
    rows += data.draw(st.lists(st.sampled_from(rows), max_size=3))
    while rows:
        cut = data.draw(st.integers(1, len(rows)))
        deliver(*rows[:cut])
        rows = rows[cut:]
    assert state(shared, shuffled) == state(shared, straight)
