from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.db import new_id
from registry.db.bulk import insert, instant_us, layout, plain
from registry.http import Runtime
from registry.intake.delivery import Body, receive
from registry.intake.models import IntakeRow
from registry.orders.models import Order, OrderVersion, ZoneRevision
from tests.world import NOW, World

ORDER = layout(Order, "number id created_at regime current_version_id last_recorded_at last_confirmed_at")
VERSION = layout(
    OrderVersion,
    "id order_id version version_given kind recorded_at effective_at corrects_version has_content regime decided_on "
    "starts_on ends_on immediately_enforceable served_on time_zone content_hash law_hash content_sealed",
)
TEXTS = ("plain", "Şükrü\t\"'\\", "", "N\\N", "日本")


def order(number: int) -> dict[str, Any]:
    instants = dict.fromkeys(
        ("created_at", "last_recorded_at", "last_confirmed_at"), NOW + timedelta(microseconds=number)
    )
    return {"id": new_id(), "number": f"N-{number}", "regime": None, "current_version_id": new_id()} | instants


def version(number: int, of: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "order_id": of["id"],
        "version": 2**40 + number,
        "version_given": number % 2 == 0,
        "kind": TEXTS[number % len(TEXTS)],
        "recorded_at": datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC) + timedelta(days=number * 100),
        "effective_at": None if number % 3 else datetime(2199, 12, 31, tzinfo=UTC),
        "corrects_version": None,
        "has_content": True,
        "regime": "VV",
        "decided_on": date(1900, 1, 1) + timedelta(days=number * 50),
        "starts_on": date(2000, 1, 1),
        "ends_on": None,
        "immediately_enforceable": None,
        "served_on": date(2199, 12, 31),
        "time_zone": "Europe/Amsterdam",
        "content_hash": bytes(range(number % 256)),
        "law_hash": "x" * number,
        "content_sealed": b"\x00\xff\n\\",
    }


# A few rows go to PostgreSQL as arrays, many by COPY.
@pytest.mark.parametrize("count", [1, 3, 450])
def test_rows_come_back_as_they_were_given(shared: Runtime, count: int) -> None:
    orders = [order(number) for number in range(count)]
    versions = [version(number, of) for number, of in enumerate(orders)]
    with shared.database.transaction() as session:
        written = [(ORDER, [plain(ORDER, one) for one in orders]), (VERSION, [plain(VERSION, one) for one in versions])]
        insert(session, written)
    with shared.database.reading() as session:
        for model, given in ((Order, orders), (OrderVersion, versions)):
            found = {row.id: row for row in session.scalars(select(model))}
            assert [{name: getattr(found[one["id"]], name) for name in one} for one in given] == given


def test_the_kinds_of_whole_numbers_and_documents_come_back_too(shared: Runtime, world: World) -> None:
    rows = layout(IntakeRow, "delivery_id row_number outcome findings judged_at attempts is_open")
    delivery_id = a_delivery(shared, world)
    known = {"delivery_id": delivery_id, "outcome": "accepted", "judged_at": NOW, "attempts": 1, "is_open": False}
    given = [known | {"row_number": number, "findings": [["é", None], [], number]} for number in range(500)]
    small = layout(ZoneRevision, "id revision")
    with shared.database.transaction() as session:
        insert(session, [(rows, [plain(rows, one) for one in given]), (small, [(7, 8)])])
    with shared.database.reading() as session:
        assert session.get_one(ZoneRevision, 7).revision == 8
        found = {row.row_number: row.findings for row in session.scalars(select(IntakeRow))}
        assert found == {one["row_number"]: one["findings"] for one in given}


def a_delivery(shared: Runtime, world: World) -> UUID:
    sender = world.organisation("CJIB", OrganisationKind.CJIB)
    actor = Actor(None, sender.id, OrganisationKind.CJIB, frozenset(), "one", "unit", "role", Purpose.INTAKE)
    return receive(
        shared.database, shared.clock, actor, Body("application/json", iter([b"{}"]), lambda: "")
    ).delivery_id


@pytest.mark.parametrize("count", [2, 450])
def test_a_row_that_is_there_already_leaves_nothing_of_the_transaction(shared: Runtime, count: int) -> None:
    rows = [plain(ORDER, order(number)) for number in range(count)]
    with pytest.raises(Exception, match="(?i)unique"), shared.database.transaction() as session:
        insert(session, [(ORDER, [*rows, rows[0]])])
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_without_rows_nothing_is_asked_of_the_database(shared: Runtime) -> None:
    with shared.database.transaction() as session:
        insert(session, [(ORDER, [])])
        insert(session, [])
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_an_instant_is_given_in_microseconds() -> None:
    assert instant_us(datetime(1970, 1, 1, 0, 0, 1, 5, UTC)) == 1_000_005
