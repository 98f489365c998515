from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from registry.access.models import AuditEntry
from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.db import search_hash
from registry.http import Runtime
from registry.intake import judging, service
from registry.intake.delivery import Body, receive
from registry.intake.models import IntakeDelivery, IntakeRaw, IntakeRowKey, WaitingBlock, WaitingKey
from registry.intake.processing import process_pending
from registry.intake.rules import DeliveryStatus
from registry.orders.naming.names import query_tokens
from registry.orders.service import current_view, find_order, statuses
from tests.intake.conftest import Deliver, codes, many, outcomes
from tests.intake.messages import ABSENT, row
from tests.world import NOW, Caller, HandClock, World

NUMBER = "CJIB-2026-000123"
BSN = "111222333"


def actor(caller: Caller) -> Actor:
    return Actor(
        None, caller.organisation_id, OrganisationKind.CJIB, frozenset(), "somebody", "unit", "role", Purpose.INTAKE
    )


def view(shared: Runtime, number: str = NUMBER) -> Any:
    with shared.database.reading() as session:
        order = find_order(session, number)
        assert order is not None
        return current_view(session, [order.id])[order.id].current


def status(shared: Runtime, number: str = NUMBER) -> str:
    with shared.database.reading() as session:
        order = find_order(session, number)
        assert order is not None
        return statuses(session, [order.id], NOW + timedelta(seconds=1))[order.id].status


def undelivered(shared: Runtime, *keys: bytes) -> bool:
    with shared.database.reading() as session:
        return service.undelivered_matches(session, keys)


def source(shared: Runtime) -> service.Source:
    with shared.database.reading() as session:
        (found,) = [one for one in service.sources(session, shared.clock.now()) if one.code == "CJIB"]
        return found


def stored_only(shared: Runtime, cjib: Caller, rows: list[bytes]) -> Any:
    """What is on disk when the process dies between storing the rows and judging them."""
    body = Body("application/x-ndjson", iter(rows), lambda: "0" * 64)
    return receive(shared.database, shared.clock, actor(cjib), body)


def test_a_process_that_dies_between_storing_and_judging_has_lost_nothing(
    cjib: Caller, shared: Runtime, clock: HandClock
) -> None:
    received = stored_only(shared, cjib, many(5))
    process_pending(shared)
    assert cjib.get(f"/v1/deliveries/{received.delivery_id}").json["judged"] == 0
    clock.forward(seconds=31)
    process_pending(shared)
    report = cjib.get(f"/v1/deliveries/{received.delivery_id}").json
    assert (report["status"], outcomes_of(report)) == ("done", ["accepted"] * 5)
    with shared.database.reading() as session:
        names = session.scalars(select(AuditEntry.end_user).where(AuditEntry.object_ref.startswith("order:")))
        assert set(names) == {"somebody"}


def outcomes_of(report: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in report["results"]]


def test_a_later_version_applies_at_once_shows_its_gap_and_is_not_overwritten(
    deliver: Deliver, shared: Runtime
) -> None:
    deliver(row({"order/court": "Rechtbank C"}, version=3, kind="change", messageId="M-3"))
    assert (view(shared).version, view(shared).gaps) == (3, (1, 2))
    deliver(row({"order/court": "Rechtbank A"}, version=1, messageId="M-1"))
    assert (view(shared).facts_version, view(shared).gaps) == (3, (2,))


def test_an_end_works_the_moment_it_arrives_whatever_is_missing(deliver: Deliver, shared: Runtime) -> None:
    deliver(row())
    assert status(shared) == "in_force"
    answer = deliver(row(messageId="M-9", version=9, kind="withdrawal", order=ABSENT))
    assert outcomes(answer) == ["accepted_with_warnings"]
    assert codes(answer.json["results"]) == [["ending_without_order"]]
    assert status(shared) == "ended"
    assert view(shared).ending.to_be_verified
    deliver(row(messageId="M-2", version=2, kind="change"))
    assert status(shared) == "ended"


def test_a_message_without_version_is_placed_above_what_is_known(deliver: Deliver, shared: Runtime) -> None:
    deliver(row(), row(messageId="M-2", version=None, kind="end", effectiveAt="2026-11-23T00:00:00Z"))
    assert (view(shared).version, status(shared)) == (2, "ended")


@pytest.mark.parametrize("order", [{}, {"order": ABSENT}], ids=["whole", "bare"])
@pytest.mark.parametrize("kind", ["end", "withdrawal", "annulment", "suspension"])
def test_an_ending_without_version_that_comes_before_its_order_leaves_room_for_it(
    deliver: Deliver, shared: Runtime, kind: str, order: dict[str, Any]
) -> None:
    stop = row(**({"messageId": "M-9", "version": None, "kind": kind, "effectiveAt": "2026-11-23T00:00:00Z"} | order))
    assert outcomes(deliver(stop)) == ["accepted_with_warnings"]
    assert outcomes(deliver(row())) == ["accepted"]
    assert status(shared) in ("ended", "suspended")
    assert view(shared).facts is not None


def test_a_delivery_that_was_never_finished_is_dropped_after_an_hour(
    cjib: Caller, shared: Runtime, clock: HandClock
) -> None:
    received = stored_only(shared, cjib, many(3))
    with shared.database.transaction() as session:
        session.execute(update(IntakeDelivery).values(status=DeliveryStatus.RECEIVING))
    process_pending(shared)
    assert cjib.get(f"/v1/deliveries/{received.delivery_id}").status_code == 200
    clock.forward(hours=2)
    process_pending(shared)
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IntakeRaw)) == 0
        assert session.scalar(select(func.count()).select_from(IntakeDelivery)) == 0


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the register fail on an order, as a defect would, until it is mended."""
    alone, together = judging.register, judging.register_new

    def set_broken(*numbers: str) -> None:
        def register(session: Any, by: Any, now: datetime, told: Any, drafted: Any) -> Any:
            done = alone(session, by, now, told, drafted)
            check(told)
            return done

        def register_new(session: Any, by: Any, now: datetime, drafts: Any) -> Any:
            taken = together(session, by, now, drafts)
            for drafted in drafts:
                check(drafted)
            return taken

        def check(one: Any) -> None:
            if one.number in numbers:
                raise RuntimeError("a defect at 12 Geheimstraat")

        monkeypatch.setattr(judging, "register", register)
        monkeypatch.setattr(judging, "register_new", register_new)

    return set_broken


def test_a_row_that_fails_is_set_aside_tried_thrice_and_never_blocks_the_next(
    cjib: Caller,
    deliver: Deliver,
    shared: Runtime,
    clock: HandClock,
    breaking: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    breaking("CJIB-2026-000002")
    answer = deliver(*many(4))
    assert outcomes(answer) == ["accepted", "pending", "accepted", "accepted"]
    assert (answer.json["status"], answer.json["counts"]["pending"]) == ("processing", 1)
    address = f"/v1/deliveries/{answer.json['id']}"
    for seconds, attempts in ((6, 2), (61, 3), (3600, 3)):
        clock.forward(seconds=seconds)
        process_pending(shared)
        (row_now,) = cjib.get(address + "?outcome=pending").json["results"]
        assert row_now["attempts"] == attempts
    assert cjib.get(address).json["status"] == "done"
    assert source(shared).unprocessed == 1
    assert undelivered(shared, search_hash("skn", "00000002"))
    assert "Geheimstraat" not in "".join(capsys.readouterr())
    still = cjib.post(address + "/rows/2/retry")
    assert (still.status_code, still.json["outcome"], still.json["attempts"]) == (200, "pending", 4)
    breaking()
    assert cjib.post(address + "/rows/2/retry").json["outcome"] == "accepted"
    assert cjib.post(address + "/rows/2/retry").status_code == 409
    assert cjib.post(address + "/rows/9/retry").status_code == 404
    assert cjib.post(address + f"/rows/{2**70}/retry").status_code == 404
    assert cjib.get(address).json["counts"]["accepted"] == 4
    assert source(shared).unprocessed == 0
    assert not undelivered(shared, search_hash("skn", "00000002"))


def test_a_rejected_row_is_found_as_delivered_until_its_order_is_accepted(
    cjib: Caller, deliver: Deliver, shared: Runtime
) -> None:
    bsn, victim, name = search_hash("bsn", BSN), search_hash("bsn", "123456782"), query_tokens("van den Berg")
    answer = deliver(row({"order/regime": "XX"}), row(orderNumber="CJIB-2026-000999", messageId="M-8")[:-2])
    assert outcomes(answer) == ["rejected", "rejected"]
    assert all(undelivered(shared, *keys) for keys in ([bsn], [victim], [bsn, victim], service.question_keys(name)))
    assert not undelivered(shared, *service.question_keys(query_tokens("Jansen")))
    assert not undelivered(shared)
    refused = cjib.post(f"/v1/deliveries/{answer.json['id']}/rows/1/retry")
    assert refused.json["outcome"] == "rejected"
    deliver(row(messageId="M-2"))
    assert not undelivered(shared, bsn, victim, *service.question_keys(name))
    assert source(shared).unprocessed == 0


def test_a_row_of_a_large_delivery_is_found_while_it_waits_and_no_longer(
    cjib: Caller, deliver: Deliver, shared: Runtime
) -> None:
    rows = [row(), *[b'{"orderNumber": "X-%d"}' % number for number in range(1001)], *many(2, first=7)]
    deliver(*rows)
    first, last = search_hash("bsn", BSN), search_hash("skn", "00000008")
    assert undelivered(shared, first) and undelivered(shared, last)
    assert not undelivered(shared, search_hash("skn", "00000009"))
    assert source(shared).unprocessed == 1004
    process_pending(shared)
    assert not undelivered(shared, first) and not undelivered(shared, last)
    assert source(shared).unprocessed == 0
    with shared.database.reading() as session:
        for model in (IntakeRowKey, WaitingBlock, WaitingKey):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_the_feed_of_the_cjib_is_late_after_its_hours_and_that_of_others_never(
    cjib: Caller, deliver: Deliver, world: World, shared: Runtime, clock: HandClock
) -> None:
    world.organisation("POL-1", OrganisationKind.POLICE)
    assert (source(shared).last_message_at, source(shared).is_late) == (None, True)
    deliver(*many(1))
    deliver(*many(1, first=2), by=world.caller("GEM-1", OrganisationKind.OTHER_SENDER))
    assert (source(shared).last_message_at, source(shared).is_late) == (datetime(2026, 11, 23, 12, tzinfo=UTC), False)
    clock.forward(hours=27)
    with shared.database.reading() as session:
        found = service.sources(session, clock.now())
    assert [(one.code, one.is_late) for one in found] == [("CJIB", True), ("GEM-1", False)]
