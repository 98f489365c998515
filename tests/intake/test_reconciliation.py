from datetime import timedelta

from sqlalchemy import select

from registry.intake.reconciliation.models import StatementBlock
from registry.orders.models import Order
from tests.intake.conftest import many, outcomes
from tests.intake.messages import row
from tests.intake.statements import counted, differences, later, line


def test_a_statement_that_agrees_confirms_every_order(cjib, deliver, state, shared, clock):
    rows = many(3)
    deliver(*rows)
    answer = state(*map(line, rows))
    assert answer.status_code == 200, answer.text
    assert (answer.json["status"], answer.json["whole"], counted(answer)) == ("done", True, {"confirmed": 3})
    assert differences(cjib) == []
    with shared.database.reading() as session:
        assert set(session.scalars(select(Order.last_confirmed_at))) == {clock.now()}
        assert session.scalars(select(StatementBlock)).all() == []


def test_each_kind_of_difference_is_an_item_with_its_owner(cjib, deliver, state):
    rows = many(5)
    deliver(*rows, later(3, 4))
    stated = [
        line(many(1, 9)[0]),
        line(rows[0]),
        line(rows[1], version=3),
        line(rows[2], version=3),
        line(rows[3], checksum="ab" * 32),
    ]
    answer = state(*stated)
    assert counted(answer) == {
        "confirmed": 1,
        "missingHere": 1,
        "missingThere": 1,
        "versionLower": 1,
        "versionHigher": 1,
        "contentDiffers": 1,
        "opened": 5,
    }
    assert differences(cjib) == [
        ("000002", "version_lower", 3, 1),
        ("000003", "version_higher", 3, 4),
        ("000004", "content_differs", 1, 1),
        ("000005", "missing_there", None, 1),
        ("000009", "missing_here", 1, None),
    ]
    assert {one[0] for one in differences(cjib, "owner=registry")} == {"000004"}
    assert differences(cjib, "kind=missing_here") == [("000009", "missing_here", 1, None)]
    assert differences(cjib, "orderNumber=CJIB-2026-000002&status=resolved") == []


def test_orders_and_versions_recorded_after_the_statement_was_made_are_no_difference(cjib, deliver, state, clock):
    rows = many(2)
    deliver(rows[0])
    clock.forward(hours=1)
    made_at = clock.now()
    clock.forward(hours=1)
    deliver(rows[1], later(1, 2))
    answer = state(line(rows[0]), made_at=made_at)
    assert counted(answer) == {"confirmed": 1}
    # What was on its way when the statement was made, and has come since, is no difference either.
    following = state(
        line(rows[0], version=2, checksum=line(rows[0])["checksum"]),
        line(rows[1]),
        made_at=made_at + timedelta(hours=1),
    )
    assert counted(following) == {"confirmed": 2}


def test_an_order_that_ended_need_not_be_listed(cjib, deliver, state):
    rows = many(3)
    over = row(
        {"order/startsOn": "2024-01-01", "order/decidedOn": "2024-01-01", "order/endsOn": "2025-01-01"},
        messageId="M-9", orderNumber="CJIB-2026-000009",
    )  # fmt: skip
    deliver(*rows, over, later(2, 2, kind="withdrawal", effectiveAt="2026-11-20T00:00:00Z"))
    assert counted(state(line(rows[0]))) == {"confirmed": 1, "missingThere": 1, "opened": 1}
    assert differences(cjib) == [("000003", "missing_there", None, 1)]


def test_an_order_without_end_is_no_longer_unconfirmed_once_a_statement_lists_it(cjib, deliver, state, clock, world):
    raw = row({"order/regime": "GVM", "order/endsOn": None})
    assert outcomes(deliver(raw)) in (["accepted"], ["accepted_with_warnings"])
    place = f"/v1/orders/{cjib.get('/v1/orders').json['orders'][0]['id']}"
    clock.forward(days=40)
    assert cjib.get(place).json["status"]["code"] == "unconfirmed"
    assert counted(state(line(raw))) == {"confirmed": 1}
    assert cjib.get(place).json["status"]["code"] != "unconfirmed"
