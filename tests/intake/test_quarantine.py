from collections.abc import Callable
from typing import Any

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.http import Runtime
from registry.intake import judging
from registry.intake.processing import process_pending
from tests.intake.conftest import Deliver, many, outcomes
from tests.world import Caller, HandClock, World

Break = Callable[..., None]


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Have judging fail on orders, as a defect would, until it is mended."""
    whole = judging.Desk.judge

    def set_broken(*numbers: str) -> None:
        def judge(self: judging.Desk, session: Any, rows: Any, *at_once: Any) -> Any:
            if any(each.parsed.order_number in numbers for each in rows):
                raise RuntimeError("a defect at 12 Geheimstraat")
            return whole(self, session, rows, *at_once)

        monkeypatch.setattr(judging.Desk, "judge", judge)

    return set_broken


def rows(caller: Caller, query: str = "") -> Any:
    return caller.get(f"/v1/quarantined-rows{query}").json


def exhaust(shared: Runtime, clock: HandClock) -> None:
    for seconds in (6, 61, 61):
        clock.forward(seconds=seconds)
        process_pending(shared)


def test_what_cannot_be_processed_is_listed_with_its_cause_and_age_and_nothing_waits_for_it(
    cjib: Caller, deliver: Deliver, shared: Runtime, clock: HandClock, breaking: Break
) -> None:
    breaking("CJIB-2026-000002")
    assert outcomes(deliver(*many(3))) == ["accepted", "pending", "accepted"]
    exhaust(shared, clock)
    clock.forward(hours=1)
    assert outcomes(deliver(*many(1, first=8))) == ["accepted"]
    (found,) = rows(cjib)["rows"]
    assert (found["orderNumber"], found["row"], found["cause"]) == ("CJIB-2026-000002", 2, "RuntimeError")
    assert (found["attempts"], found["retryAt"], found["ageS"]) == (3, None, 3600 + 128)
    assert "Geheimstraat" not in str(found)


def test_after_a_fix_every_row_is_tried_again_by_the_worker(
    cjib: Caller, deliver: Deliver, shared: Runtime, clock: HandClock, breaking: Break
) -> None:
    breaking("CJIB-2026-000001", "CJIB-2026-000003")
    deliver(*many(3))
    exhaust(shared, clock)
    answer = cjib.post("/v1/quarantined-rows/retry")
    assert (answer.status_code, answer.json) == (202, {"rows": 2})
    process_pending(shared)
    assert [one["attempts"] for one in rows(cjib)["rows"]] == [4, 4]
    breaking()
    cjib.post("/v1/quarantined-rows/retry")
    process_pending(shared)
    assert rows(cjib) == {"rows": [], "next": None}
    assert cjib.post("/v1/quarantined-rows/retry").json == {"rows": 0}


def test_a_row_tried_again_by_hand_leaves_the_list(cjib: Caller, deliver: Deliver, breaking: Break) -> None:
    breaking("CJIB-2026-000001")
    answer = deliver(*many(1))
    breaking()
    assert cjib.post(f"/v1/deliveries/{answer.json['id']}/rows/1/retry").json["outcome"] == "accepted"
    assert rows(cjib)["rows"] == []


def test_a_rejected_row_is_answered_and_no_row_in_quarantine(cjib: Caller, deliver: Deliver) -> None:
    assert outcomes(deliver(b'{"orderNumber": "X-1"}')) == ["rejected"]
    assert rows(cjib)["rows"] == []


def test_the_list_goes_on_where_it_stopped_and_shows_nobody_elses(
    cjib: Caller, deliver: Deliver, world: World, breaking: Break
) -> None:
    breaking(*(f"CJIB-2026-{number:06d}" for number in range(1, 8)))
    deliver(*many(3))
    deliver(*many(2, first=4))
    deliver(*many(2, first=6), by=world.caller("GEM-1", OrganisationKind.OTHER_SENDER))
    first = rows(cjib, "?limit=2")
    second = rows(cjib, f"?limit=2&cursor={first['next']}")
    third = rows(cjib, f"?limit=2&cursor={second['next']}")
    found = [one["orderNumber"] for page in (first, second, third) for one in page["rows"]]
    assert found == [f"CJIB-2026-{number:06d}" for number in range(1, 6)]
    assert third["next"] is None
    assert cjib.get("/v1/quarantined-rows?cursor=x").json["errors"][0]["pointer"] == "?cursor"


def test_only_a_sender_has_rows_tried_again(world: World) -> None:
    police = world.caller("POL-1", OrganisationKind.POLICE, Scope.DELIVERIES_READ)
    assert police.post("/v1/quarantined-rows/retry").status_code == 403
